"""The table `operator`: people who may sign in."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.db import Connection, Pool, Row
from dashboard_api.queries.pages import Page, by_name, one_of
from dashboard_api.queries.rights import own_districts, own_schools

SHOWN = f"""
    json_build_object(
        'id', t.id, 'email', t.email, 'name', t.name, 'role', t.role,
        'districts', {own_districts("t.districts")}, 'schools', {own_schools("t.schools")},
        'locale', t.locale, 'timezone', t.timezone, 'created_at', t.created_at, 'disabled_at', t.disabled_at,
        'disabled', t.disabled_at IS NOT NULL,
        'second_factor', t.totp_confirmed_at IS NOT NULL, 'has_password', t.password_hash IS NOT NULL,
        'sessions', (SELECT count(*) FROM session s
                     WHERE s.operator_id = t.id AND s.second_factor AND s.expires_at > now()),
        'last_seen_at', (SELECT max(s.last_seen_at) FROM session s WHERE s.operator_id = t.id))
"""
"""A person as the API shows them to who has the districts `$1`; null: all."""


@dataclass(frozen=True, slots=True)
class NewOperator:
    """A person to be let in. `districts` None: all; `schools` None: all of these; without a hash: by invitation."""

    email: str
    name: str
    role: str
    districts: list[str] | None
    password_hash: str | None
    schools: list[UUID] | None = None
    locale: str | None = None


async def find(pool: Pool, email: str) -> Row | None:
    """`id, password_hash` of the person with this address, in lower case, unless disabled."""
    return await pool.fetchrow(
        "SELECT id, password_hash FROM operator WHERE email = lower($1) AND disabled_at IS NULL", email
    )


async def hold(conn: Connection, id_: UUID) -> Row | None:
    """`password_hash, has_second_factor` of a person, which nobody changes until the transaction ends.

    Whoever lets somebody in, or changes what lets them in, holds them first: what was checked then still stands.
    None for who may not sign in.
    """
    return await conn.fetchrow(
        """
        SELECT password_hash, totp_confirmed_at IS NOT NULL AS has_second_factor
        FROM operator WHERE id = $1 AND disabled_at IS NULL FOR NO KEY UPDATE
        """,
        id_,
    )


async def by_identity(conn: Connection, subject: str, verified_email: str | None) -> UUID | None:
    """The person that an identity provider means: by its name for them, or at first by a verified address."""
    id_: UUID | None = await conn.fetchval(
        "SELECT id FROM operator WHERE oidc_subject = $1 AND disabled_at IS NULL FOR NO KEY UPDATE", subject
    )
    if id_ is None and verified_email:
        id_ = await conn.fetchval(
            """
            UPDATE operator SET oidc_subject = $1
            WHERE email = lower($2) AND oidc_subject IS NULL AND disabled_at IS NULL RETURNING id
            """,
            subject,
            verified_email,
        )
    return id_


async def add(conn: Connection, new: NewOperator) -> UUID | None:
    """Let a person in; None if the address is known."""
    id_: UUID | None = await conn.fetchval(
        """
        INSERT INTO operator (email, name, role, districts, password_hash, schools, locale)
        VALUES (lower($1), $2, $3, $4, $5, $6, $7)
        ON CONFLICT (email) DO NOTHING RETURNING id
        """,
        new.email,
        new.name,
        new.role,
        new.districts,
        new.password_hash,
        new.schools,
        new.locale,
    )
    return id_


async def reset(conn: Connection, new: NewOperator) -> UUID:
    """Give a known operator these values, and end the sessions and links made under the old ones."""
    id_: UUID = await conn.fetchval(
        """
        UPDATE operator SET name = $2, role = $3, districts = $4, password_hash = $5, schools = $6, disabled_at = NULL
        WHERE email = lower($1) RETURNING id
        """,
        new.email,
        new.name,
        new.role,
        new.districts,
        new.password_hash,
        new.schools,
    )
    await conn.execute("DELETE FROM session WHERE operator_id = $1", id_)
    await conn.execute("DELETE FROM invitation WHERE operator_id = $1", id_)
    return id_


async def page(
    pool: Pool, districts: list[str] | None, district_id: str | None, after: tuple[str, UUID] | None, limit: int
) -> Page:
    """A page of people who have to do with these districts, by name. `after`: the last name, in lower case, and id."""
    return await by_name(pool, "operator", SHOWN, districts, district_id, after, limit)


async def one(conn: Connection | Pool, districts: list[str] | None, id_: UUID) -> dict[str, Any] | None:
    """A person who has to do with these districts, with nothing of other districts. `districts` None: all."""
    return await one_of(conn, "operator", SHOWN, districts, id_)


async def of(pool: Pool, id_: UUID) -> Row | None:
    """What a session would say of a person who is not disabled, without one."""
    return await pool.fetchrow(
        """
        SELECT id, name, role, districts, schools, locale, timezone, NULL::text AS csrf
        FROM operator WHERE id = $1 AND disabled_at IS NULL
        """,
        id_,
    )


async def lock(conn: Connection) -> None:
    """Changes of people take turns, so that two at once do not leave no operator."""
    await conn.execute("LOCK TABLE operator IN SHARE ROW EXCLUSIVE MODE")


async def other_operators(conn: Connection, id_: UUID) -> int:
    """How many other people have all districts and may sign in."""
    n: int = await conn.fetchval(
        "SELECT count(*) FROM operator WHERE role = 'operator' AND disabled_at IS NULL AND id <> $1", id_
    )
    return n


async def change(conn: Connection, id_: UUID, person: dict[str, Any]) -> None:
    """Write what an administrator may change of a person; `disabled` keeps the time at which it first was."""
    await conn.execute(
        """
        UPDATE operator SET name = $2, role = $3, districts = $4, schools = $5::uuid[], locale = $6,
               disabled_at = CASE WHEN $7 THEN coalesce(disabled_at, now()) END
        WHERE id = $1
        """,
        id_,
        person["name"],
        person["role"],
        person["districts"],
        person["schools"],
        person["locale"],
        person["disabled"],
    )


async def change_own(conn: Connection, id_: UUID, name: str, locale: str | None, timezone: str | None) -> None:
    """Write what a person may change of themselves."""
    await conn.execute(
        "UPDATE operator SET name = $2, locale = $3, timezone = $4 WHERE id = $1", id_, name, locale, timezone
    )


async def password_hash_of(pool: Pool, id_: UUID) -> str | None:
    """The hash of a person's password; None if they have none."""
    hash_: str | None = await pool.fetchval("SELECT password_hash FROM operator WHERE id = $1", id_)
    return hash_


async def set_password(conn: Connection, id_: UUID, password_hash: str) -> None:
    """Give a person this password; an invitation is used up by it."""
    await conn.execute("UPDATE operator SET password_hash = $2 WHERE id = $1", id_, password_hash)
    await conn.execute("DELETE FROM invitation WHERE operator_id = $1", id_)


async def renew_hash(conn: Connection, id_: UUID, password_hash: str) -> None:
    """Keep the password of a person who is held under newer hashing parameters."""
    await conn.execute("UPDATE operator SET password_hash = $2 WHERE id = $1", id_, password_hash)
