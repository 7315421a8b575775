"""The table `audit`: what people and keys did."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from common.db import Connection, Pool, Row
from dashboard_api.queries.pages import Page

_OF_SCHOOL = "SELECT s.name FROM school s WHERE s.district_id = kept.district_id AND s.id ="
_ID = "split_part(subject, '/', 2)"
_UUID = f"CASE WHEN {_ID} ~ '^[0-9a-f-]{{36}}$' THEN {_ID}::uuid END"
SUBJECT_NAME = f"""
    CASE split_part(subject, '/', 1)
    WHEN 'operator' THEN name_of_actor({_ID})
    WHEN 'key' THEN name_of_actor({_ID})
    WHEN 'district' THEN (SELECT d.name FROM district d WHERE d.id = {_ID})
    WHEN 'school' THEN ({_OF_SCHOOL} {_UUID})
    WHEN 'device' THEN (SELECT v.name FROM device v WHERE v.district_id = kept.district_id AND v.id = {_UUID})
    WHEN 'run' THEN ({_OF_SCHOOL} (SELECT r.school_id FROM run r
                                   WHERE r.district_id = kept.district_id AND r.id = {_UUID}))
    WHEN 'hold' THEN ({_OF_SCHOOL} (SELECT h.school_id FROM hold_decision h
                                    WHERE h.district_id = kept.district_id AND h.hold_id = {_UUID}))
    WHEN 'order' THEN (SELECT min(s.name) FROM run r
                       JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
                       WHERE r.district_id = kept.district_id AND r.order_id = {_UUID} HAVING count(*) = 1)
    END
"""
"""Names of what acts were about are looked up when they are shown: of a run, a hold and an order the one school's; null
for what has none, or is no longer there."""
PART = 500


async def add(
    conn: Connection, district_id: str, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None
) -> None:
    """Note an act, in the transaction that does it. Never a secret, never a person's data: people by their ids."""
    await conn.execute(
        "INSERT INTO audit (district_id, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)",
        district_id,
        actor,
        action,
        subject,
        detail or {},
    )


async def latest(
    conn: Connection, district_id: str, subjects: Sequence[str], actions: Sequence[str], limit: int
) -> list[Row]:
    """`at, action, actor_name, detail` of the latest acts of these kinds on these subjects, the latest first."""
    return await conn.fetch(
        """
        SELECT at, action, detail,
               coalesce((SELECT o.name FROM operator o WHERE o.id::text = actor),
                        (SELECT k.name FROM api_key k WHERE k.id::text = actor), actor) AS actor_name
        FROM audit
        WHERE district_id = $1 AND subject = ANY($2::text[]) AND action = ANY($3::text[]) ORDER BY id DESC LIMIT $4
        """,
        district_id,
        subjects,
        actions,
        limit,
    )


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Which acts. `districts` None: all; blank and None: any. `until` is the first moment that is too late."""

    districts: list[str] | None
    district_id: str | None = None
    actor: str = ""
    """The id of a person or key."""
    action: str = ""
    subject: str = ""
    search: str = ""
    """Part of the action, the subject, or what the act keeps."""
    since: datetime | None = None
    until: datetime | None = None
    after: int | None = None
    """The id of the last act before the page."""
    limit: int = 50
    school_id: UUID | None = None
    """Acts about this school of the district: its settings, nightly mode, runs, holds and devices."""

    def at(self, after: Sequence[int] | None, limit: int) -> "ActFilter":
        """The same, of the page after this sort key."""
        return replace(self, after=after[0] if after else None, limit=limit)


ABOUT_SCHOOL = """
    runs AS (SELECT id, order_id FROM run WHERE district_id = $2 AND school_id = $11::text::uuid),
    subjects AS (
        SELECT 'school/' || $11::text AS subject
        UNION SELECT 'run/' || id FROM runs
        UNION SELECT 'order/' || order_id FROM runs WHERE order_id IS NOT NULL
        UNION SELECT 'consent/' || id FROM consent WHERE district_id = $2 AND school_id = $11::text::uuid
        UNION SELECT 'device/' || id FROM device WHERE district_id = $2 AND school_id = $11::text::uuid
        UNION SELECT 'hold/' || hold_id FROM hold_decision WHERE district_id = $2 AND school_id = $11::text::uuid
    ), about AS (
        SELECT a.id FROM subjects s JOIN audit a ON a.district_id = $2 AND a.subject = s.subject
        UNION
        SELECT id FROM audit
        WHERE district_id = $2 AND action = 'nightly mode'
          AND detail @> jsonb_build_object('after', jsonb_build_array(jsonb_build_object('school_id', $11::text)))
    ),
