"""The table `device`: the offline Moodles at schools, whether each is in contact, and its latest syncs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from common.db import Connection, Pool, Row
from dashboard_api.queries.pages import Page

SHOWN = (
    "district_id, id, school_id, school, name, enabled, daily_at, at_next_contact, online, last_contact_at, "
    "next_sync_at, removed_at, target, notify, force"
)
SYNC = """
    SELECT o.id AS run_id, o.kind, o.mode, o.trigger, o.status, o.outcome, o.refusal, o.failure_code,
           o.failure_detail, o.retry_planned, o.actions, o.errors, o.courses, o.target_up AS bytes_up,
           o.target_down AS bytes_down, o.duration_ms, o.noted_at, o.requested_at, o.ended_at, o.phases::jsonb,
           d.locale
    FROM run r
    JOIN run_overview o ON o.district_id = r.district_id AND o.id = r.id
    JOIN district d ON d.id = r.district_id
    WHERE r.district_id = $1 AND r.device_id = $2
"""
"""A run of a device."""


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """Which devices. `districts` None: all. Those that were removed are in no list."""

    districts: list[str] | None
    district_id: str | None = None
    school_id: UUID | None = None
    after: tuple[str, UUID] | None = None
    """The sort key (lower-case name, id) of the last device before the page."""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class DeclaredDevice:
    """What an operator says of a device; `daily_at` in UTC, None: not by itself; `target` None: its school's."""

    id: UUID
    school_id: UUID
    name: str
    enabled: bool
    daily_at: time | None
    at_next_contact: bool
    target: str | None = None
    notify: bool = False
    force: bool = False


async def page(pool: Pool, wanted: DeviceFilter) -> Page:
    """A page of devices by name."""
    row = await pool.fetchrow(
        f"""
        WITH page AS (
            SELECT {SHOWN}, sort_name FROM device_overview
            WHERE removed_at IS NULL
              AND ($1::text[] IS NULL OR district_id = ANY($1))
              AND ($2::text IS NULL OR district_id = $2)
              AND ($3::uuid IS NULL OR school_id = $3)
              AND ($4::text IS NULL OR (sort_name, id) > ($4, $5::uuid))
            ORDER BY sort_name, id LIMIT $6 + 1
        ), kept AS (SELECT * FROM page ORDER BY sort_name, id LIMIT $6)
        SELECT coalesce(json_agg(to_jsonb(k) - 'sort_name' ORDER BY k.sort_name, k.id), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $6 THEN (
                   SELECT json_build_array(sort_name, id) FROM kept ORDER BY sort_name DESC, id DESC LIMIT 1
               )::text END AS next
        FROM kept k
        """,
        wanted.districts,
        wanted.district_id,
        wanted.school_id,
        wanted.after[0] if wanted.after else None,
        wanted.after[1] if wanted.after else None,
        wanted.limit,
    )
    assert row is not None
    return Page.of(row)


async def one(conn: Connection | Pool, districts: list[str] | None, id_: UUID) -> Row | None:
    """A device as lists have it, one that was removed too. `districts` None: all."""
    return await conn.fetchrow(
        f"SELECT {SHOWN} FROM device_overview WHERE id = $1 AND ($2::text[] IS NULL OR district_id = ANY($2))",
        id_,
        districts,
    )


async def lock(conn: Connection, id_: UUID) -> None:
    """Let nobody else change the device before the transaction ends."""
    await conn.execute("SELECT FROM device WHERE id = $1 FOR UPDATE", id_)


async def put(conn: Connection, district_id: str, wanted: DeclaredDevice) -> bool:
    """Declare a device of the district, which may have been removed before; False if the id is another district's."""
    return bool(
        await conn.fetchval(
            """
            INSERT INTO device (district_id, id, school_id, name, enabled, daily_at, at_next_contact, target_id, notify,
                                force)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (id) DO UPDATE
            SET school_id = excluded.school_id, name = excluded.name, enabled = excluded.enabled,
                daily_at = excluded.daily_at, at_next_contact = excluded.at_next_contact,
                target_id = excluded.target_id, notify = excluded.notify, force = excluded.force, removed_at = NULL
            WHERE device.district_id = excluded.district_id RETURNING true
            """,
            district_id,
            wanted.id,
            wanted.school_id,
            wanted.name,
            wanted.enabled,
            wanted.daily_at,
            wanted.at_next_contact,
            wanted.target,
            wanted.notify,
            wanted.force,
        )
    )


