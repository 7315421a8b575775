"""Lists of schools, as JSON."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from common.db import Pool
from dashboard_api.queries.pages import Page

SchoolStatus = Literal["nightly", "with_errors", "paused", "on_hold", "not_set_up", "not_shared"]
"""As `registry.status_of` decides it."""
RUNNING = "running"


@dataclass(frozen=True, slots=True)
class SchoolFilter:
    """Which schools. `districts` None: all; `status` may also be `running`, for schools with an open run."""

    districts: list[str] | None
    district_id: str | None = None
    status: str | None = None
    search: str | None = None
    after: tuple[str, UUID] | None = None
    """The sort key (lower-case name, id) of the last school before the page."""
    limit: int = 50


async def page(pool: Pool, wanted: SchoolFilter) -> Page:
    """A page of schools by name."""
    row = await pool.fetchrow(
        """
        WITH page AS (
            SELECT s.district_id, s.id, s.sort_name FROM school_status s
            WHERE ($1::text[] IS NULL OR s.district_id = ANY($1))
              AND ($2::text IS NULL OR s.district_id = $2)
              AND ($3::text IS NULL OR s.status = $3 OR ($3 = 'running' AND EXISTS (
                   SELECT FROM run r
                   WHERE r.district_id = s.district_id AND r.school_id = s.id AND r.status < 'refused')))
              AND ($4::text IS NULL OR position(lower($4) IN s.sort_name) > 0)
              AND ($5::text IS NULL OR (s.sort_name, s.id) > ($5, $6::uuid))
            ORDER BY s.sort_name, s.id LIMIT $7 + 1
        ), kept AS (SELECT * FROM page ORDER BY sort_name, id LIMIT $7)
        SELECT coalesce(json_agg(to_json(o) ORDER BY k.sort_name, k.id), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $7 THEN (
                   SELECT json_build_array(sort_name, id) FROM kept ORDER BY sort_name DESC, id DESC LIMIT 1
               )::text END AS next
        FROM kept k JOIN school_overview o ON o.district_id = k.district_id AND o.id = k.id
        """,
        wanted.districts,
        wanted.district_id,
        wanted.status,
        wanted.search or None,
        wanted.after[0] if wanted.after else None,
        wanted.after[1] if wanted.after else None,
        wanted.limit,
    )
    assert row is not None
    return Page.of(row)


async def count_by_status(pool: Pool) -> dict[str, int]:
    """How many schools stand how, over all districts."""
    rows = await pool.fetch("SELECT status, count(*) AS n FROM school_status GROUP BY status")
    return {row["status"]: row["n"] for row in rows}
