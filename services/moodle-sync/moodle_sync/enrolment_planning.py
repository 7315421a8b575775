"""Plans enrolments, set-based: wanted (the roster's rows, one for each class and person) against `enrolment_link`.

Where a source has several rows for a person in a class, the teacher's role wins over the student's. Moodle resets what
is left out, so an operation always carries the role and both dates.
"""

from typing import TYPE_CHECKING

from common.db import Connection
from moodle_sync.plan import ENROL_STUDENTS, ENROL_TEACHERS, SUSPEND_ENROLMENTS

if TYPE_CHECKING:
    from moodle_sync.planning import Scope


async def plan_enrolments(conn: Connection, scope: "Scope") -> None:
    """Write the operations of the school's enrolments. Roles without a role id in the target are left out."""
    keys = (scope.district_id, scope.school.id, scope.target.id, scope.school.source_id, scope.run_id)
    roles = [role for role in ("teacher", "student") if role in scope.target.roles]
    await conn.execute(
        CHANGES,
        *keys,
        scope.school.timezone,
        roles,
        [scope.target.roles[role] for role in roles],
        scope.mode == "full",
        ENROL_STUDENTS,
        ENROL_TEACHERS,
    )
    if scope.mode == "full":
        await conn.execute(ENDINGS, *keys, SUSPEND_ENROLMENTS)


CHANGES = """
    WITH wanted AS (
        SELECT DISTINCT ON (e.class_key, e.user_key)
               e.class_key, e.user_key, e.source_key AS record_key, role.name AS role, role.id AS role_id,
               coalesce(extract(epoch FROM e.starts_on::timestamp AT TIME ZONE $6), 0)::bigint AS time_start,
               coalesce(extract(epoch FROM e.ends_on::timestamp AT TIME ZONE $6), 0)::bigint AS time_end
        FROM roster.enrolment e
        JOIN unnest($7::text[], $8::int[]) WITH ORDINALITY AS role (name, id, rank) ON role.name = e.role
        WHERE e.district_id = $1 AND e.school_id = $2
        ORDER BY e.class_key, e.user_key, role.rank, e.source_key
    )
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, before, after)
    SELECT $1, $5, CASE w.role WHEN 'teacher' THEN $11::int ELSE $10::int END, 'enrolment',
           CASE WHEN l.class_key IS NULL THEN 'create' WHEN l.active THEN 'update' ELSE 'reactivate' END,
           w.class_key, w.user_key,
           CASE WHEN l.class_key IS NOT NULL THEN
               jsonb_build_object('role_id', l.role_id, 'time_start', l.time_start, 'time_end', l.time_end,
                                  'active', l.active) END,
           jsonb_build_object('role_id', w.role_id, 'time_start', w.time_start, 'time_end', w.time_end,
                              'active', true, 'record_key', w.record_key)
    FROM wanted w
    LEFT JOIN enrolment_link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4
         AND l.class_key = w.class_key AND l.user_key = w.user_key
    WHERE l.class_key IS NULL OR NOT l.active
       OR ($9 AND (l.role_id, l.time_start, l.time_end) IS DISTINCT FROM (w.role_id, w.time_start, w.time_end))
    ORDER BY w.class_key, w.user_key
"""
"""$1 district, $2 school, $3 target, $4 source, $5 run, $6 zone, $7 roles by rank, $8 their ids, $9 all changes,
$10 and $11 the phases of students and of teachers."""

ENDINGS = """
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, before, after)
    SELECT $1, $5, $6, 'enrolment', 'suspend', l.class_key, l.user_key, jsonb_build_object('active', true),
           jsonb_build_object('role_id', l.role_id, 'time_start', l.time_start, 'time_end', l.time_end,
                              'active', false, 'record_key', l.record_key)
    FROM enrolment_link l
    WHERE l.district_id = $1 AND l.school_id = $2 AND l.target_id = $3 AND l.source_id = $4 AND l.active
      AND EXISTS (SELECT FROM roster.record r WHERE r.district_id = $1 AND r.school_id = $2
                  AND r.entity = 'enrolment' AND r.source_key = l.record_key AND r.last_snapshot IS NOT NULL)
      AND NOT EXISTS (SELECT FROM roster.enrolment e WHERE e.district_id = $1 AND e.school_id = $2
                      AND e.class_key = l.class_key AND e.user_key = l.user_key)
    ORDER BY l.class_key, l.user_key
"""
"""Enrolments that the source proved gone. $1 district, $2 school, $3 target, $4 source, $5 run, $6 phase."""
