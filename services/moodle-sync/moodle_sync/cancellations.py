"""The table `cancellation`: runs that somebody wants stopped."""

from uuid import UUID

from common.db import Connection


async def add(conn: Connection, district_id: str, run_id: UUID) -> None:
    """Note that the run is to stop at its next batch."""
    await conn.execute("INSERT INTO cancellation VALUES ($1, $2) ON CONFLICT DO NOTHING", district_id, run_id)


async def is_cancelled(conn: Connection, district_id: str, run_id: UUID) -> bool:
    """Whether somebody wants the run stopped."""
    return bool(
        await conn.fetchval("SELECT true FROM cancellation WHERE district_id = $1 AND run_id = $2", district_id, run_id)
    )
