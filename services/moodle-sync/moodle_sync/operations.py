"""The table `operation`: a run's plan, and what became of each part of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from common.db import Connection, Row
from common.events import CountByEntity
from moodle_sync.plan import Planned

if TYPE_CHECKING:
    from moodle_sync.planning import Scope

COLUMNS = (
    *("district_id", "run_id", "phase", "entity", "kind", "source_key", "source_hash", "before", "after"),
    *("state", "code", "warning"),
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
    """The object's own id; of an enrolment none."""
    category_id: int | None
    course_id: int | None
    user_id: int | None


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


async def add(conn: Connection, district_id: str, run_id: UUID, planned: Sequence[Planned]) -> None:
    """Append operations to a run's plan."""
    await conn.copy_records_to_table(
        "operation",
        records=[
            (district_id, run_id, p.phase, p.entity, p.kind, p.source_key, p.source_hash, p.before, p.after, *_fate(p))
            for p in planned
        ],
        columns=COLUMNS,
    )


async def load(conn: Connection, scope: "Scope", phase: int, most: int) -> list[Operation]:
    """The next open operations of a phase, in order."""
    rows = await conn.fetch(
        """
        SELECT o.seq, o.entity, o.kind, o.source_key, o.user_key, o.before, o.after, o.state = 'sent' AS sent_before,
               own.moodle_id, category.moodle_id AS category_id, course.moodle_id AS course_id,
               person.moodle_id AS user_id
        FROM operation o
        LEFT JOIN link own ON (own.district_id, own.target_id, own.source_id) = ($1, $5, $6)
             AND own.entity = o.entity AND own.source_key = o.source_key
        LEFT JOIN link category ON (category.district_id, category.target_id, category.source_id) = ($1, $5, $6)
             AND category.entity = 'category' AND category.source_key = o.after->>'category_key'
        LEFT JOIN link course ON (course.district_id, course.target_id, course.source_id) = ($1, $5, $6)
             AND course.entity = 'course' AND o.entity = 'enrolment' AND course.source_key = o.source_key
        LEFT JOIN link person ON (person.district_id, person.target_id, person.source_id) = ($1, $5, $6)
             AND person.entity = 'user' AND person.source_key = o.user_key
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.phase = $3 AND o.state IN ('planned', 'sent')
        ORDER BY o.seq LIMIT $4
        """,
        scope.district_id,
        scope.run_id,
        phase,
        most,
        scope.target.id,
        scope.school.source_id,
    )
    return [Operation(**row) for row in rows]


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
                             warning = coalesce(nullif(o.warning, ''), operation.warning)
        FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::text[])
             AS o (seq, state, code, answer, after, warning)
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
    )


async def count_planned(conn: Connection, district_id: str, run_id: UUID) -> CountByEntity:
    """How many operations the plan has, by entity and kind."""
    return _nested(
        await conn.fetch(
            "SELECT entity, kind, count(*) AS n FROM operation WHERE district_id = $1 AND run_id = $2 GROUP BY 1, 2",
            district_id,
            run_id,
        )
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


def _fate(planned: Planned) -> tuple[str, str, str]:
    return "failed" if planned.error else "planned", planned.error, planned.warning


def _nested(rows: Sequence[Row]) -> CountByEntity:
    counts: CountByEntity = {}
    for row in rows:
        counts.setdefault(row["entity"], {})[row["kind"]] = row["n"]
    return counts
