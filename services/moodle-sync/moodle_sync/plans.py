"""The table `plan`: the runs that were planned, and what they have cost."""

from uuid import UUID

from common.db import Connection, Row
from moodle_sync.moodle.client import Meter
from moodle_sync.scope import Scope


async def add(conn: Connection, scope: Scope, snapshot: int) -> bool:
    """Note that the run is being planned; False if its plan is made already."""
    planned = await conn.fetchval(
        """
        INSERT INTO plan (district_id, run_id, school_id, target_id, source_id, snapshot, mode, kind, dry_run, scope)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (district_id, run_id) DO UPDATE SET run_id = excluded.run_id
        RETURNING planned_at IS NOT NULL
        """,
        *scope.run,
        scope.school.id,
        scope.target.id,
        scope.school.source_id,
        snapshot,
        scope.mode,
        scope.kind,
        scope.dry_run,
        scope.narrowed.model_dump(mode="json", exclude_defaults=True),
    )
    return not planned


async def target_of(conn: Connection, district_id: str, run_id: UUID) -> str | None:
    """The site that the run began with, where it began: it ends there, even if its school has moved since."""
    id_: str | None = await conn.fetchval(
        "SELECT target_id FROM plan WHERE district_id = $1 AND run_id = $2", district_id, run_id
    )
    return id_


async def finish(conn: Connection, district_id: str, run_id: UUID, messages: int) -> None:
    """Note that the plan is all there, and how many welcome messages it may cause."""
    await conn.execute(
        "UPDATE plan SET planned_at = now(), messages = $3 WHERE district_id = $1 AND run_id = $2",
        district_id,
        run_id,
        messages,
    )


async def end(conn: Connection, district_id: str, run_id: UUID, outcome: str) -> None:
    """Note that the run's end is told, in the transaction that tells it."""
    await conn.execute(
        "UPDATE plan SET ended_at = now(), outcome = $3 WHERE district_id = $1 AND run_id = $2",
        district_id,
        run_id,
        outcome,
    )


async def has_ended(conn: Connection, district_id: str, run_id: UUID) -> bool:
    """Whether the run's end was told before."""
    return bool(
        await conn.fetchval(
            "SELECT ended_at IS NOT NULL FROM plan WHERE district_id = $1 AND run_id = $2", district_id, run_id
        )
    )


async def spend(conn: Connection, district_id: str, run_id: UUID, cost: Meter) -> None:
    """Add to what the run has cost."""
    await conn.execute(
        """
        UPDATE plan SET calls = calls + $3, bytes_up = bytes_up + $4, bytes_down = bytes_down + $5
        WHERE district_id = $1 AND run_id = $2
        """,
        district_id,
        run_id,
        cost.calls,
        cost.bytes_up,
        cost.bytes_down,
    )


async def get(conn: Connection, district_id: str, run_id: UUID) -> Row:
    """`calls, bytes_up, bytes_down, started_at` of a planned run."""
    row = await conn.fetchrow(
        "SELECT calls, bytes_up, bytes_down, started_at FROM plan WHERE district_id = $1 AND run_id = $2",
        district_id,
        run_id,
    )
    assert row is not None, "the run was planned"
    return row
