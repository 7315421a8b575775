"""Plans to take back what a run did, from the before-images of its operations.

Nothing is deleted: who was made is suspended, a course that was made is hidden, empty categories, groups and cohorts
stay. What has changed since the run is left alone, and named.
"""

from common.db import Connection
from common.uow import UnitOfWork
from moodle_sync import operations
from moodle_sync.guards import Tripped
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.plan import ADD_MEMBERS, END_ENROLMENTS, ENROL_STUDENTS, ENROL_TEACHERS, PHASES, REMOVE_MEMBERS
from moodle_sync.planning import guard
from moodle_sync.scope import Scope

INVERSE = {
    ("category", "link"): "update",
    ("category", "update"): "update",
    ("course", "create"): "hide",
    ("course", "link"): "update",
    ("course", "update"): "update",
    ("course", "reactivate"): "hide",
    ("course", "hide"): "reactivate",
    ("user", "create"): "suspend",
    ("user", "link"): "update",
    ("user", "update"): "update",
    ("user", "reactivate"): "suspend",
    ("user", "suspend"): "reactivate",
}
"""What takes back which operation on an object; what is not named here stays."""


async def plan_undo(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> list[Tripped]:
    """Write the operations that take back the run which the scope names; the limits that they exceed.

    Links must say what Moodle has now: what differs from what the run left is not touched.
    """
    async with uow.step() as step:
        await operations.remove_all(step.conn, *scope.run)
        await _plan_objects(step.conn, scope)
        await _plan_enrolments(step.conn, scope)
        await _plan_memberships(step.conn, scope)
    return await guard(uow, scope, moodle)


async def _plan_objects(conn: Connection, scope: Scope) -> None:
    kinds = [(entity, kind, inverse, PHASES[entity, inverse]) for (entity, kind), inverse in INVERSE.items()]
    kinds.append(("user", "link", "suspend", PHASES["user", "suspend"]))  # who was found closed
    entities, done, inverses, phases = zip(*kinds, strict=True)
    inverse = (list(entities), list(done), list(inverses), list(phases))
    await conn.execute(OBJECTS, *_arguments(scope), *inverse, scope.school.id)


async def _plan_enrolments(conn: Connection, scope: Scope) -> None:
    teacher = scope.target.roles.get("teacher", 0)
    await conn.execute(ENROLMENTS, *_arguments(scope), teacher, ENROL_STUDENTS, ENROL_TEACHERS, END_ENROLMENTS)


async def _plan_memberships(conn: Connection, scope: Scope) -> None:
    entities = list(ADD_MEMBERS)
    phases = [ADD_MEMBERS[entity] for entity in entities], [REMOVE_MEMBERS[entity] for entity in entities]
    await conn.execute(MEMBERSHIPS, *_arguments(scope), entities, *phases)


def _arguments(scope: Scope) -> tuple[object, ...]:
    narrowed = scope.narrowed
    return (*scope.run, narrowed.undo_of, scope.target.id, scope.school.source_id, narrowed.key or None)


_DONE = """
    FROM operation o WHERE o.district_id = $1 AND o.run_id = $3 AND o.state = 'done'
      AND ($6::text IS NULL OR $6 IN (o.source_key, o.user_key))
"""
_FATE = """
    CASE WHEN same THEN 'planned' ELSE 'skipped' END, CASE WHEN same THEN '' ELSE 'CHANGED_SINCE' END,
    CASE WHEN same THEN '' ELSE 'CHANGED_SINCE' END
"""

# An account is one person's at all schools: as long as another has the person, it is not closed.
_CLOSES = "o.entity = 'user' AND i.inverse = 'suspend'"
_ELSEWHERE = """
    EXISTS (SELECT FROM roster.record r JOIN registry.school s ON s.district_id = $1 AND s.id = r.school_id
            WHERE r.district_id = $1 AND r.entity = 'user' AND r.source_key = o.source_key
              AND r.last_snapshot IS NULL AND r.school_id <> $11 AND s.source_id = $5)
"""

# A linked account that was suspended before is suspended again, which is a removal, an operation of its own; other
# fields go back to what they were.
_FOUND_CLOSED = "coalesce(o.before->>'suspended', '0') = '1'"
_FORMER = f"(coalesce(o.before, '{{}}') - CASE WHEN {_FOUND_CLOSED} THEN 'suspended' ELSE '' END)"
OBJECTS = f"""
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, before, after, moodle_id, match,
                           state, code, warning)
    SELECT $1, $2, phase, entity, inverse, source_key, before, after, moodle_id, 'link', {_FATE}
    FROM (
        SELECT i.phase, o.entity, i.inverse, o.source_key, l.moodle_id, o.seq,
               CASE WHEN i.inverse = 'update' THEN o.after END AS before,
               CASE WHEN i.inverse = 'update' THEN {_FORMER} - 'parent_key' ELSE '{{}}' END AS after,
               l.moodle_id IS NOT NULL
                   AND (l.applied @> (o.after - 'suspended') OR (o.kind, i.inverse) = ('link', 'suspend'))
                   AND l.active = (o.kind NOT IN ('suspend', 'hide')
                                   AND coalesce(o.after->>'suspended', '0') = '0')
                   AND NOT ({_CLOSES} AND {_ELSEWHERE}) AS same
        FROM (SELECT * {_DONE}) o
        JOIN unnest($7::text[], $8::text[], $9::text[], $10::int[]) AS i (entity, kind, inverse, phase)
             ON i.entity = o.entity AND i.kind = o.kind
        LEFT JOIN link l ON l.district_id = $1 AND l.target_id = $4 AND l.source_id = $5
             AND l.entity = o.entity AND l.source_key = o.source_key
        WHERE CASE WHEN i.inverse = 'update' THEN {_FORMER} <> '{{}}'
                   WHEN o.kind = 'link' THEN {_FOUND_CLOSED} ELSE true END
    ) undone
    ORDER BY seq DESC
"""
"""$1 district, $2 this run, $3 the run to take back, $4 target, $5 source, $6 one record or null, $7–$10 INVERSE,
$11 the school."""

ENROLMENTS = f"""
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, before, after, state,
                           code, warning)
    SELECT $1, $2,
           CASE WHEN kind = 'suspend' THEN $10::int WHEN (after->>'role_id')::int = $7 THEN $9::int ELSE $8::int END,
           'enrolment', kind, source_key, user_key, before, after, {_FATE}
    FROM (
        SELECT o.source_key, o.user_key, o.seq, o.after AS before,
               CASE WHEN o.kind IN ('create', 'reactivate') THEN 'suspend' WHEN o.kind = 'suspend' THEN 'reactivate'
                    WHEN o.kind = 'unenrol' THEN 'create' ELSE 'update' END AS kind,
               CASE WHEN o.kind IN ('create', 'reactivate') THEN o.after || '{{"active": false}}' ELSE o.before END
                   AS after,
               CASE WHEN o.kind = 'unenrol' THEN l.user_key IS NULL
                    ELSE l.user_key IS NOT NULL AND l.active = (o.after->>'active')::boolean
                         AND l.role_id = (o.after->>'role_id')::int END AS same
        FROM (SELECT * {_DONE} AND o.entity = 'enrolment') o
        LEFT JOIN enrolment_link l ON l.district_id = $1 AND l.target_id = $4 AND l.source_id = $5
             AND l.class_key = o.source_key AND l.user_key = o.user_key
    ) undone
    ORDER BY seq DESC
"""
"""$1–$6 as above, $7 the teacher's role, $8 and $9 the phases of students and teachers, $10 that of endings."""

MEMBERSHIPS = f"""
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, before, after, state,
                           code, warning)
    SELECT $1, $2, phase, entity, kind, source_key, user_key, before, after, {_FATE}
    FROM (
        SELECT o.entity, o.source_key, o.user_key, o.seq, CASE o.kind WHEN 'add' THEN p.remove ELSE p.add END AS phase,
               CASE o.kind WHEN 'add' THEN 'remove' ELSE 'add' END AS kind,
               CASE o.kind WHEN 'add' THEN o.after END AS before,
               CASE o.kind WHEN 'add' THEN '{{}}' ELSE o.before END AS after,
               (l.user_key IS NOT NULL) = (o.kind = 'add') AS same
        FROM (SELECT * {_DONE}) o
        JOIN unnest($7::text[], $8::int[], $9::int[]) AS p (entity, add, remove) ON p.entity = o.entity
        LEFT JOIN membership_link l ON l.district_id = $1 AND l.target_id = $4 AND l.source_id = $5
             AND l.entity = o.entity AND l.container_key = o.source_key AND l.user_key = o.user_key
    ) undone
    ORDER BY seq DESC
"""
"""$1–$6 as above, $7 the kinds of membership, $8 and $9 their phases of adding and removing."""
