"""Lists of schools, as JSON."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from common.db import Pool
from dashboard_api.queries.pages import Page

SchoolStatus = Literal["nightly", "with_errors", "paused", "on_hold", "not_set_up", "not_shared"]
"""As `registry.status_of` decides it."""

SchoolSort = Literal[
    "name", "status", "nightly", "errors", "last_sync", "read",
    "class", "teacher", "student", "administrator", "guardian",
]  # fmt: skip
"""What a list can be in the order of. `status`: what most needs somebody first; `read`: when the roster was read."""
Direction = Literal["ascending", "descending"]

STATUSES = "ARRAY['on_hold', 'with_errors', 'paused', 'nightly', 'not_set_up', 'not_shared']"
ORDERS: dict[SchoolSort, tuple[str, str]] = {
    "name": ("s.sort_name", "text"),
    "status": (f"array_position({STATUSES}, s.status)", "int"),
    "nightly": ("coalesce(s.nightly, '24:00')", "time"),
    "errors": ("s.errors", "int"),
    "last_sync": ("coalesce(s.last_run_at, '-infinity')", "timestamptz"),
    "read": ("coalesce(s.counts_at, '-infinity')", "timestamptz"),
    "class": ("coalesce((s.counts->>'class')::int, -1)", "int"),
    "teacher": ("coalesce((s.counts->>'teacher')::int, -1)", "int"),
    "student": ("coalesce((s.counts->>'student')::int, -1)", "int"),
    "administrator": ("coalesce((s.counts->>'administrator')::int, -1)", "int"),
    "guardian": ("coalesce((s.counts->>'guardian')::int, -1)", "int"),
}
"""An expression for each, never null, and its type. What is not known comes before everything that is."""


@dataclass(frozen=True, slots=True)
class SchoolFilter:
    """Which schools, and in which order. `districts` None: all; `status` may also be `running`, for an open run."""

    districts: list[str] | None
    district_id: str | None = None
    status: str | None = None
    search: str | None = None
    after: tuple[str, str, UUID] | None = None
    """The sort key (value, lower-case name, id) of the last school before the page."""
    limit: int = 50
    sort: SchoolSort = "name"
    direction: Direction = "ascending"
    target: str | None = None
    """The id of the Moodle site that they are set up for."""


async def page(pool: Pool, wanted: SchoolFilter) -> Page:
    """A page of schools; those with the same value by name, whatever the direction."""
    value, type_ = ORDERS[wanted.sort]
    way, beyond = ("DESC", "<") if wanted.direction == "descending" else ("ASC", ">")
    row = await pool.fetchrow(
        f"""
        WITH page AS (
            SELECT s.district_id, s.id, s.sort_name, {value} AS value FROM school_status s
            WHERE ($1::text[] IS NULL OR s.district_id = ANY($1))
              AND ($2::text IS NULL OR s.district_id = $2)
              AND ($3::text IS NULL OR s.status = $3 OR ($3 = 'running' AND EXISTS (
                   SELECT FROM run r
                   WHERE r.district_id = s.district_id AND r.school_id = s.id AND r.status < 'refused')))
              AND ($4::text IS NULL OR position(lower($4) IN s.sort_name) > 0)
              AND ($9::text IS NULL OR s.target_id = $9)
              AND ($5::text IS NULL OR {value} {beyond} $5::text::{type_}
                   OR {value} = $5::text::{type_} AND (s.sort_name, s.id) > ($6, $7::uuid))
            ORDER BY value {way}, s.sort_name, s.id LIMIT $8 + 1
        ), kept AS (SELECT * FROM page ORDER BY value {way}, sort_name, id LIMIT $8)
        SELECT coalesce(json_agg(to_json(o) ORDER BY k.value {way}, k.sort_name, k.id), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $8 THEN (
                   SELECT json_build_array(value::text, sort_name, id) FROM kept
                   ORDER BY value {"ASC" if way == "DESC" else "DESC"}, sort_name DESC, id DESC LIMIT 1
               )::text END AS next
        FROM kept k JOIN school_overview o ON o.district_id = k.district_id AND o.id = k.id
        """,
        wanted.districts,
        wanted.district_id,
        wanted.status,
        wanted.search or None,
        *(wanted.after or (None, None, None)),
        wanted.limit,
        wanted.target,
    )
    assert row is not None
    return Page.of(row)


async def count_by_status(pool: Pool) -> dict[str, int]:
    """How many schools stand how, over all districts."""
    rows = await pool.fetch("SELECT status, count(*) AS n FROM school_status GROUP BY status")
    return {row["status"]: row["n"] for row in rows}