async def remove(conn: Connection, district_id: str, id_: UUID) -> None:
    """The device syncs no more and is in no list; its runs stay."""
    await conn.execute(
        "UPDATE device SET enabled = false, removed_at = coalesce(removed_at, now()) "
        "WHERE district_id = $1 AND id = $2",
        district_id,
        id_,
    )


async def note_contact(conn: Connection, district_id: str, id_: UUID, online: bool) -> bool:
    """Keep that the device is in contact at this moment, or is not any more; whether that is news."""
    was = await conn.fetchval("SELECT online FROM device WHERE district_id = $1 AND id = $2", district_id, id_)
    await conn.execute(
        """
        UPDATE device SET online = $3, last_contact_at = CASE WHEN $3 THEN now() ELSE last_contact_at END
        WHERE district_id = $1 AND id = $2
        """,
        district_id,
        id_,
        online,
    )
    return bool(was != online)


async def last_syncs(
    conn: Connection | Pool, district_id: str, id_: UUID, limit: int = 5, after: tuple[datetime, UUID] | None = None
) -> list[dict[str, Any]]:
    """The latest runs of the device, the newest first, also those that did not begin; with the district's `locale`.

    `after`: when the last run before the page was first heard of, and its id.
    """
    rows = await conn.fetch(
        f"{SYNC} AND ($4::timestamptz IS NULL OR (r.noted_at, r.id) < ($4, $5::uuid)) "
        "ORDER BY r.noted_at DESC, r.id DESC LIMIT $3",
        district_id,
        id_,
        limit,
        *(after or (None, None)),
    )
    return [dict(row) for row in rows]


async def latest_syncs(pool: Pool, district_id: str, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """`run_id, status, outcome, noted_at` of the latest run of each of these devices that has any."""
    rows = await pool.fetch(
        """
        SELECT d.id, latest.* FROM unnest($2::uuid[]) AS d (id)
        CROSS JOIN LATERAL (SELECT r.id AS run_id, r.status, r.outcome, r.noted_at FROM run r
                            WHERE r.district_id = $1 AND r.device_id = d.id
                            ORDER BY r.noted_at DESC, r.id DESC LIMIT 1) latest
        """,
        district_id,
        ids,
    )
    return {row["id"]: row for row in rows}


async def one_sync(pool: Pool, district_id: str, id_: UUID, run_id: UUID) -> dict[str, Any] | None:
    """One run of the device."""
    row = await pool.fetchrow(f"{SYNC} AND r.id = $3", district_id, id_, run_id)
    return dict(row) if row else None


async def numbers(pool: Pool, district_id: str, school_id: UUID | None = None) -> Row:
    """`devices, online, enabled` of a district, or of one of its schools."""
    row = await pool.fetchrow(
        "SELECT count(*) AS devices, count(*) FILTER (WHERE online) AS online, "
        "count(*) FILTER (WHERE enabled) AS enabled FROM device "
        "WHERE district_id = $1 AND ($2::uuid IS NULL OR school_id = $2) AND removed_at IS NULL",
        district_id,
        school_id,
    )
    assert row is not None
    return row


async def waits_since(pool: Pool, district_id: str, id_: UUID) -> datetime | None:
    """The time that passed while the device was offline, if it is to sync at its next contact instead."""
    if not await pool.fetchval("SELECT to_regclass('schedule.occurrence') IS NOT NULL"):
        return None
    at: datetime | None = await pool.fetchval(
        "SELECT max(at) FROM schedule.occurrence WHERE district_id = $1 AND subject = $2 AND state = 'due'",
        district_id,
        id_,
    )
    return at


async def of_run(pool: Pool, district_id: str, run_id: UUID) -> Row | None:
    """`id, name` of the device whose sync a run is; None for what is no device's."""
    return await pool.fetchrow(
        "SELECT v.id, v.name FROM run r JOIN device v ON v.district_id = r.district_id AND v.id = r.device_id "
        "WHERE r.district_id = $1 AND r.id = $2",
        district_id,
        run_id,
    )
