"""roster-fetcher's published view `roster.record`: what differs between two snapshots of a school.

A record that is the same in both is one row with a range over both, so only rows in one of the two are looked at.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from common.db import Pool, Row
from dashboard_api.queries.pages import Page

ROWS_AT_ONCE = 5000

DIFFERENCES = """
    WITH touched AS (
        SELECT entity, source_key, hash, body,
               first_snapshot <= $3 AND coalesce(last_snapshot, 2147483647) >= $3 AS before,
               first_snapshot <= $4 AND coalesce(last_snapshot, 2147483647) >= $4 AS after
        FROM roster.record
        WHERE district_id = $1 AND school_id = $2 AND ($5::text IS NULL OR entity = $5)
          AND ($6::text IS NULL OR (entity, source_key) > ($6, $7))
          AND first_snapshot <= greatest($3::int, $4::int)
          AND coalesce(last_snapshot, 2147483647) >= least($3::int, $4::int)
    ), old AS (SELECT * FROM touched WHERE before AND NOT after),
       new AS (SELECT * FROM touched WHERE after AND NOT before)
    SELECT entity, source_key, old.body AS old_body, new.body AS new_body,
           CASE WHEN old.hash IS NULL THEN 'added' WHEN new.hash IS NULL THEN 'removed' ELSE 'changed' END AS change
    FROM old FULL JOIN new USING (entity, source_key)
    WHERE old.hash IS DISTINCT FROM new.hash
"""
"""$1 district, $2 school, $3 and $4 the snapshots, $5 entity, $6 and $7 the last record before the page."""

NAMED = """
    SELECT d.entity, d.source_key AS key, d.change,
           coalesce(nullif(concat_ws(' ', b.body->>'given_name', b.body->>'family_name'), ''), b.body->>'title',
                    b.body->>'name', nullif(concat_ws(' / ', b.body->>'class_key', b.body->>'user_key'), ''),
                    nullif(concat_ws(' / ', b.body->>'guardian_key', b.body->>'student_key'), ''), '') AS name,
           CASE WHEN d.change = 'changed' THEN fields.list ELSE '[]' END AS fields
    FROM d
    CROSS JOIN LATERAL (SELECT coalesce(d.new_body, d.old_body) AS body) b
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_agg(jsonb_build_object('field', key, 'from', o.value, 'to', n.value) ORDER BY key), '[]')
               AS list
        FROM jsonb_each(d.old_body) o FULL JOIN jsonb_each(d.new_body) n USING (key)
        WHERE o.value IS DISTINCT FROM n.value) fields
"""
"""Of the rows of `d`: what people call the record, and each field that changed, from what to what."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two snapshots of a school; what is in the second and not in the first was added."""

    district_id: str
    school_id: UUID
    before: int
    after: int
    entity: str | None = None


async def counts(pool: Pool, wanted: Comparison) -> dict[str, dict[str, int]]:
    """`{entity: {added, changed, removed: number}}`, of all entities."""
    rows = await pool.fetch(
        f"SELECT entity, change, count(*) AS n FROM ({DIFFERENCES}) d GROUP BY 1, 2",
        *_values(replace(wanted, entity=None), None),
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["entity"], {})[row["change"]] = row["n"]
    return found


async def page(pool: Pool, wanted: Comparison, after: list[str] | None, limit: int) -> Page:
    """A page of the differences, by entity and key. `after` is the sort key of the last one before it."""
    row = await pool.fetchrow(
        f"""
        WITH page AS ({DIFFERENCES} ORDER BY entity, source_key LIMIT $8 + 1),
             d AS (SELECT * FROM page ORDER BY entity, source_key LIMIT $8)
        SELECT coalesce((SELECT json_agg(to_json(v) ORDER BY v.entity, v.key) FROM ({NAMED}) v), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $8 THEN (
                   SELECT json_build_array(entity, source_key) FROM d
                   ORDER BY entity DESC, source_key DESC LIMIT 1)::text END AS next
        """,
        *_values(wanted, after),
        limit,
    )
    assert row is not None
    return Page.of(row)


async def all_rows(pool: Pool, wanted: Comparison) -> AsyncIterator[list[Row]]:
    """All differences, some thousands at a time; no transaction lasts while they are sent."""
    after: list[str] | None = None
    while rows := await pool.fetch(
        f"WITH d AS ({DIFFERENCES} ORDER BY entity, source_key LIMIT $8) {NAMED} ORDER BY d.entity, d.source_key",
        *_values(wanted, after),
        ROWS_AT_ONCE,
    ):
        yield rows
        after = [rows[-1]["entity"], rows[-1]["key"]]


async def known(pool: Pool, district_id: str, school_id: UUID, numbers: list[int]) -> set[int]:
    """Those of these snapshots that the school has."""
    rows = await pool.fetch(
        "SELECT number FROM roster.snapshot WHERE district_id = $1 AND school_id = $2 AND number = ANY($3::int[])",
        district_id,
        school_id,
        numbers,
    )
    return {row["number"] for row in rows}


def field_text(value: object) -> str:
    """A field's value as a cell has it."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _values(wanted: Comparison, after: list[str] | None) -> tuple[Any, ...]:
    entity, key = after or (None, None)
    return (wanted.district_id, wanted.school_id, wanted.before, wanted.after, wanted.entity, entity, key)
