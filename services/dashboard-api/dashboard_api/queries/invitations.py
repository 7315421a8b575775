"""The table `invitation`: links with which people choose their password. Only hashes of the links are kept."""

from datetime import datetime, timedelta
from uuid import UUID

from common.db import Connection, Pool


async def replace(conn: Connection, operator_id: UUID, token_hash: bytes, lasts: timedelta) -> datetime:
    """Make a person's link, in place of one that was; when it ends."""
    at: datetime = await conn.fetchval(
        """
        INSERT INTO invitation (operator_id, token_hash, expires_at) VALUES ($1, $2, now() + $3::interval)
        ON CONFLICT (operator_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at
        RETURNING expires_at
        """,
        operator_id,
        token_hash,
        lasts,
    )
    return at


async def find(pool: Pool, token_hash: bytes) -> UUID | None:
    """Whose link it is, if it can still be used."""
    id_: UUID | None = await pool.fetchval(
        """
        SELECT o.id FROM invitation i JOIN operator o ON o.id = i.operator_id
        WHERE i.token_hash = $1 AND i.expires_at > now() AND o.disabled_at IS NULL
        """,
        token_hash,
    )
    return id_


async def use(conn: Connection, token_hash: bytes) -> UUID | None:
    """Use the link up; whose it was, if it could still be used."""
    id_: UUID | None = await conn.fetchval(
        """
        DELETE FROM invitation i USING operator o
        WHERE i.token_hash = $1 AND i.expires_at > now() AND o.id = i.operator_id AND o.disabled_at IS NULL
        RETURNING o.id
        """,
        token_hash,
    )
    return id_


async def forget_expired(pool: Pool) -> None:
    """Forget links that have run out."""
    await pool.execute("DELETE FROM invitation WHERE expires_at < now()")
