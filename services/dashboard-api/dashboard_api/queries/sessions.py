"""The table `session`: who is signed in. Only hashes of cookies are kept."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from common.db import Connection, Pool, Row

SEEN_EVERY = timedelta(minutes=1)
"""How often a session's use is written down."""
GIVEN_ANEW = timedelta(hours=1)
"""After so long a session gets another cookie."""
GRACE = timedelta(minutes=1)
"""For requests that were under way with the old cookie when the new one was first used."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to begin. Without `second_factor` it is good for nothing but giving the code."""

    token_hash: bytes
    operator_id: UUID
    csrf: str
    lasts: timedelta
    second_factor: bool = True


async def add(conn: Connection, new: NewSession) -> None:
    """Begin a session."""
    await conn.execute(
        """
        INSERT INTO session (token_hash, operator_id, csrf, expires_at, second_factor)
        VALUES ($1, $2, $3, now() + $4::interval, $5)
        """,
        new.token_hash,
        new.operator_id,
        new.csrf,
        new.lasts,
        new.second_factor,
    )


async def find(pool: Pool, token_hash: bytes, idle: timedelta) -> Row | None:
    """The person of a session that has neither expired nor been idle for too long, and whether its cookie is `due`.

    `id, name, role, districts, schools, locale, timezone, csrf, session, due`
    """
    row = await pool.fetchrow(
        """
        SELECT o.id, o.name, o.role, o.districts, o.schools, o.locale, o.timezone, s.csrf, s.id AS session,
               s.rotated_at < now() - $4::interval AS due,
               s.last_seen_at < now() - $3::interval
               OR s.token_hash = $1 AND s.former_hash IS NOT NULL AND s.rotated_at < now() - $5::interval AS stale
        FROM session s JOIN operator o ON o.id = s.operator_id
        WHERE $1 IN (s.token_hash, s.former_hash) AND s.second_factor AND o.disabled_at IS NULL
          AND s.expires_at > now() AND s.last_seen_at > now() - $2::interval
        """,
        token_hash,
        idle,
        SEEN_EVERY,
        GIVEN_ANEW,
        GRACE,
    )
    if row and row["stale"]:
        await pool.execute(
            """
            UPDATE session SET last_seen_at = now(),
                   former_hash = CASE WHEN token_hash = $2 AND rotated_at < now() - $3::interval THEN NULL
                                      ELSE former_hash END
            WHERE id = $1
            """,
            row["session"],
            token_hash,
            GRACE,
        )
    return row


async def waiting(conn: Connection | Pool, token_hash: bytes) -> Row | None:
    """The person whose password was right and whose code is awaited: `id, totp_secret, totp_step`."""
    return await conn.fetchrow(
        """
        SELECT o.id, o.totp_secret, o.totp_step FROM session s JOIN operator o ON o.id = s.operator_id
        WHERE s.token_hash = $1 AND NOT s.second_factor AND o.disabled_at IS NULL AND s.expires_at > now()
        """,
        token_hash,
    )


async def rotate(pool: Pool, id_: UUID, used: bytes, new: bytes) -> bool:
    """Give a session another cookie; False if another request just did. The old one lasts until the new one is used."""
    done = await pool.fetchval(
        """
        UPDATE session SET token_hash = $3, former_hash = $2, rotated_at = now()
        WHERE id = $1 AND $2 IN (token_hash, former_hash) AND rotated_at < now() - $4::interval RETURNING true
        """,
        id_,
        used,
        new,
        GIVEN_ANEW,
    )
    return bool(done)


async def list_json(pool: Pool, operator_id: UUID, own_csrf: str) -> str:
    """A JSON array of a person's sessions, the latest used first; the one with this form token is `current`."""
    text: str = await pool.fetchval(
        """
        SELECT coalesce(json_agg(json_build_object(
                   'id', id, 'created_at', created_at, 'last_seen_at', last_seen_at, 'expires_at', expires_at,
                   'current', csrf = $2) ORDER BY last_seen_at DESC, id), '[]')::text
        FROM session WHERE operator_id = $1 AND second_factor AND expires_at > now()
        """,
        operator_id,
        own_csrf,
    )
    return text


async def end(conn: Connection | Pool, token_hash: bytes) -> None:
    """End a session."""
    await conn.execute("DELETE FROM session WHERE $1 IN (token_hash, former_hash)", token_hash)


async def end_one(conn: Connection, operator_id: UUID, id_: UUID) -> bool:
    """End one of a person's sessions; False if they have none of this id."""
    return bool(
        await conn.fetchval("DELETE FROM session WHERE operator_id = $1 AND id = $2 RETURNING true", operator_id, id_)
    )


async def end_all(conn: Connection, operator_id: UUID, but_csrf: str | None = None) -> int:
    """End a person's sessions, or all but the one with this form token; how many."""
    rows = await conn.fetch(
        "DELETE FROM session WHERE operator_id = $1 AND ($2::text IS NULL OR csrf <> $2) RETURNING id",
        operator_id,
        but_csrf,
    )
    return len(rows)


async def forget_expired(pool: Pool) -> None:
    """Forget sessions that have run out."""
    await pool.execute("DELETE FROM session WHERE expires_at < now()")
