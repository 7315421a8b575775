"""The table `audit`, filtered: what who did in a district, and when."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from common.db import Pool
from dashboard_api.queries.audit import SUBJECT_NAME
from dashboard_api.queries.pages import Page

PART = 500


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Blank and None: any. `first` and `last` are dates in the zone, both included; `after` is an id."""

    district_id: str
    zone: str
    actor: str = ""
    action: str = ""
    first: date | None = None
    last: date | None = None
    after: int | None = None
    limit: int = 50


async def page(pool: Pool, wanted: ActFilter) -> Page:
    """A page of acts, the latest first, as `queries.audit.page` has them."""
    row = await pool.fetchrow(
        f"""
        WITH page AS (
            SELECT id, district_id, at, actor, action, subject, detail FROM audit
            WHERE district_id = $1 AND ($2 = '' OR actor = $2) AND ($3 = '' OR action = $3)
              AND ($4::date IS NULL OR at >= ($4::date)::timestamp AT TIME ZONE $6)
              AND ($5::date IS NULL OR at < ($5::date + 1)::timestamp AT TIME ZONE $6)
              AND ($7::bigint IS NULL OR id < $7)
            ORDER BY id DESC LIMIT $8 + 1
        ), kept AS (SELECT * FROM page ORDER BY id DESC LIMIT $8)
        SELECT coalesce(json_agg(json_build_object(
                   'at', at, 'district_id', district_id, 'actor', actor,
                   'actor_name', coalesce((SELECT o.name FROM operator o WHERE o.id::text = actor),
                                          (SELECT k.name FROM api_key k WHERE k.id::text = actor)),
                   'action', action, 'subject', subject, 'subject_name', {SUBJECT_NAME}, 'detail', detail)
                   ORDER BY id DESC), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $8 THEN (
                   SELECT json_build_array(id::text) FROM kept ORDER BY id LIMIT 1)::text END AS next
        FROM kept
        """,
        wanted.district_id,
        wanted.actor,
        wanted.action,
        wanted.first,
        wanted.last,
        wanted.zone,
        wanted.after,
        wanted.limit,
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
