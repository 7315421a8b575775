"""The table `api_key`: programs that may use the API. Only hashes of keys are kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from common.db import Connection, Pool, Row
from dashboard_api.queries.pages import Page, by_name, one_of
from dashboard_api.queries.rights import own_districts, own_schools

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be made. `districts` None: all; `schools` None: all of these; `lasts` None: until it is deleted.

    `made_by`: the person who made it, or who made the key that made it; None: whoever was at the server.
    """

    name: str
    token_hash: bytes
    scopes: list[str]
    districts: list[str] | None
    lasts: timedelta | None
    schools: list[UUID] | None = None
    made_by: UUID | None = None


SHOWN = f"""
    json_build_object('id', t.id, 'name', t.name, 'scopes', t.scopes, 'districts', {own_districts("t.districts")},
                      'schools', {own_schools("t.schools")}, 'made_by', t.made_by,
                      'made_by_name', (SELECT o.name FROM operator o WHERE o.id = t.made_by),
                      'created_at', t.created_at, 'expires_at', t.expires_at, 'last_used_at', t.last_used_at,
                      'expired', coalesce(t.expires_at <= now(), false))
"""
"""A key as the API shows it to who has the districts `$1` (null: all); one that was revoked has expired."""


async def find(pool: Pool, token_hash: bytes) -> Row | None:
    """`id, name, scopes, districts, schools, made_by` of a key that has not expired."""
    row = await pool.fetchrow(
        """
        SELECT id, name, scopes, districts, schools, made_by,
               last_used_at IS NULL OR last_used_at < now() - $2::interval AS stale
        FROM api_key WHERE token_hash = $1 AND (expires_at IS NULL OR expires_at > now())
        """,
        token_hash,
        SEEN_EVERY,
    )
    if row and row["stale"]:
        await pool.execute("UPDATE api_key SET last_used_at = now() WHERE id = $1", row["id"])
    return row


async def of(pool: Pool, id_: UUID) -> Row | None:
    """The same of a key by its id."""
    return await pool.fetchrow(
        """
        SELECT id, name, scopes, districts, schools, made_by
        FROM api_key WHERE id = $1 AND (expires_at IS NULL OR expires_at > now())
        """,
        id_,
    )


MAKE = """
    INSERT INTO api_key (name, token_hash, scopes, districts, expires_at, schools, made_by)
    VALUES ($1, $2, $3, $4, now() + $5::interval, $6, $7)
    ON CONFLICT (name) DO {otherwise}
    RETURNING id
"""
REPLACE = """
    UPDATE SET token_hash = excluded.token_hash, scopes = excluded.scopes, districts = excluded.districts,
               expires_at = excluded.expires_at, schools = excluded.schools, made_by = excluded.made_by,
               created_at = now(), last_used_at = NULL
"""


async def replace(conn: Connection, new: NewKey) -> UUID:
    """Make the key of this name; one that has the name stops to work."""
    id_: UUID = await conn.fetchval(MAKE.format(otherwise=REPLACE), *_values(new))
    return id_


async def add(conn: Connection, new: NewKey) -> UUID | None:
    """Make a key; None if another has, or had, the name."""
    id_: UUID | None = await conn.fetchval(MAKE.format(otherwise="NOTHING"), *_values(new))
    return id_


def _values(new: NewKey) -> tuple[object, ...]:
    return new.name, new.token_hash, new.scopes, new.districts, new.lasts, new.schools, new.made_by


async def page(
    pool: Pool, districts: list[str] | None, district_id: str | None, after: tuple[str, UUID] | None, limit: int
) -> Page:
    """A page of keys that have to do with these districts, by name. `after`: the last name, in lower case, and id."""
    return await by_name(pool, "api_key", SHOWN, districts, district_id, after, limit)


async def one(conn: Connection | Pool, districts: list[str] | None, id_: UUID) -> dict[str, Any] | None:
    """A key that has to do with these districts, with nothing of other districts. `districts` None: all."""
    return await one_of(conn, "api_key", SHOWN, districts, id_)


async def revoke(conn: Connection, id_: UUID) -> None:
    """The key works no more; it stays, so that what was done with it still has a name."""
    await conn.execute(
        "UPDATE api_key SET expires_at = now() WHERE id = $1 AND (expires_at IS NULL OR expires_at > now())", id_
    )


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
