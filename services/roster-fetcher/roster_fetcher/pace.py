"""How far requests of one credential may go, whichever worker sends them: the table `pace`.

Two things bound them. A limit that we know from settings is a bucket of tokens: so many requests at once, then one each
so many seconds. What the server itself said to remain is counted down with each request; once nothing remains, nobody
asks before the moment that it named.

Times are the database's, so that workers' clocks need not agree. `now` takes their place in tests.
"""

from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from common.db import Connection

MINUTE = 61.0
"""Seconds for a minute's requests: one more than it has, since not all are equally long on their way."""
NEXT_WINDOW_SECONDS = 2.0
"""By how much a Reset is later if it is that of the next window: within one it may differ by rounding."""


class Bucket(NamedTuple):
    """Seconds from one token to the next, and in which an empty bucket is filled. Both 0: no limit is known."""

    interval: float = 0.0
    filling: float = 0.0


class Place(NamedTuple):
    """Seconds until a request may be sent, and how many remain after it, if the server said so."""

    wait: float
    remaining: int | None


class Closed(NamedTuple):
    """Seconds until the server takes requests again, and until the bucket has a token. 0: now."""

    server: float
    bucket: float


def bucket_of(per_minute: int | None) -> Bucket:
    """A tenth of a minute's requests at once, then so slowly that no 60 seconds have more than a minute may."""
    if per_minute is None:
        return Bucket()
    at_once = max(1, per_minute // 10)
    interval = MINUTE / (per_minute + 1 - at_once)
    return Bucket(interval, at_once * interval)


def credential_of(whose: str) -> bytes:
    """The key of a row, which gives nothing away."""
    return blake2b(whose.encode(), digest_size=16).digest()


async def begin(conn: Connection, credential: bytes) -> None:
    """Let there be a row, with a full bucket, if there is none."""
    await conn.execute("INSERT INTO pace (credential, full_at) VALUES ($1, 'epoch') ON CONFLICT DO NOTHING", credential)


async def take(
    conn: Connection, credential: bytes, bucket: Bucket, longest_wait: float, now: datetime | None = None
) -> Place | None:
    """Take a token, perhaps one that is still to come; None if there is no row, or no token in that many seconds."""
    row = await conn.fetchrow(
        """
        UPDATE pace SET
            full_at = greatest(full_at, clock.now) + make_interval(secs => $3::float8),
            remaining = CASE WHEN resets_at > clock.now THEN remaining - 1 END
        FROM (SELECT coalesce($2::timestamptz, clock_timestamp()) AS now) clock
        WHERE credential = $1
            AND NOT coalesce(remaining <= 0 AND resets_at > clock.now, false)
            AND greatest(full_at - clock.now, '0') <= make_interval(secs => $4::float8 - $3 + $5)
        RETURNING greatest(0, extract(epoch FROM full_at - clock.now)::float8 - $4) AS wait, remaining
        """,
        credential,
        now,
        bucket.interval,
        bucket.filling,
        longest_wait,
    )
    return Place(**row) if row else None


async def look(conn: Connection, credential: bytes, bucket: Bucket, now: datetime | None = None) -> Closed | None:
    """What stands in the way of a request; None if there is no row."""
    row = await conn.fetchrow(
        """
        SELECT
            greatest(0, extract(epoch FROM CASE WHEN remaining <= 0 THEN resets_at - clock.now END)::float8) AS server,
            greatest(0, extract(epoch FROM full_at - clock.now)::float8 + $3::float8 - $4::float8) AS bucket
        FROM pace, (SELECT coalesce($2::timestamptz, clock_timestamp()) AS now) clock
        WHERE credential = $1
        """,
        credential,
        now,
        bucket.interval,
        bucket.filling,
    )
    return Closed(**row) if row else None


async def close(conn: Connection, credential: bytes, seconds: float, now: datetime | None = None) -> None:
    """Let nobody ask for so many seconds. Where that is closed longer already, it stays so."""
    await conn.execute(
        """
        INSERT INTO pace AS old (credential, full_at, remaining, resets_at)
        VALUES ($1, 'epoch', 0, coalesce($2::timestamptz, clock_timestamp()) + make_interval(secs => $3))
        ON CONFLICT (credential) DO UPDATE SET
            remaining = 0,
            resets_at = greatest(excluded.resets_at, CASE WHEN old.remaining <= 0 THEN old.resets_at END)
        """,
        credential,
        now,
        seconds,
    )


async def note(
    conn: Connection, credential: bytes, remaining: int, seconds: float, now: datetime | None = None
) -> None:
    """Note how many requests the server said to remain for the seconds to come.

    Within one window the lower number holds, since our own count knows of requests that are on their way. Where all is
    used up, nothing but time changes that: an answer that says otherwise was on its way before.
    """
    await conn.execute(
        """
        INSERT INTO pace AS old (credential, full_at, remaining, resets_at)
        VALUES ($1, 'epoch', $3, coalesce($2::timestamptz, clock_timestamp()) + make_interval(secs => $4))
        ON CONFLICT (credential) DO UPDATE SET
            remaining = CASE
                WHEN old.resets_at > coalesce($2, clock_timestamp())
                    AND excluded.resets_at <= old.resets_at + make_interval(secs => $5)
                THEN least(old.remaining, excluded.remaining)
                ELSE excluded.remaining
            END,
            resets_at = CASE
                WHEN old.resets_at > coalesce($2, clock_timestamp())
                    AND excluded.resets_at <= old.resets_at + make_interval(secs => $5)
                THEN old.resets_at
                ELSE excluded.resets_at
            END
        WHERE NOT coalesce(old.remaining <= 0 AND old.resets_at > coalesce($2, clock_timestamp()), false)
        """,
        credential,
        now,
        remaining,
        seconds,
        NEXT_WINDOW_SECONDS,
    )
