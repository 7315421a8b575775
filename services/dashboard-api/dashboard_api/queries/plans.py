"""moodle-sync's published view `plan.run`: what each run planned, in numbers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.db import Connection, Pool

OPEN_STATES = ("planned", "sent", "done", "held")
"""States of operations that take effect, or may yet."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """What people will notice of operations. People and courses are counted once each."""

    people_losing: int
    """People whose enrolments are suspended or taken away …"""
    only_students: bool
    """… and whether all of them are students there."""
    courses_lost: int
    graded: int
    """Those of them with graded work …"""
    grades_unknown: int
    """… and those of whom nobody looked."""
    accounts_suspended: int
    courses_hidden: int
    memberships_ended: int
    accounts_new: int
    courses_new: int
    enrolments_new: int
    changes: int
    """All operations."""


async def one(pool: Pool, district_id: str, run_id: UUID) -> dict[str, Any] | None:
    """A run's plan with `counts` {entity: {kind: {state: number}}}; None where nothing was planned."""
    text: str | None = await pool.fetchval(
        """
        SELECT to_json(v)::text FROM (
            SELECT r.district_id, r.run_id, r.school_id, s.name AS school, r.snapshot, r.kind, r.mode, r.dry_run,
                   r.scope, r.messages, r.started_at, r.planned_at, r.ended_at, r.outcome,
                   (SELECT coalesce(json_object_agg(entity, kinds), '{}') FROM (
                        SELECT entity, json_object_agg(kind, states) AS kinds FROM (
                            SELECT entity, kind, json_object_agg(state, n) AS states FROM (
                                SELECT entity, kind, state, count(*) AS n FROM plan.operation
                                WHERE district_id = $1 AND run_id = $2 GROUP BY 1, 2, 3) by_state
                            GROUP BY 1, 2) by_kind
                        GROUP BY 1) by_entity) AS counts,
                   (SELECT h.id FROM plan.hold h WHERE h.district_id = $1 AND h.run_id = $2) AS hold_id
            FROM plan.run r LEFT JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
            WHERE r.district_id = $1 AND r.run_id = $2) v
        """,
        district_id,
        run_id,
    )
    return json.loads(text) if text else None


async def consequences(
    pool: Pool,
    district_id: str,
    run_id: UUID,
    states: tuple[str, ...] = OPEN_STATES,
    chosen: Sequence[int] | None = None,
) -> Consequences:
    """What the run's operations in these states come to; of those `chosen`, or of all (None).

    `role_id` is Moodle's, as the target maps students.
    """
    row = await pool.fetchrow(
        """
        WITH o AS (
            SELECT o.entity, o.kind, o.source_key, o.user_key, o.graded,
                   o.entity = 'enrolment' AND o.kind IN ('suspend', 'unenrol') AS lost,
                   coalesce(o.after->>'role_id', o.before->>'role_id') = t.roles->>'student' AS student
            FROM plan.operation o
            JOIN plan.run r ON r.district_id = o.district_id AND r.run_id = o.run_id
            LEFT JOIN target t ON t.district_id = r.district_id AND t.id = r.target_id
            WHERE o.district_id = $1 AND o.run_id = $2 AND o.state = ANY($3::text[])
              AND ($4::bigint[] IS NULL OR o.seq = ANY($4))
        )
        SELECT count(DISTINCT user_key) FILTER (WHERE lost) AS people_losing,
               coalesce(bool_and(coalesce(student, false)) FILTER (WHERE lost), false) AS only_students,
               count(DISTINCT source_key) FILTER (WHERE lost) AS courses_lost,
               count(DISTINCT user_key) FILTER (WHERE lost AND graded) AS graded,
               count(DISTINCT user_key) FILTER (WHERE lost AND graded IS NULL) AS grades_unknown,
               count(*) FILTER (WHERE entity = 'user' AND kind = 'suspend') AS accounts_suspended,
               count(*) FILTER (WHERE entity = 'course' AND kind = 'hide') AS courses_hidden,
               count(*) FILTER (WHERE kind = 'remove') AS memberships_ended,
               count(*) FILTER (WHERE entity = 'user' AND kind = 'create') AS accounts_new,
               count(*) FILTER (WHERE entity = 'course' AND kind = 'create') AS courses_new,
               count(*) FILTER (WHERE entity = 'enrolment' AND kind = 'create') AS enrolments_new,
               count(*) AS changes
        FROM o
        """,
        district_id,
        run_id,
        list(states),
        chosen,
    )
    assert row is not None
    return Consequences(**dict(row))


async def numbers(conn: Connection, district_id: str, run_id: UUID) -> dict[str, int] | None:
    """`{state: number}` of a run's operations; None where nothing was planned."""
    rows = await conn.fetch(
        """
        SELECT o.state, count(o.seq) AS n FROM plan.run r
        LEFT JOIN plan.operation o ON o.district_id = r.district_id AND o.run_id = r.run_id
        WHERE r.district_id = $1 AND r.run_id = $2 GROUP BY o.state
        """,
        district_id,
        run_id,
    )
    return {row["state"]: row["n"] for row in rows if row["state"]} if rows else None
