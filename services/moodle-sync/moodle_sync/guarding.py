"""Holds a plan against the limits: what exceeds them waits for a person."""

from collections.abc import Sequence

from common.db import Connection
from moodle_sync.guards import Figures, Lost, Removals, Tripped, Turnover, tripped
from moodle_sync.plan import REMOVALS
from moodle_sync.scope import Scope

VALUES = (("user", "email"), ("course", "startdate"), ("course", "enddate"))
"""Fields whose loss by many at once means that something is wrong at the source."""


async def hold_what_exceeds(conn: Connection, scope: Scope) -> list[Tripped]:
    """Let operations wait that exceed a limit, and say which limits those are. What was decided on does not count."""
    if not await conn.fetchval(ANYTHING_TO_GUARD, *scope.run, list(REMOVALS)):
        return []
    guards = tripped(await _figures(conn, scope), scope.policy.limits)
    for guard in guards:
        query, *arguments = _held_by(guard)
        held = f"UPDATE operation o SET state = 'held', code = $3 {OPEN} {query}"
        await conn.execute(held, *scope.run, guard.code, *arguments)
    if guards:
        await conn.execute(HOLD_WHAT_FOLLOWS, *scope.run)
    return guards


def _held_by(guard: Tripped) -> tuple[str, *tuple[object, ...]]:
    """Which operations a guard holds."""
    removals = list(REMOVALS)
    match guard.code:
        case "IDENTITY_SHIFT":
            return NEW_IDS, removals
        case "CLASS_TURNOVER":
            return "AND o.entity = 'enrolment' AND o.kind = ANY($4) AND o.source_key = $5", removals, guard.subject
        case "VALUES_LOST":
            return "AND o.entity = $4 AND o.kind = 'update' AND o.after ? $5", guard.entity, guard.subject
    return "AND o.entity = $4 AND o.kind = ANY($5)", guard.entity, removals


async def _figures(conn: Connection, scope: Scope) -> Figures:
    removals = await conn.fetch(REMOVED, *scope.keys, scope.run_id, list(REMOVALS))
    turnovers = await conn.fetch(TURNOVER, *scope.keys, scope.run_id, list(REMOVALS))
    people = next((row["there"] for row in removals if row["entity"] == "user"), 0)
    return Figures(
        removals=[Removals(row["entity"], row["there"], row["removed"], row["left"]) for row in removals],
        turnovers=[Turnover(row["source_key"], row["there"], row["removed"]) for row in turnovers],
        lost=await _lost(conn, scope, {row["entity"]: row["there"] for row in removals}),
        people=people,
        new_ids=await conn.fetchval(COUNT_NEW_IDS, *scope.run, list(REMOVALS)),
    )


async def _lost(conn: Connection, scope: Scope, there: dict[str, int]) -> Sequence[Lost]:
    entities, fields = ([pair[part] for pair in VALUES] for part in (0, 1))
    rows = await conn.fetch(LOST, *scope.run, entities, fields)
    return [Lost(row["entity"], row["field"], there.get(row["entity"], 0), row["lost"]) for row in rows]


# An account that is made closed, as that of somebody who is disabled at the source, is taken from nobody.
_OF_SOMEBODY = "(o.entity <> 'user' OR o.kind <> 'suspend' OR o.moodle_id IS NOT NULL)"

OPEN = f"""
    WHERE o.district_id = $1 AND o.run_id = $2 AND o.state = 'planned' AND o.ruling = '' AND {_OF_SOMEBODY}
"""

ANYTHING_TO_GUARD = """
    SELECT EXISTS (SELECT FROM operation WHERE district_id = $1 AND run_id = $2 AND state = 'planned'
                   AND (kind = ANY($3) OR kind IN ('update', 'link')))
"""

# People are counted by who the school has, not by whose run made the account: somebody may be at several schools.
REMOVED = f"""
    WITH planned AS (
        SELECT entity, count(*) FILTER (WHERE kind = ANY($6) AND state = 'planned' AND ruling = '') AS removed,
               count(*) FILTER (WHERE kind = ANY($6)) AS all_removed,
               count(*) FILTER (WHERE kind IN ('create', 'link', 'reactivate', 'add') AND state = 'planned') AS added
        FROM operation o WHERE district_id = $1 AND run_id = $5 AND {_OF_SOMEBODY} GROUP BY 1
    ), there AS (
        SELECT entity, count(*) AS n FROM link
        WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4 AND active AND entity <> 'user'
        GROUP BY 1
        UNION ALL
        SELECT 'enrolment', count(*) FROM enrolment_link
        WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4 AND active
        UNION ALL
        SELECT entity, count(*) FROM membership_link
        WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4 GROUP BY 1
        UNION ALL
        SELECT 'user', count(*) FROM roster.user u
        JOIN link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = 'user'
             AND l.source_key = u.source_key AND l.active
        WHERE u.district_id = $1 AND u.school_id = $2
          AND NOT EXISTS (SELECT FROM operation o WHERE o.district_id = $1 AND o.run_id = $5 AND o.entity = 'user'
                          AND o.kind = ANY($6) AND o.source_key = u.source_key)
    ), counted AS (
        SELECT t.entity, t.n + CASE WHEN t.entity = 'user' THEN coalesce(p.all_removed, 0) ELSE 0 END AS n,
               coalesce(p.removed, 0) AS removed, coalesce(p.all_removed, 0) AS all_removed,
               coalesce(p.added, 0) AS added
        FROM there t LEFT JOIN planned p USING (entity)
    )
    SELECT entity, n::int AS there, removed::int, greatest(n - all_removed + added, 0)::int AS left
    FROM counted WHERE n > 0
"""
"""By kind of record. $1 district, $2 school, $3 target, $4 source, $5 run, $6 kinds of removal."""

