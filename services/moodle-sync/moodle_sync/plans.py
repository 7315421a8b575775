"""The table `plan`: the runs that were planned, and what they have cost."""

from uuid import UUID

from common.db import Connection, Row
from common.events import RosterFetched
from common.registry import School
from moodle_sync.moodle.client import Meter


async def add(conn: Connection, event: RosterFetched, school: School) -> bool:
    """Note that the run is being planned; False if it was planned before."""
    status = await conn.execute(
        """
        INSERT INTO plan (district_id, run_id, school_id, target_id, source_id, snapshot, mode)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """,
        event.district_id,
        event.run_id,
        event.school_id,
        school.target_id,
        school.source_id,
        event.snapshot,
        event.mode,
    )
    return status == "INSERT 0 1"


async def end(conn: Connection, district_id: str, run_id: UUID) -> None:
    """Note that the run's end is told, in the transaction that tells it."""
    await conn.execute("UPDATE plan SET ended_at = now() WHERE district_id = $1 AND run_id = $2", district_id, run_id)


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
