"""When schools sync by themselves: columns of `district` and `school`, and the table `blackout`."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from common.db import Connection, Pool, Row
from dashboard_api.queries.pages import Page


async def of_school(conn: Connection | Pool, district_id: str, school_id: UUID) -> Row | None:
    """A school's own `nightly, nights` (null: the district's), and what they come to: `wall, on_nights, timezone`."""
    return await conn.fetchrow(
        """
        SELECT s.id, s.name, s.nightly, s.nights, coalesce(s.nightly, d.nightly) AS wall,
               coalesce(s.nights, d.nights) AS on_nights, coalesce(s.timezone, d.timezone) AS timezone
        FROM school s JOIN district d ON d.id = s.district_id WHERE s.district_id = $1 AND s.id = $2
        """,
        district_id,
        school_id,
    )


async def set_school(
    conn: Connection, district_id: str, school_id: UUID, nightly: time | None, nights: Sequence[int] | None
) -> None:
    """Give a school a time and nights of its own; None: the district's."""
    await conn.execute(
        "UPDATE school SET nightly = $3, nights = $4 WHERE district_id = $1 AND id = $2",
        district_id,
        school_id,
        nightly,
        nights,
    )


async def of_district(conn: Connection | Pool, district_id: str) -> Row | None:
    """`nightly, nights, spread_minutes, timezone` of a district."""
    return await conn.fetchrow(
        "SELECT nightly, nights, spread_minutes, timezone FROM district WHERE id = $1", district_id
    )


async def set_district(
    conn: Connection, district_id: str, nightly: time | None, nights: Sequence[int], spread_minutes: int
) -> None:
    """Set what schools without a time of their own have. Those that begin with it have missed no earlier night."""
    await conn.execute(
        """
        WITH new AS (UPDATE school SET scheduled_since = now()
                     FROM district d WHERE d.id = $1 AND school.district_id = $1 AND school.nightly IS NULL
                                       AND d.nightly IS NULL AND $2::time IS NOT NULL)
        UPDATE district SET nightly = $2, nights = $3, spread_minutes = $4 WHERE id = $1
        """,
        district_id,
        nightly,
        nights,
        spread_minutes,
    )


async def blackouts(conn: Connection | Pool, district_id: str) -> list[Row]:
    """`first, last, reason, school_id` (null: all schools), in the order of dates."""
    return await conn.fetch(
        "SELECT first, last, reason, school_id FROM blackout WHERE district_id = $1 ORDER BY first, last, id",
        district_id,
    )


async def dates_without_sync(conn: Connection | Pool, district_id: str) -> list[tuple[date, date, str | None]]:
    """`first, last, school_id` (None: all schools) of the blackouts that are not over yet in any time zone."""
    rows = await conn.fetch(
        "SELECT first, last, school_id::text FROM blackout WHERE district_id = $1 AND last >= current_date - 2",
        district_id,
    )
    return [(row["first"], row["last"], row["school_id"]) for row in rows]


async def set_blackouts(
    conn: Connection, district_id: str, wanted: Sequence[tuple[date, date, str, UUID | None]]
) -> None:
    """These, and no others."""
    await conn.execute("DELETE FROM blackout WHERE district_id = $1", district_id)
    await conn.executemany(
        "INSERT INTO blackout (district_id, first, last, reason, school_id) VALUES ($1, $2, $3, $4, $5)",
        [(district_id, *one) for one in wanted],
    )


async def scheduled(conn: Connection | Pool, district_id: str, school_id: UUID | None) -> list[dict[str, Any]]:
    """The schools of the district that sync by themselves, or the one: as `registry.schedule` has them."""
    rows = await conn.fetch(
        """
        SELECT school_id, timezone, wall, nights, spread_seconds, mode, mode_until FROM registry.schedule
        WHERE district_id = $1 AND device_id IS NULL AND ($2::uuid IS NULL OR school_id = $2)
        """,
        district_id,
        school_id,
    )
    return [dict(row) for row in rows]


async def starts(conn: Connection | Pool, school_id: UUID, nights: Sequence[tuple[date, datetime]], spread: int) -> Any:
    """The moments at which a school's nights begin, spread as the scheduler spreads them."""
    rows = await conn.fetch(
        """
        SELECT n.at + registry.delay($1, n.night, $4) AS starts_at
        FROM unnest($2::date[], $3::timestamptz[]) WITH ORDINALITY AS n (night, at, place) ORDER BY n.place
        """,
        school_id,
        [night for night, _ in nights],
        [at for _, at in nights],
        spread,
    )
    return [row["starts_at"] for row in rows]


async def nights_page(
    pool: Pool, district_id: str, school_id: UUID | None, after: tuple[datetime, UUID] | None, limit: int
) -> Page:
    """A page of what became of the nights that came, the latest first; nothing before the scheduler's first start."""
    if not await pool.fetchval("SELECT to_regclass('schedule.occurrence') IS NOT NULL"):
        return Page("[]", None)
    row = await pool.fetchrow(
        """
        WITH page AS (
            SELECT night, school_id, subject, at, state, reason, run_id FROM schedule.occurrence
            WHERE district_id = $1 AND ($2::uuid IS NULL OR school_id = $2)
              AND ($3::timestamptz IS NULL OR (at, subject) < ($3, $4::uuid))
            ORDER BY at DESC, subject DESC LIMIT $5 + 1
        ), kept AS (SELECT * FROM page ORDER BY at DESC, subject DESC LIMIT $5)
        SELECT coalesce(json_agg(json_build_object(
                   'night', k.night, 'school_id', k.school_id, 'school', s.name, 'at', k.at, 'state', k.state,
                   'reason', k.reason, 'run_id', k.run_id) ORDER BY k.at DESC, k.subject DESC), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $5 THEN (
                   SELECT json_build_array(at, subject) FROM kept ORDER BY at, subject LIMIT 1)::text END AS next
        FROM kept k LEFT JOIN school s ON s.district_id = $1 AND s.id = k.school_id
        """,
        district_id,
        school_id,
        *(after or (None, None)),
        limit,
    )
    assert row is not None
    return Page.of(row)


async def occurrences(pool: Pool, district_id: str, school_id: UUID | None, limit: int) -> list[Row]:
    """What became of the latest nights, as the scheduler tells it; nothing before its first start."""
    if not await pool.fetchval("SELECT to_regclass('schedule.occurrence') IS NOT NULL"):
        return []
    return await pool.fetch(
        """
        SELECT o.night, o.school_id, s.name AS school, o.at, o.state, o.reason, o.run_id
        FROM schedule.occurrence o LEFT JOIN school s ON s.district_id = o.district_id AND s.id = o.school_id
        WHERE o.district_id = $1 AND ($2::uuid IS NULL OR o.school_id = $2)
        ORDER BY o.at DESC, o.subject LIMIT $3
        """,
        district_id,
        school_id,
        limit,
    )