TURNOVER = """
    SELECT o.source_key, l.there::int, o.removed::int
    FROM (SELECT source_key, count(*) AS removed FROM operation
          WHERE district_id = $1 AND run_id = $5 AND entity = 'enrolment' AND kind = ANY($6)
            AND state = 'planned' AND ruling = '' GROUP BY 1) o
    JOIN LATERAL (SELECT count(*) AS there FROM enrolment_link
                  WHERE district_id = $1 AND target_id = $3 AND source_id = $4 AND class_key = o.source_key
                    AND active AND school_id = $2) l ON true
    JOIN link c ON c.district_id = $1 AND c.target_id = $3 AND c.source_id = $4 AND c.entity = 'course'
         AND c.source_key = o.source_key AND c.active
    WHERE NOT EXISTS (SELECT FROM operation h WHERE h.district_id = $1 AND h.run_id = $5 AND h.entity = 'course'
                      AND h.kind = 'hide' AND h.source_key = o.source_key)
"""
"""Courses that stay and lose people. $1 district, $2 school, $3 target, $4 source, $5 run, $6 kinds of removal."""

_NAMES = """
    EXISTS (SELECT FROM operation n WHERE n.district_id = $1 AND n.run_id = $2 AND n.entity = 'user'
            AND n.kind IN ('create', 'link') AND n.source_key <> o.source_key
            AND lower(n.after->>'firstname') = lower(l.applied->>'firstname')
            AND lower(n.after->>'lastname') = lower(l.applied->>'lastname'))
"""
_LOSERS = """
    FROM operation o JOIN plan p USING (district_id, run_id)
    JOIN link l ON l.district_id = $1 AND l.target_id = p.target_id AND l.source_id = p.source_id
         AND l.entity = 'user' AND l.source_key = o.source_key
    WHERE o.district_id = $1 AND o.run_id = $2 AND o.entity = 'user' AND o.kind = ANY($3)
      AND o.state = 'planned' AND o.ruling = ''
"""
_TAKES_OVER = """
    o.entity = 'user' AND o.kind = 'link' AND EXISTS (
        SELECT FROM plan p JOIN link l ON l.district_id = $1 AND l.target_id = p.target_id AND l.entity = 'user'
             AND l.moodle_id = o.moodle_id AND l.source_key <> o.source_key
        WHERE p.district_id = $1 AND p.run_id = $2)
"""
"""A new id takes over the account of one that is gone."""

COUNT_NEW_IDS = f"""
    SELECT ((SELECT count(*) {_LOSERS} AND {_NAMES})
          + (SELECT count(*) FROM operation o {OPEN} AND {_TAKES_OVER}))::int
"""
"""People whose id changed while the name stayed. $1 district, $2 run, $3 kinds of removal."""

NEW_IDS = f"""
    AND ({_TAKES_OVER} OR o.entity = 'user' AND o.kind = ANY($4)
         OR o.entity = 'user' AND o.kind IN ('create', 'link') AND EXISTS (
             SELECT FROM operation g JOIN plan p USING (district_id, run_id)
             JOIN link l ON l.district_id = $1 AND l.target_id = p.target_id AND l.source_id = p.source_id
                  AND l.entity = 'user' AND l.source_key = g.source_key
             WHERE g.district_id = $1 AND g.run_id = $2 AND g.entity = 'user' AND g.kind = ANY($4)
               AND lower(l.applied->>'firstname') = lower(o.after->>'firstname')
               AND lower(l.applied->>'lastname') = lower(o.after->>'lastname'))
         OR o.entity = 'enrolment' AND o.kind = ANY($4))
"""
"""Both sides of a change of ids: who would lose an account, and the namesakes who would get a second one."""

HOLD_WHAT_FOLLOWS = """
    UPDATE operation o SET state = 'held', code = h.code FROM operation h
    WHERE o.district_id = $1 AND o.run_id = $2 AND o.state = 'planned' AND o.user_key = h.source_key
      AND h.district_id = $1 AND h.run_id = $2 AND h.state = 'held'
      AND h.entity = 'user' AND h.kind IN ('create', 'link')
"""
"""Places of people whose accounts wait."""

LOST = """
    SELECT v.entity, v.field, count(*)::int AS lost FROM operation o
    JOIN unnest($3::text[], $4::text[]) AS v (entity, field) ON v.entity = o.entity
    WHERE o.district_id = $1 AND o.run_id = $2 AND o.kind = 'update' AND o.state = 'planned' AND o.ruling = ''
      AND o.after ? v.field
      AND (o.after->>v.field IN ('', '0') OR o.after->>v.field LIKE '%@no-email.invalid')
      AND NOT (coalesce(o.before->>v.field, '') IN ('', '0') OR o.before->>v.field LIKE '%@no-email.invalid')
    GROUP BY 1, 2
"""
"""Values that would be blank afterwards. $1 district, $2 run, $3 and $4 the kinds of record and their fields."""
