"""The table `hint`: that something is new, told to every process on commit and kept for those who reconnect."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from common.db import Connection, Pool, Row
from common.events import Event

CHANNEL = "dashboard_api_hints"
KEPT_FOR = timedelta(hours=1)
OVERLAP = timedelta(seconds=5)
"""How far a replay reaches back: ids are given before commit, so a lower one may become visible later."""
COLUMNS = "id, district_id AS district, run_id AS run, school_id AS school, type"


async def tell(conn: Connection, event: Event) -> None:
    """Keep the hint that an event gives, and notify all listening processes when the caller's transaction commits."""
    run_id, school_id = getattr(event, "run_id", None), getattr(event, "school_id", None)
    await tell_of(conn, event.district_id, event.type, run_id=run_id, school_id=school_id)


async def tell_of(
    conn: Connection, district_id: str, type_: str, *, run_id: UUID | None = None, school_id: UUID | None = None
) -> None:
    """The same of what no event tells: `type_` names it."""
    await conn.execute(
        f"""
        WITH told AS (INSERT INTO hint (district_id, run_id, school_id, type) VALUES ($1, $2, $3, $4) RETURNING *)
        SELECT pg_notify('{CHANNEL}', row_to_json(h)::text) FROM (SELECT {COLUMNS} FROM told) h
        """,
        district_id,
        run_id,
        school_id,
        type_,
    )


async def since(pool: Pool, districts: Sequence[str] | None, last_id: int) -> list[Row] | None:
    """What was told after that hint, and shortly before it; None if it is no longer known. `districts` None: all."""
    last = await pool.fetchval("SELECT told_at FROM hint WHERE id = $1", last_id)
    if last is None:
        return None
    return await pool.fetch(
        f"""
        SELECT {COLUMNS} FROM hint
        WHERE told_at > $2::timestamptz - $3::interval AND id <> $4
          AND ($1::text[] IS NULL OR district_id = ANY($1)) ORDER BY id
        """,
        districts,
        last,
        OVERLAP,
        last_id,
    )


async def forget_old(pool: Pool) -> None:
    """Forget hints older than `KEPT_FOR`."""
    await pool.execute("DELETE FROM hint WHERE told_at < now() - $1::interval", KEPT_FOR)
