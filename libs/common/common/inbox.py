"""The inbox: which events this service has handled, so that one delivered twice takes effect once."""

from datetime import timedelta
from uuid import UUID

from common.db import Connection, Pool, spare_reset

KEPT_FOR = timedelta(days=30)


async def seen(pool: Pool, event_id: UUID) -> bool:
    """Whether the event was handled before."""
    async with pool.acquire() as conn:
        found = await conn.fetchval("SELECT true FROM inbox WHERE event_id = $1", event_id)
        spare_reset(conn)
    return found is True


async def mark(conn: Connection, event_id: UUID, type_: str) -> bool:
    """Note the event as handled, in the caller's transaction. False if another transaction has noted it.

    Waits for a transaction that is marking the same event now.
    """
    status = await conn.execute(
        "INSERT INTO inbox (event_id, type) VALUES ($1, $2) ON CONFLICT DO NOTHING", event_id, type_
    )
    return status == "INSERT 0 1"


async def prune(pool: Pool) -> None:
    """Forget events older than `KEPT_FOR`; the broker redelivers within minutes, a person requeues within days."""
    await pool.execute("DELETE FROM inbox WHERE handled_at < now() - $1::interval", KEPT_FOR)
