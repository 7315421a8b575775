"""The tables `clock` and `occurrence`: which nights have come, and what became of each; all schools at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from common.db import Connection, Row
from common.nights import nights

LATE = timedelta(hours=6)
"""A night that could not begin in time still runs if it is less late than this."""
LOOK_BACK = timedelta(days=35)
"""How far back nights are noted after a longer silence."""
AT_ONCE = 2000
"""Occurrences settled in one transaction."""
TICK_LOCK = 0x7469636B  # "tick"


class Wave(NamedTuple):
    """The schools of one time zone and time of day have a night: its local date and its instant."""

    timezone: str
    wall: time
    date: object
    at: datetime


class Ending(NamedTuple):
    """What became of an occurrence; `state` and `reason` as in the table."""

    district_id: str
    subject: UUID
    night: object
    state: str
    reason: str | None
    run_id: UUID | None


async def note(conn: Connection, now: datetime) -> int:
    """Write down every night that came since the last time, once; how many.

    A clock that was put back changes nothing that has begun. What it took for missed while it was ahead, and lies in
    the future again, is forgotten.
    """
    await conn.execute("SELECT pg_advisory_xact_lock($1)", TICK_LOCK)
    told_until = await conn.fetchval("SELECT told_until FROM clock")
    if told_until is not None and told_until > now:
        await conn.execute("DELETE FROM occurrence WHERE state = 'missed' AND at > $1", now)
    since = min(now, max(told_until or now - LATE, now - LOOK_BACK))
    rows = await conn.fetch("SELECT DISTINCT timezone, wall FROM registry.schedule")
    written = await _write(conn, list(_waves(rows, since, now)))
    await conn.execute(
        "INSERT INTO clock (told_until) VALUES ($1) ON CONFLICT (id) DO UPDATE SET told_until = excluded.told_until",
        now,
    )
    return written


def _waves(rows: Iterable[Row], since: datetime, now: datetime) -> Iterable[Wave]:
    for row in rows:
        for night in nights(ZoneInfo(row["timezone"]), row["wall"], since, now):
            yield Wave(row["timezone"], row["wall"], night.date, night.at)


async def _write(conn: Connection, waves: Sequence[Wave]) -> int:
    if not waves:
        return 0
    status: str = await conn.execute(
        """
        INSERT INTO occurrence (district_id, subject, night, school_id, at, starts_at)
        SELECT s.district_id, s.subject, w.night, s.school_id, w.at,
               w.at + registry.delay(s.subject, w.night, s.spread_seconds)
        FROM unnest($1::text[], $2::time[], $3::date[], $4::timestamptz[]) AS w (timezone, wall, night, at)
        JOIN registry.schedule s ON s.timezone = w.timezone AND s.wall = w.wall
        WHERE extract(isodow FROM w.night) = ANY (s.nights) AND w.at >= s.scheduled_since
        ON CONFLICT DO NOTHING
        """,
        *map(list, zip(*waves, strict=True)),
    )
    return int(status.rsplit(maxsplit=1)[-1])


async def due(conn: Connection, now: datetime) -> list[Row]:
    """Up to `AT_ONCE` occurrences whose moment has come, locked; `reason` says what stands in the way, if anything.

    `waits`: a device that was offline, and may sync at its next contact; it does so until its next day comes.
    """
    return await conn.fetch(
        f"""
        WITH due AS MATERIALIZED (
            SELECT district_id, subject, night, school_id, starts_at FROM occurrence
            WHERE state = 'due' AND starts_at <= $1 ORDER BY starts_at LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED
        )
        SELECT o.district_id, o.subject, o.night, o.school_id, s.device_id, s.target_id, m.mode,
               coalesce(s.pool, 'shared') AS pool,
               coalesce(s.at_next_contact AND NOT s.online AND NOT EXISTS (
                   SELECT FROM occurrence n WHERE n.district_id = o.district_id AND n.subject = o.subject
                                              AND n.night > o.night), false) AS waits,
               CASE WHEN s.target_id IS NULL THEN 'not_set_up'
                    WHEN EXISTS (SELECT FROM registry.blackout b
                                 WHERE b.district_id = o.district_id AND o.night BETWEEN b.first AND b.last
                                   AND (b.school_id IS NULL OR b.school_id = o.school_id)) THEN 'blackout'
                    WHEN m.mode = 'paused' THEN 'paused'
                    WHEN s.device_id IS NULL AND EXISTS (
                        SELECT FROM hold h WHERE h.district_id = o.district_id AND h.school_id = o.school_id
                                             AND h.state = 'open') THEN 'on_hold'
                    WHEN NOT s.online THEN 'device_offline'
                    WHEN $1 - o.starts_at >= $2 AND NOT s.at_next_contact THEN 'missed' END AS reason
        FROM due o
        LEFT JOIN registry.schedule s ON s.district_id = o.district_id AND s.subject = o.subject
        CROSS JOIN LATERAL (SELECT registry.mode_on(s.mode, s.mode_until, o.night) AS mode) m
        ORDER BY o.starts_at
        """,
        now,
        LATE,
    )


async def look_again(conn: Connection, waiting: Sequence[Row], at: datetime) -> None:
    """Leave these devices' days for later."""
    await conn.execute(
        """
        UPDATE occurrence o SET starts_at = $1
        FROM unnest($2::text[], $3::uuid[], $4::date[]) AS w (district_id, subject, night)
        WHERE o.district_id = w.district_id AND o.subject = w.subject AND o.night = w.night
        """,
        at,
        *([row[name] for row in waiting] for name in ("district_id", "subject", "night")),
    )


async def look_now(conn: Connection, district_id: str) -> None:
    """Look at the days of the district's devices that wait at the next tick, not only after the usual while."""
    await conn.execute(
        "UPDATE occurrence SET starts_at = at "
        "WHERE district_id = $1 AND state = 'due' AND subject <> school_id AND starts_at > at",
        district_id,
    )


async def settle(conn: Connection, endings: Sequence[Ending]) -> None:
    """Write down what became of occurrences."""
    await conn.execute(
        """
        UPDATE occurrence o SET state = e.state, reason = e.reason, run_id = e.run_id
        FROM unnest($1::text[], $2::uuid[], $3::date[], $4::text[], $5::text[], $6::uuid[])
             AS e (district_id, subject, night, state, reason, run_id)
        WHERE o.district_id = e.district_id AND o.subject = e.subject AND o.night = e.night AND o.state = 'due'
        """,
        *map(list, zip(*endings, strict=True)),
    )
