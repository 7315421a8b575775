"""roster-fetcher's published view `roster.record`: what differs between two snapshots of a school.

A record that is the same in both is one row with a range over both, so only rows in one of the two are looked at.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from common.db import Pool, Row
from dashboard_api.queries.pages import Page

RECORDS_AT_ONCE = 5000

_CURRENT, _PAST = "last_snapshot IS NULL", "last_snapshot IS NOT NULL"
"""Each has an index of its own, so a query asks for them one by one."""

TOUCHED = " UNION ALL ".join(
    f"""
    SELECT entity, source_key, hash, body,
           first_snapshot <= $3 AND coalesce(last_snapshot, 2147483647) >= $3 AS before,
           first_snapshot <= $4 AND coalesce(last_snapshot, 2147483647) >= $4 AS after
    FROM roster.record
    WHERE district_id = $1 AND school_id = $2 AND {which} AND ($5::text IS NULL OR entity = $5)
      AND first_snapshot <= greatest($3::int, $4::int) {{place}}
    """
    for which in (_CURRENT, _PAST)
)
DIFFERENCES = f"""
    WITH touched AS ({TOUCHED}),
         old AS (SELECT * FROM touched WHERE before AND NOT after),
         new AS (SELECT * FROM touched WHERE after AND NOT before)
    SELECT entity, source_key, old.body AS old_body, new.body AS new_body,
           CASE WHEN old.hash IS NULL THEN 'added' WHEN new.hash IS NULL THEN 'removed' ELSE 'changed' END AS change
    FROM old FULL JOIN new USING (entity, source_key)
    WHERE old.hash IS DISTINCT FROM new.hash
"""
"""$1 district, $2 school, $3 and $4 the snapshots, $5 entity; `place`: which records, by entity and key."""
AFTER = "AND (entity, source_key) > ($6, $7)"
UP_TO = f"{AFTER} AND (entity, source_key) <= ($8, $9)"

_BOUNDS = " UNION ALL ".join(
    f"""
    (SELECT entity, source_key FROM roster.record
     WHERE district_id = $1 AND school_id = $2 AND {which} AND (entity, source_key) > ($3, $4)
     ORDER BY entity, source_key OFFSET $5 LIMIT 1)
    """
    for which in (_CURRENT, _PAST)
)
BOUND = f"SELECT entity, source_key FROM ({_BOUNDS}) bounds ORDER BY entity, source_key LIMIT 1"
"""Where to stop after so many records ($5), from a record ($3, $4) on; no row: at the end."""

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
        f"SELECT entity, change, count(*) AS n FROM ({DIFFERENCES.format(place='')}) d GROUP BY 1, 2",
        *_values(replace(wanted, entity=None)),
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["entity"], {})[row["change"]] = row["n"]
    return found


async def names(pool: Pool, wanted: Comparison, keys: Sequence[str]) -> dict[tuple[str, str], str]:
    """What people call the classes and people of these keys, as the school's newest record of each has it."""
    rows = await pool.fetch(
        """
        SELECT DISTINCT ON (entity, source_key) entity, source_key,
               coalesce(body->>'title', concat_ws(' ', body->>'given_name', body->>'family_name')) AS name
        FROM roster.record
        WHERE district_id = $1 AND school_id = $2 AND entity IN ('class', 'user') AND source_key = ANY ($3::text[])
        ORDER BY entity, source_key, first_snapshot DESC
        """,
        wanted.district_id,
        wanted.school_id,
        keys,
    )
    return {(row["entity"], row["source_key"]): row["name"] for row in rows if row["name"]}


async def page(pool: Pool, wanted: Comparison, after: Sequence[str] | None, limit: int) -> Page:
    """A page of the differences, by entity and key. `after` is the sort key of the last one before it."""
    found: list[Row] = []
    async for rows in all_rows(pool, wanted, after):
        found += rows
        if len(found) > limit:
            break
    kept = found[:limit]
    following = [kept[-1]["entity"], kept[-1]["key"]] if len(found) > limit else None
    return Page(f"[{','.join(row['item'] for row in kept)}]", following)


async def all_rows(pool: Pool, wanted: Comparison, after: Sequence[str] | None = None) -> AsyncIterator[list[Row]]:
    """All differences from a record on, some thousands of records at a time.

    No transaction lasts while they are sent: snapshots that were taken do not change any more. Each row has its JSON
    as `item` too.
    """
    place: Sequence[str] | None = after or ["", ""]
    while place is not None:
        about = (wanted.district_id, wanted.school_id)
        bound = await pool.fetchrow(BOUND, *about, *place, RECORDS_AT_ONCE)
        differences = DIFFERENCES.format(place=UP_TO if bound else AFTER)
        rows = await pool.fetch(
            f"WITH d AS ({differences}), named AS ({NAMED}) "
            "SELECT named.*, to_json(named)::text AS item FROM named ORDER BY entity, key",
            *_values(wanted),
            *place,
            *(bound or ()),
        )
        if rows:
            yield rows
        place = list(bound) if bound else None


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


def _values(wanted: Comparison) -> tuple[Any, ...]:
    return (wanted.district_id, wanted.school_id, wanted.before, wanted.after, wanted.entity)
