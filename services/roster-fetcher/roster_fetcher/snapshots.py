"""The table `snapshot`: the states of a school's roster, numbered."""

from typing import NamedTuple
from uuid import UUID

from common.db import Connection, Row
from common.events import CountByEntity, CountByKind


class Snapshot(NamedTuple):
    """What is said of a snapshot when it is kept."""

    number: int
    run_id: UUID
    complete: bool
    counts: CountByKind
    changes: CountByEntity
    duration_ms: int
    reading: str = "full"
    reading_reason: str = ""


async def of_run(conn: Connection, district_id: str, run_id: UUID) -> Row | None:
    """The snapshot that a run kept, if it did."""
    return await conn.fetchrow(
        """
        SELECT school_id, number, complete, counts, changes, duration_ms, reading, reading_reason FROM snapshot
        WHERE district_id = $1 AND run_id = $2
        """,
        district_id,
        run_id,
    )


async def latest(conn: Connection, district_id: str, school_id: UUID) -> Row | None:
    """A school's last snapshot: its number, run and counts."""
    return await conn.fetchrow(
        """
        SELECT number, run_id, counts FROM snapshot
        WHERE district_id = $1 AND school_id = $2 ORDER BY number DESC LIMIT 1
        """,
        district_id,
        school_id,
    )


async def add(conn: Connection, district_id: str, school_id: UUID, snapshot: Snapshot) -> None:
    """Keep a snapshot. Its number must be the next one; a run that has one already violates a unique constraint."""
    await conn.execute(
        """
        INSERT INTO snapshot (district_id, school_id, number, run_id, complete, counts, changes, duration_ms, reading,
                              reading_reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        district_id,
        school_id,
        *snapshot,
    )
