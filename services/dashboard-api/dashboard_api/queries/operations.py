"""moodle-sync's published view `plan.operation`: what a run does, one thing each, with names for people to read."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from common.db import Pool, Row
from dashboard_api.queries.pages import Page

REMOVALS = ("suspend", "unenrol", "hide", "remove")
ROWS_AT_ONCE = 2000

LABEL = """coalesce(nullif(concat_ws(' ', {0}->>'firstname', {0}->>'lastname'), ''), {0}->>'fullname', {0}->>'name')"""
"""What people call something, from its fields in Moodle."""

CONTAINER = """CASE o.entity WHEN 'enrolment' THEN 'course' WHEN 'group_member' THEN 'group'
     WHEN 'cohort_member' THEN 'cohort' WHEN 'administrator' THEN 'category' WHEN 'guardian' THEN 'user'
     ELSE o.entity END"""
"""What the operation's `source_key` is the key of."""


@dataclass(frozen=True, slots=True)
class OperationFilter:
    """Which operations of a run. `people`: the search looks at people's names as well as at keys and other names."""

    district_id: str
    run_id: UUID
    entity: str | None = None
    kind: str | None = None
    state: str | None = None
    graded: bool | None = None
    removals: bool = False
    search: str | None = None
    people: bool = False
    limit: int = 200
    after: int = 0


def _named(key: str, entity: str) -> str:
    """The name of what has this key: as it was last sent, or else as the same run means to create it."""
    return f"""coalesce(
        (SELECT {LABEL.format("l.applied")} FROM plan.link l
         WHERE l.district_id = o.district_id AND l.target_id = r.target_id AND l.source_id = r.source_id
           AND l.entity = {entity} AND l.source_key = {key}),
        (SELECT {LABEL.format("c.after")} FROM plan.operation c
         WHERE c.district_id = o.district_id AND c.run_id = o.run_id AND c.entity = {entity}
           AND c.source_key = {key} AND c.user_key IS NULL LIMIT 1))"""


CHOSEN = f"""
    named AS (
        SELECT l.entity, l.source_key FROM plan.run r
        JOIN plan.link l ON l.district_id = r.district_id AND l.target_id = r.target_id AND l.source_id = r.source_id
        WHERE $10::text IS NOT NULL AND r.district_id = $1 AND r.run_id = $2
          AND position(lower($10) IN lower({LABEL.format("l.applied")})) > 0
        UNION
        SELECT c.entity, c.source_key FROM plan.operation c
        WHERE $10::text IS NOT NULL AND c.district_id = $1 AND c.run_id = $2 AND c.user_key IS NULL
          AND position(lower($10) IN lower(coalesce({LABEL.format("c.after")}, {LABEL.format("c.before")}))) > 0
    ), chosen AS (
        SELECT o.* FROM plan.operation o
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq > $3
          AND ($4::text IS NULL OR o.entity = $4)
          AND ($5::text IS NULL OR o.kind = $5)
          AND ($6::text IS NULL OR o.state = $6)
          AND ($7::boolean IS NULL OR o.graded = $7)
          AND (NOT $8::boolean OR o.kind = ANY($9::text[]))
          AND ($10::text IS NULL OR $10 IN (o.source_key, o.user_key)
               OR ({CONTAINER}, o.source_key) IN (SELECT entity, source_key FROM named)
                  AND ($11::boolean OR o.entity NOT IN ('user', 'guardian'))
               OR $11 AND o.user_key IN (SELECT source_key FROM named WHERE entity = 'user'))
        ORDER BY o.seq LIMIT $12
    )
"""
"""The operations that are wanted, names apart: these are looked up for the page only, and searched for by themselves.

$1 district, $2 run, $3 the last number before the page, $4 to $8 filters, $9 kinds that remove, $10 and $11 search,
$12 rows, null for all.
"""

NAMED = f"""
    SELECT o.seq, o.phase, o.entity, o.kind, o.source_key, o.user_key, o.before, o.after, o.state, o.code, o.answer,
           o.warning, o.moodle_id, o.match, o.ruling, o.graded, o.settled_at,
           coalesce(CASE WHEN o.user_key IS NULL AND o.kind <> 'update' THEN {LABEL.format("o.after")} END,
                    {_named("o.source_key", CONTAINER)},
                    CASE WHEN o.user_key IS NULL
                         THEN coalesce({LABEL.format("o.after")}, {LABEL.format("o.before")}) END) AS name,
           CASE WHEN o.user_key IS NOT NULL THEN {_named("o.user_key", "'user'")} END AS user_name
    FROM chosen o JOIN plan.run r ON r.district_id = o.district_id AND r.run_id = o.run_id
    ORDER BY o.seq
"""


async def page(pool: Pool, wanted: OperationFilter) -> Page:
    """A page of a run's operations in their order."""
    row = await pool.fetchrow(
        f"""
        WITH {CHOSEN}, kept AS ({NAMED} LIMIT $12 - 1)
        SELECT coalesce(json_agg(to_json(kept) ORDER BY seq), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM chosen) = $12 THEN json_build_array(max(seq))::text END AS next
        FROM kept
        """,
        *_values(wanted, wanted.limit + 1),
    )
    assert row is not None
    return Page.of(row)


async def all_rows(pool: Pool, wanted: OperationFilter) -> AsyncIterator[list[Row]]:
    """All that are wanted, some thousands at a time; no transaction lasts while they are sent."""
    after = wanted.after
    while rows := await pool.fetch(f"WITH {CHOSEN} {NAMED}", *_values(replace(wanted, after=after), ROWS_AT_ONCE)):
        yield rows
        after = rows[-1]["seq"]


async def numbers_of(pool: Pool, wanted: OperationFilter) -> list[int]:
    """The numbers of all that are wanted, in their order."""
    rows = await pool.fetch(f"WITH {CHOSEN} SELECT seq FROM chosen ORDER BY seq", *_values(wanted, None))
    return [row["seq"] for row in rows]


async def held(pool: Pool, district_id: str, run_id: UUID) -> set[int]:
    """The numbers of a run's operations that wait for a decision."""
    rows = await pool.fetch(
        "SELECT seq FROM plan.operation WHERE district_id = $1 AND run_id = $2 AND state = 'held'", district_id, run_id
    )
    return {row["seq"] for row in rows}


async def removals_held(pool: Pool, district_id: str, run_id: UUID, chosen: Sequence[int] | None) -> int:
    """How many of a run's operations that wait take something away; of those chosen, or of all (None)."""
    n: int = await pool.fetchval(
        """
        SELECT count(*) FROM plan.operation
        WHERE district_id = $1 AND run_id = $2 AND state = 'held' AND kind = ANY($3::text[])
          AND ($4::bigint[] IS NULL OR seq = ANY($4))
        """,
        district_id,
        run_id,
        list(REMOVALS),
        chosen,
    )
    return n


def _values(wanted: OperationFilter, rows: int | None) -> tuple[Any, ...]:
    return (
        *(wanted.district_id, wanted.run_id, wanted.after, wanted.entity, wanted.kind, wanted.state, wanted.graded),
        *(wanted.removals, list(REMOVALS), wanted.search or None, wanted.people, rows),
    )
