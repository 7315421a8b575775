"""The table `api_key`: programs that may use the API. Only hashes of keys are kept."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from common.db import Connection, Pool, Row

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be made. `districts` None: all; `lasts` None: until it is deleted."""

    name: str
    token_hash: bytes
    scopes: list[str]
    districts: list[str] | None
    lasts: timedelta | None


async def find(pool: Pool, token_hash: bytes) -> Row | None:
    """`id, name, scopes, districts` of a key that has not expired."""
    row = await pool.fetchrow(
        """
        SELECT id, name, scopes, districts, last_used_at IS NULL OR last_used_at < now() - $2::interval AS stale
        FROM api_key WHERE token_hash = $1 AND (expires_at IS NULL OR expires_at > now())
        """,
        token_hash,
        SEEN_EVERY,
    )
    if row and row["stale"]:
        await pool.execute("UPDATE api_key SET last_used_at = now() WHERE id = $1", row["id"])
    return row


async def replace(conn: Connection, new: NewKey) -> UUID:
    """Make the key of this name; one that has the name stops to work."""
    id_: UUID = await conn.fetchval(
        """
        INSERT INTO api_key (name, token_hash, scopes, districts, expires_at)
        VALUES ($1, $2, $3, $4, now() + $5::interval)
        ON CONFLICT (name) DO UPDATE
        SET token_hash = excluded.token_hash, scopes = excluded.scopes, districts = excluded.districts,
            expires_at = excluded.expires_at, created_at = now(), last_used_at = NULL
        RETURNING id
        """,
        new.name,
        new.token_hash,
        new.scopes,
        new.districts,
        new.lasts,
    )
    return id_


async def is_valid(conn: Connection, name: str, token_hash: bytes) -> bool:
    """Whether the key of this name has this hash, and has not expired."""
    return bool(
        await conn.fetchval(
            "SELECT true FROM api_key "
            "WHERE name = $1 AND token_hash = $2 AND (expires_at IS NULL OR expires_at > now())",
            name,
            token_hash,
        )
    )
