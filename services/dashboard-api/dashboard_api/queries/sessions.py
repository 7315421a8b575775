"""The table `session`: who is signed in. Only hashes of cookies are kept."""

from datetime import timedelta
from uuid import UUID

from common.db import Connection, Pool, Row

SEEN_EVERY = timedelta(minutes=1)
"""How often a session's use is written down."""


async def add(conn: Connection, token_hash: bytes, operator_id: UUID, csrf: str, lasts: timedelta) -> None:
    """Begin a session."""
    await conn.execute(
        "INSERT INTO session (token_hash, operator_id, csrf, expires_at) VALUES ($1, $2, $3, now() + $4::interval)",
        token_hash,
        operator_id,
        csrf,
        lasts,
    )


async def find(pool: Pool, token_hash: bytes, idle: timedelta) -> Row | None:
    """`id, name, role, districts, csrf` of a session that has neither expired nor been idle for too long."""
    row = await pool.fetchrow(
        """
        SELECT o.id, o.name, o.role, o.districts, s.csrf, s.last_seen_at < now() - $3::interval AS stale
        FROM session s JOIN operator o ON o.id = s.operator_id
        WHERE s.token_hash = $1 AND s.expires_at > now() AND s.last_seen_at > now() - $2::interval
        """,
        token_hash,
        idle,
        SEEN_EVERY,
    )
    if row and row["stale"]:
        await pool.execute("UPDATE session SET last_seen_at = now() WHERE token_hash = $1", token_hash)
    return row


async def end(pool: Pool, token_hash: bytes) -> None:
    """End a session."""
    await pool.execute("DELETE FROM session WHERE token_hash = $1", token_hash)


async def forget_expired(pool: Pool) -> None:
    """Forget sessions that have run out."""
    await pool.execute("DELETE FROM session WHERE expires_at < now()")
