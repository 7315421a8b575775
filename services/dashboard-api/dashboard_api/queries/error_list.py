"""Data errors as they stand, across schools, as JSON: one by one, and by cause."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from common.db import Pool, Row
from common.event_model import Severity
from dashboard_api.queries.pages import Page

ROWS_AT_ONCE = 2000

ErrorKey = tuple[str, str, UUID, str, str, str, str]
"""District, code, school, phase, entity, key at the source and field: what an error is known by, and sorted by."""


@dataclass(frozen=True, slots=True)
class ErrorFilter:
    """Which errors. `districts` None: all. Causes know no `entity`, no place and no limit."""

    districts: list[str] | None
    district_id: str | None = None
    school_id: UUID | None = None
    code: str | None = None
    severity: Severity | None = None
    entity: str | None = None
    after: ErrorKey | None = None
    """The key of the last error before the page."""
    limit: int = 200


CHOSEN = """
    SELECT * FROM run_error
    WHERE ($1::text[] IS NULL OR district_id = ANY($1))
      AND ($2::text IS NULL OR district_id = $2)
      AND ($3::uuid IS NULL OR school_id = $3)
      AND ($4::text IS NULL OR code = $4)
      AND ($5::text IS NULL OR severity = $5)
      AND ($6::text IS NULL OR entity = $6)
      AND ($7::text IS NULL OR (district_id, code, school_id, phase, entity, source_key, field)
                               > ($7, $8, $9::uuid, $10, $11, $12, $13))
    ORDER BY district_id, code, school_id, phase, entity, source_key, field LIMIT $14
"""
NAMED = """
    SELECT e.district_id, e.school_id, s.name AS school, e.code, e.severity, e.entity, e.source_key AS source_id,
           coalesce(nullif(concat_ws(' ', r.body->>'given_name', r.body->>'family_name'), ''), r.body->>'title',
                    r.body->>'name', '') AS name,
           e.field, e.value, e.detail, e.phase, e.run_id, e.first_seen_at, e.seen_at
    FROM chosen e
    LEFT JOIN school s ON s.district_id = e.district_id AND s.id = e.school_id
    LEFT JOIN roster.record r ON r.district_id = e.district_id AND r.school_id = e.school_id AND r.entity = e.entity
                             AND r.source_key = e.source_key AND r.last_snapshot IS NULL
    ORDER BY e.district_id, e.code, e.school_id, e.phase, e.entity, e.source_key, e.field
"""
"""`name`: of the record, where the roster has it in spite of the error; otherwise blank."""


async def page(pool: Pool, wanted: ErrorFilter) -> Page:
    """A page of errors by code, then by school; those of a school stand together.

    Each is `{district_id, school_id, school, code, severity, entity, source_id, name, field, value, detail, phase,
    run_id, first_seen_at, seen_at}`; `run_id` is the latest run that found it, `seen_at` when it did.
    """
    rows = await pool.fetch(
        f"WITH chosen AS ({CHOSEN}), named AS ({NAMED}) SELECT to_json(named)::text AS item, named.* FROM named",
        *_values(wanted, wanted.limit + 1),
    )
    kept = rows[: wanted.limit]
    following = [str(part) for part in _key(kept[-1])] if len(rows) > wanted.limit else None
    return Page(f"[{','.join(row['item'] for row in kept)}]", following)


async def all_rows(pool: Pool, wanted: ErrorFilter) -> AsyncIterator[list[Row]]:
    """All of them, some thousands at a time; no transaction lasts while they are sent."""
    after = wanted.after
    while rows := await pool.fetch(
        f"WITH chosen AS ({CHOSEN}) {NAMED}", *_values(replace(wanted, after=after), ROWS_AT_ONCE)
    ):
        yield rows
        after = _key(rows[-1])


async def causes(pool: Pool, wanted: ErrorFilter) -> list[dict[str, Any]]:
    """Why errors stand, the worst and most frequent first: `{code, severity, schools, records, since}`.

    `since` is when the oldest of them was first seen. Kept numbers are added up: nothing is counted one by one.
    """
    text: str = await pool.fetchval(
        """
        SELECT coalesce(json_agg(to_json(c) ORDER BY array_position(ARRAY['critical', 'error', 'warning'], c.severity),
                                                     c.records DESC, c.code), '[]')::text
        FROM (SELECT code, severity, count(*) AS schools, sum(records) AS records, min(since) AS since
              FROM school_error
              WHERE ($1::text[] IS NULL OR district_id = ANY($1))
                AND ($2::text IS NULL OR district_id = $2)
                AND ($3::uuid IS NULL OR school_id = $3)
                AND ($4::text IS NULL OR code = $4)
                AND ($5::text IS NULL OR severity = $5)
              GROUP BY code, severity) c
        """,
        *(wanted.districts, wanted.district_id, wanted.school_id, wanted.code, wanted.severity),
    )
    found: list[dict[str, Any]] = json.loads(text)
    return found


async def sums(pool: Pool, wanted: ErrorFilter) -> dict[str, Any]:
    """`{schools, failing, records, severities}`: how many there are, and how many records of each severity.

    `failing` are the schools with more than warnings.
    """
    text: str = await pool.fetchval(
        """
        WITH chosen AS (
            SELECT school_id, severity, records FROM school_error
            WHERE ($1::text[] IS NULL OR district_id = ANY($1))
              AND ($2::text IS NULL OR district_id = $2)
              AND ($3::uuid IS NULL OR school_id = $3)
              AND ($4::text IS NULL OR code = $4))
        SELECT json_build_object(
            'schools', (SELECT count(DISTINCT school_id) FROM chosen),
            'failing', (SELECT count(DISTINCT school_id) FROM chosen WHERE severity <> 'warning'),
            'records', (SELECT coalesce(sum(records), 0) FROM chosen),
            'severities', (SELECT coalesce(json_object_agg(severity, records), '{}')
                           FROM (SELECT severity, sum(records) AS records FROM chosen GROUP BY severity) s))::text
        """,
        *(wanted.districts, wanted.district_id, wanted.school_id, wanted.code),
    )
    found: dict[str, Any] = json.loads(text)
    return found


async def schools_with(pool: Pool, wanted: ErrorFilter, limit: int) -> list[Row]:
    """`school_id, school, timezone, records, since` of the schools that have such errors, the most first."""
    return await pool.fetch(
        """
        SELECT e.school_id, s.name AS school, coalesce(s.timezone, d.timezone) AS timezone, sum(e.records) AS records,
               min(e.since) AS since
        FROM school_error e
        JOIN school s ON s.district_id = e.district_id AND s.id = e.school_id
        JOIN district d ON d.id = e.district_id
        WHERE ($1::text[] IS NULL OR e.district_id = ANY($1))
          AND ($2::text IS NULL OR e.district_id = $2)
          AND ($3::text IS NULL OR e.code = $3)
          AND ($4::text IS NULL OR e.severity = $4)
        GROUP BY e.school_id, s.name, s.timezone, d.timezone
        ORDER BY records DESC, lower(s.name), e.school_id LIMIT $5
        """,
        *(wanted.districts, wanted.district_id, wanted.code, wanted.severity, limit),
    )


def _key(row: Row) -> ErrorKey:
    return (
        *(row["district_id"], row["code"], row["school_id"], row["phase"], row["entity"], row["source_id"]),
        row["field"],
    )


def _values(wanted: ErrorFilter, rows: int) -> tuple[Any, ...]:
    return (
        *(wanted.districts, wanted.district_id, wanted.school_id, wanted.code, wanted.severity, wanted.entity),
        *(wanted.after or (None,) * 7),
        rows,
    )
