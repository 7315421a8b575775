"""The table `operation`: a run's plan, and what became of each part of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from common.db import Connection, Row
from common.events import CountByEntity
from moodle_sync.plan import Planned
from moodle_sync.scope import Scope

COLUMNS = (
    *("district_id", "run_id", "phase", "entity", "kind", "source_key", "source_hash", "before", "after"),
    *("state", "code", "answer", "warning", "moodle_id", "match"),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """A planned operation with the Moodle ids it needs, as far as they are known by now."""

    seq: int
    entity: str
    kind: str
    source_key: str
    user_key: str | None
    before: dict[str, Any] | None
    after: dict[str, Any]
    sent_before: bool
    moodle_id: int | None
    """The object's own id, as far as it is known; of a relation none."""
    place_id: int | None
    """What it stands in: the category of a course, the course of an enrolment or a group, the child of a guardian."""
    user_id: int | None
    """The account that a relation is about."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation. `code` and `answer` say why where it was not done.

    `after` are the fields that Moodle took in place of the planned ones, and `warning` is the code of why.
    """

    state: Literal["done", "failed", "skipped"]
    moodle_id: int | None = None
    code: str = ""
    answer: str = ""
    after: dict[str, Any] | None = None
    warning: str = ""
    match: str = ""
    """How the object was found, where it was there after all."""


async def add(conn: Connection, scope: Scope, planned: Sequence[Planned]) -> None:
    """Append operations to a run's plan."""
    if not planned:
        return
    await conn.copy_records_to_table(
        "operation",
        records=[
            (*scope.run, p.phase, p.entity, p.kind, p.source_key, p.source_hash, p.before, p.after, *_fate(p))
            for p in planned
        ],
        columns=COLUMNS,
    )


async def remove_all(conn: Connection, district_id: str, run_id: UUID) -> None:
    """Forget a plan that was not finished."""
    await conn.execute("DELETE FROM operation WHERE district_id = $1 AND run_id = $2", district_id, run_id)


async def load(conn: Connection, scope: Scope, phase: int, most: int) -> list[Operation]:
    """The next open operations of a phase, in order."""
    rows = await conn.fetch(LOAD, *scope.run, phase, most, scope.target.id, scope.school.source_id)
    return [Operation(**row) for row in rows]


_OF_RUN = "{name}.district_id = $1 AND {name}.target_id = $5 AND {name}.source_id = $6"
LOAD = f"""
    SELECT o.seq, o.entity, o.kind, o.source_key, o.user_key, o.before, o.after, o.state = 'sent' AS sent_before,
           coalesce(own.moodle_id, o.moodle_id) AS moodle_id, place.moodle_id AS place_id,
           person.moodle_id AS user_id
    FROM operation o
    LEFT JOIN link own ON {_OF_RUN.format(name="own")} AND own.entity = o.entity AND own.source_key = o.source_key
         AND o.user_key IS NULL
    LEFT JOIN link place ON {_OF_RUN.format(name="place")}
         AND place.entity = CASE o.entity
            WHEN 'enrolment' THEN 'course' WHEN 'group_member' THEN 'group' WHEN 'cohort_member' THEN 'cohort'
            WHEN 'administrator' THEN 'category' WHEN 'guardian' THEN 'user' WHEN 'group' THEN 'course'
            ELSE 'category' END
         AND place.source_key = CASE WHEN o.user_key IS NOT NULL THEN o.source_key ELSE
            coalesce(o.after->>'category_key', o.after->>'parent_key', o.after->>'course_key') END
    LEFT JOIN link person ON {_OF_RUN.format(name="person")} AND person.entity = 'user'
         AND person.source_key = o.user_key
    WHERE o.district_id = $1 AND o.run_id = $2 AND o.phase = $3 AND o.state IN ('planned', 'sent')
    ORDER BY o.seq LIMIT $4
"""
"""$1 district, $2 run, $3 phase, $4 most, $5 target, $6 source."""


async def open_phases(conn: Connection, district_id: str, run_id: UUID) -> list[int]:
    """The phases in which something is still to be done, in order."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT phase FROM operation
        WHERE district_id = $1 AND run_id = $2 AND state IN ('planned', 'sent') ORDER BY phase
        """,
        district_id,
        run_id,
    )
    return [row["phase"] for row in rows]


async def open_kinds(conn: Connection, district_id: str, run_id: UUID) -> list[tuple[str, str]]:
    """Entity and kind of what is still to be done."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT entity, kind FROM operation
        WHERE district_id = $1 AND run_id = $2 AND state IN ('planned', 'sent')
        """,
        district_id,
        run_id,
    )
    return [(row["entity"], row["kind"]) for row in rows]


async def mark_sent(conn: Connection, district_id: str, run_id: UUID, seqs: Sequence[int]) -> None:
    """Note that these are about to be sent: whoever finds them so must look before sending again."""
    await conn.execute(
        "UPDATE operation SET state = 'sent' WHERE district_id = $1 AND run_id = $2 AND seq = ANY($3::bigint[])",
        district_id,
        run_id,
        seqs,
    )


