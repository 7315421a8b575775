"""The table `cancelled_run`: runs that somebody wants to stop."""

from datetime import timedelta
from uuid import UUID

from common.db import Connection

KEPT_FOR = timedelta(days=2)


class Cancelled(Exception):  # noqa: N818 - it names what happened to the run
    """The run is to stop here."""


async def note(conn: Connection, district_id: str, run_id: UUID) -> None:
    """Keep that the run is to stop; those of the day before yesterday are forgotten."""
    await conn.execute("DELETE FROM cancelled_run WHERE ordered_at < now() - $1::interval", KEPT_FOR)
    await conn.execute(
        "INSERT INTO cancelled_run (district_id, run_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", district_id, run_id
    )


async def check(conn: Connection, district_id: str, run_id: UUID) -> None:
    """Raises `Cancelled` if the run is to stop."""
    if await conn.fetchval(
        "SELECT true FROM cancelled_run WHERE district_id = $1 AND run_id = $2", district_id, run_id
    ):
        raise Cancelled