"""
"""The ids of what was done about a school, found by what each act was about, however many a district has."""


async def page(pool: Pool, wanted: ActFilter) -> Page:
    """A page of acts, the latest first: `at, district_id, actor, actor_name, action, subject, detail`.

    `actor_name` is null for the command line, and for people and keys that are gone.
    """
    about = wanted.school_id is not None
    row = await pool.fetchrow(
        f"""
        WITH {ABOUT_SCHOOL if about else ""} page AS (
            SELECT id, district_id, at, actor, action, subject, detail FROM audit
            WHERE ($1::text[] IS NULL OR district_id = ANY ($1)) AND ($2::text IS NULL OR district_id = $2)
              AND ($3 = '' OR actor = $3) AND ($4 = '' OR action = $4) AND ($5 = '' OR subject = $5)
              AND ($6 = '' OR strpos(lower(concat_ws(' ', action, subject, detail)), lower($6)) > 0)
              AND ($7::timestamptz IS NULL OR at >= $7) AND ($8::timestamptz IS NULL OR at < $8)
              AND ($9::bigint IS NULL OR id < $9) {"AND id IN (SELECT id FROM about)" if about else ""}
            ORDER BY id DESC LIMIT $10 + 1
        ), kept AS (SELECT * FROM page ORDER BY id DESC LIMIT $10)
        SELECT coalesce(json_agg(json_build_object(
                   'at', at, 'district_id', district_id, 'actor', actor,
                   'actor_name', coalesce((SELECT o.name FROM operator o WHERE o.id::text = actor),
                                          (SELECT k.name FROM api_key k WHERE k.id::text = actor)),
                   'action', action, 'subject', subject, 'subject_name', {SUBJECT_NAME}, 'detail', detail)
                   ORDER BY id DESC), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $10 THEN (
                   SELECT json_build_array(id::text) FROM kept ORDER BY id LIMIT 1)::text END AS next
        FROM kept
        """,
        wanted.districts,
        wanted.district_id,
        wanted.actor,
        wanted.action,
        wanted.subject,
        wanted.search,
        wanted.since,
        wanted.until,
        wanted.after,
        wanted.limit,
        *([str(wanted.school_id)] if about else []),
    )
    assert row is not None
    return Page.of(row)


async def parts(pool: Pool, wanted: ActFilter) -> AsyncIterator[list[dict[str, Any]]]:
    """All of them, page by page."""
    after = wanted.after
    while True:
        found = await page(pool, replace(wanted, after=after, limit=PART))
        yield found.rows()
        if found.next is None:
            return
        after = int(found.next[0])


async def choices(pool: Pool, district_id: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Who did something in the district (`id, name`), and what kinds of acts there are."""
    text: str = await pool.fetchval(
        """
        SELECT json_build_object(
            'actors', (SELECT coalesce(json_agg(json_build_object('id', actor, 'name', name) ORDER BY lower(name)),
                                       '[]')
                       FROM (SELECT DISTINCT a.actor, coalesce(o.name, k.name) AS name FROM audit a
                             LEFT JOIN operator o ON o.id::text = a.actor LEFT JOIN api_key k ON k.id::text = a.actor
                             WHERE a.district_id = $1) who WHERE name IS NOT NULL),
            'actions', (SELECT coalesce(json_agg(DISTINCT action), '[]') FROM audit WHERE district_id = $1))::text
        """,
        district_id,
    )
    found = json.loads(text)
    return found["actors"], found["actions"]