async def settle(conn: Connection, district_id: str, run_id: UUID, outcomes: dict[int, Outcome]) -> None:
    """Write what became of operations, by `seq`."""
    await conn.execute(
        """
        UPDATE operation SET state = o.state, code = o.code, answer = left(o.answer, 500),
                             after = coalesce(o.after, operation.after),
                             warning = coalesce(nullif(o.warning, ''), operation.warning),
                             moodle_id = coalesce(o.moodle_id, operation.moodle_id),
                             match = coalesce(nullif(o.match, ''), operation.match), settled_at = now()
        FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::text[], $9::bigint[],
                    $10::text[])
             AS o (seq, state, code, answer, after, warning, moodle_id, match)
        WHERE operation.district_id = $1 AND operation.run_id = $2 AND operation.seq = o.seq
        """,
        district_id,
        run_id,
        list(outcomes),
        [o.state for o in outcomes.values()],
        [o.code for o in outcomes.values()],
        [o.answer for o in outcomes.values()],
        [o.after for o in outcomes.values()],
        [o.warning for o in outcomes.values()],
        [o.moodle_id for o in outcomes.values()],
        [o.match for o in outcomes.values()],
    )


async def settle_found(conn: Connection, scope: Scope, entity: str) -> dict[int, int]:
    """The run's planned links of a kind are done as they stand; Moodle ids by `seq`."""
    rows = await conn.fetch(
        """
        UPDATE operation SET state = 'done', settled_at = now()
        WHERE district_id = $1 AND run_id = $2 AND entity = $3 AND kind = 'link' AND state = 'planned'
        RETURNING seq, moodle_id
        """,
        *scope.run,
        entity,
    )
    return {row["seq"]: row["moodle_id"] for row in rows}


async def count_planned(conn: Connection, district_id: str, run_id: UUID) -> CountByEntity:
    """How many operations the plan has, by entity and kind."""
    return _nested(
        await conn.fetch(
            "SELECT entity, kind, count(*) AS n FROM operation WHERE district_id = $1 AND run_id = $2 GROUP BY 1, 2",
            district_id,
            run_id,
        )
    )


async def count_held(conn: Connection, district_id: str, run_id: UUID) -> CountByEntity:
    """How many operations wait for a decision, by entity and kind."""
    return _nested(
        await conn.fetch(
            "SELECT entity, kind, count(*) AS n FROM operation "
            "WHERE district_id = $1 AND run_id = $2 AND state = 'held' GROUP BY 1, 2",
            district_id,
            run_id,
        )
    )


async def cancel_rest(conn: Connection, district_id: str, run_id: UUID) -> None:
    """Label what was not done any more because somebody stopped the run."""
    await conn.execute(
        "UPDATE operation SET state = 'cancelled', answer = CASE state WHEN 'sent' THEN 'sent, without an answer' "
        "ELSE '' END WHERE district_id = $1 AND run_id = $2 AND state IN ('planned', 'sent')",
        district_id,
        run_id,
    )


async def count_done(conn: Connection, district_id: str, run_id: UUID) -> CountByEntity:
    """How many operations were done, by entity and kind."""
    return _nested(
        await conn.fetch(
            "SELECT entity, kind, count(*) AS n FROM operation "
            "WHERE district_id = $1 AND run_id = $2 AND state = 'done' GROUP BY 1, 2",
            district_id,
            run_id,
        )
    )


async def progress(conn: Connection, district_id: str, run_id: UUID) -> tuple[int, int]:
    """How many operations have come to an end, and how many there are."""
    row = await conn.fetchrow(
        "SELECT count(*) FILTER (WHERE state NOT IN ('planned', 'sent')) AS ended, count(*) AS planned FROM operation "
        "WHERE district_id = $1 AND run_id = $2",
        district_id,
        run_id,
    )
    assert row is not None
    return row["ended"], row["planned"]


async def findings(conn: Connection, district_id: str, run_id: UUID) -> list[Row]:
    """`severity, code, entity, source_key, user_key` of what failed, then of what was done with a change; in order."""
    return await conn.fetch(
        """
        SELECT f.severity, f.code, entity, source_key, user_key FROM operation,
        LATERAL (VALUES ('error', CASE state WHEN 'failed' THEN code ELSE '' END), ('warning', warning))
            AS f (severity, code)
        WHERE district_id = $1 AND run_id = $2 AND (state = 'failed' OR warning <> '') AND f.code <> ''
        ORDER BY f.severity, seq
        """,
        district_id,
        run_id,
    )


async def courses_touched(conn: Connection, district_id: str, run_id: UUID) -> int:
    """How many courses the run created, changed or changed enrolments of."""
    count: int = await conn.fetchval(
        "SELECT count(DISTINCT source_key) FROM operation WHERE district_id = $1 AND run_id = $2 "
        "AND entity IN ('course', 'enrolment') AND state = 'done'",
        district_id,
        run_id,
    )
    return count


def _fate(p: Planned) -> tuple[object, ...]:
    return "failed" if p.error else "planned", p.error, p.answer, p.warning, p.moodle_id, p.match


def _nested(rows: Sequence[Row]) -> CountByEntity:
    counts: CountByEntity = {}
    for row in rows:
        counts.setdefault(row["entity"], {})[row["kind"]] = row["n"]
    return counts
