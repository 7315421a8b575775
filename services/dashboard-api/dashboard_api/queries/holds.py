"""moodle-sync's published view `plan.hold`, with what was decided here and not heard of there yet."""

import json
from typing import Any
from uuid import UUID

from common.db import Pool
from dashboard_api.queries.pages import Page, StateFilter, newest_first

HOLD = """
    SELECT h.district_id, h.id, h.run_id, h.school_id, s.name AS school, h.plan_hash, named.guards, h.operations,
           CASE WHEN h.state = 'open' AND d.hold_id IS NOT NULL THEN 'decided' ELSE h.state END AS state,
           h.opened_at, coalesce(d.decided_at, h.closed_at) AS closed_at, coalesce(d.decision, h.decision) AS decision,
           coalesce(d.decided_by, h.decided_by) AS decided_by,
           coalesce((SELECT o.name FROM operator o WHERE o.id::text = coalesce(d.decided_by, h.decided_by)),
                    (SELECT k.name FROM api_key k WHERE k.id::text = coalesce(d.decided_by, h.decided_by)))
               AS decided_by_name,
           coalesce(d.reason, h.reason, '') AS reason, cardinality(d.operations) AS chosen,
           (SELECT r.id FROM run r WHERE r.district_id = h.district_id AND r.order_id = h.id LIMIT 1) AS next_run_id,
           district.locale, coalesce(s.timezone, district.timezone) AS timezone
    FROM plan.hold h
    LEFT JOIN district ON district.id = h.district_id
    LEFT JOIN hold_decision d ON d.district_id = h.district_id AND d.hold_id = h.id
    LEFT JOIN school s ON s.district_id = h.district_id AND s.id = h.school_id
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_agg(g.guard || jsonb_build_object('name', (
                   SELECT l.applied->>'fullname' FROM plan.run r
                   JOIN plan.link l ON l.district_id = r.district_id AND l.target_id = r.target_id
                        AND l.source_id = r.source_id AND l.entity = 'course' AND l.source_key = g.guard->>'subject'
                   WHERE r.district_id = h.district_id AND r.run_id = h.run_id
                     AND g.guard->>'code' = 'CLASS_TURNOVER')) ORDER BY g.place), '[]') AS guards
        FROM jsonb_array_elements(h.guards) WITH ORDINALITY g (guard, place)) named
"""
"""`chosen`: how many the decision names, null for all. Each guard about a class has its `name`."""


async def page(pool: Pool, wanted: StateFilter) -> Page:
    """A page of holds, the newest first."""
    return await newest_first(pool, HOLD, "opened_at", wanted)


async def one(pool: Pool, districts: list[str] | None, id_: UUID) -> dict[str, Any] | None:
    """A hold, among those that one may see. `districts` None: all."""
    text: str | None = await pool.fetchval(
        f"SELECT to_json(o)::text FROM ({HOLD} WHERE h.id = $1) o WHERE $2::text[] IS NULL OR district_id = ANY($2)",
        id_,
        districts,
    )
    return json.loads(text) if text else None


async def of_run(pool: Pool, district_id: str, run_id: UUID) -> UUID | None:
    """The hold in which operations of a run wait for a decision, or waited."""
    id_: UUID | None = await pool.fetchval(
        "SELECT id FROM plan.hold WHERE district_id = $1 AND run_id = $2", district_id, run_id
    )
    return id_
