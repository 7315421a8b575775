"""Plans enrolments, set-based: wanted (the roster's rows, one for each course and person) against `enrolment_link`.

Where a source has several rows for a person in a course, the teacher's role wins over the student's. Moodle resets what
is left out, so an operation always carries the role and both dates.
"""

from common.db import Connection
from moodle_sync.plan import END_ENROLMENTS, ENROL_STUDENTS, ENROL_TEACHERS
from moodle_sync.planning.keys import COURSE_OF_CLASS
from moodle_sync.scope import Scope

ROLES = ("teacher", "student")
"""The stronger first."""


async def plan_enrolments(conn: Connection, scope: Scope) -> None:
    """Write the operations of the school's enrolments. Roles without a role id in the target are left out."""
    roles = [role for role in ROLES if role in scope.target.roles]
    wanted = WANTED[scope.policy.courses]
    await conn.execute(
        f"WITH wanted AS ({wanted}) {CHANGES}",
        *scope.keys,
        scope.run_id,
        scope.school.timezone,
        roles,
        [scope.target.roles[role] for role in roles],
        scope.applies_all,
        ENROL_STUDENTS,
        ENROL_TEACHERS,
    )
    if scope.applies_all:
        kind = "unenrol" if scope.policy.leavers == "unenrol" else "suspend"
        student = scope.target.roles.get("student", 0)
        await conn.execute(ENDINGS[scope.policy.courses], *scope.keys, scope.run_id, END_ENROLMENTS, kind, student)
        await conn.execute(GONE_ALONG, *scope.keys, scope.run_id, END_ENROLMENTS)


async def count_messages(conn: Connection, scope: Scope) -> int:
    """How many welcome messages the plan may cause: students who are enrolled where a teacher is already.

    Moodle 4.4 sends one for each, unless the site has switched that off.
    """
    count: int = await conn.fetchval(MESSAGES, *scope.keys, scope.run_id, scope.target.roles.get("teacher", 0))
    return count


_WANTED = """
    SELECT DISTINCT ON ({course}, e.user_key)
           {course} AS class_key, e.user_key, e.source_key AS record_key, role.name AS role, role.id AS role_id,
           coalesce(extract(epoch FROM e.starts_on::timestamp AT TIME ZONE $6), 0)::bigint AS time_start,
           coalesce(extract(epoch FROM e.ends_on::timestamp AT TIME ZONE $6), 0)::bigint AS time_end
    FROM roster.enrolment e
    {join}
    JOIN unnest($7::text[], $8::int[]) WITH ORDINALITY AS role (name, id, rank) ON role.name = e.role
    WHERE e.district_id = $1 AND e.school_id = $2
    ORDER BY {course}, e.user_key, role.rank, e.source_key
"""
_OF_CLASS = """
    JOIN roster.class c ON c.district_id = $1 AND c.school_id = $2 AND c.source_key = e.class_key
"""
WANTED = {
    "class": _WANTED.format(course="e.class_key", join=""),
    "course": _WANTED.format(course=COURSE_OF_CLASS, join=_OF_CLASS),
}
"""Who should be where, by what becomes a course."""

CHANGES = """
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, before, after)
    SELECT $1, $5, CASE w.role WHEN 'teacher' THEN $11::int ELSE $10::int END, 'enrolment',
           CASE WHEN l.class_key IS NULL THEN 'create' WHEN l.active THEN 'update' ELSE 'reactivate' END,
           w.class_key, w.user_key,
           CASE WHEN l.class_key IS NOT NULL THEN
               jsonb_build_object('role_id', l.role_id, 'time_start', l.time_start, 'time_end', l.time_end,
                                  'active', l.active, 'record_key', l.record_key) END,
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

HEIRS = """
        SELECT o.source_key, f.source_key AS former_key FROM operation o
        JOIN link f ON f.district_id = $1 AND f.target_id = $3 AND f.source_id = $4 AND f.entity = 'user'
             AND f.moodle_id = o.moodle_id AND f.source_key <> o.source_key
        WHERE o.district_id = $1 AND o.run_id = {run} AND o.entity = 'user' AND o.kind = 'link' AND o.code = ''
"""
"""Who takes over the account of whom in the run: somebody came back with another id. $1, $3, $4 as everywhere."""

# Proof of an ending: no record of this place is current any more, and the fetcher closes a record only when every
# endpoint that could show it was read to its end, or when the source itself reported the deletion. Where classes share
# courses, a class may also have gone to another course. Whoever takes over somebody's account loses that one's places.
# A place is a class's own or one in a shared course, and the district may have gone from one to the other since.
_ENDINGS = """
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, before, after)
    SELECT $1, $5, $6, 'enrolment', $7, l.class_key, coalesce(heir.source_key, l.user_key),
           jsonb_build_object('role_id', l.role_id, 'time_start', l.time_start, 'time_end', l.time_end,
                              'active', true, 'record_key', l.record_key),
           jsonb_build_object('role_id', coalesce(nullif(l.role_id, 0), $8::int), 'time_start', l.time_start,
                              'time_end', l.time_end, 'active', false, 'record_key', l.record_key)
    FROM enrolment_link l
    LEFT JOIN ({heirs}) heir ON heir.former_key = l.user_key
    WHERE l.district_id = $1 AND l.school_id = $2 AND l.target_id = $3 AND l.source_id = $4 AND l.active
      AND (EXISTS (SELECT FROM roster.record r WHERE r.district_id = $1 AND r.school_id = $2
                   AND r.entity = 'enrolment' AND r.source_key = l.record_key AND r.last_snapshot IS NOT NULL)
           {moved})
      AND NOT EXISTS (SELECT FROM roster.enrolment e
                      WHERE e.district_id = $1 AND e.school_id = $2
                        AND e.class_key = l.class_key AND e.user_key IN (l.user_key, heir.source_key))
      AND NOT EXISTS (SELECT FROM roster.enrolment e {of_class}
                      WHERE e.district_id = $1 AND e.school_id = $2
                        AND {course} = l.class_key AND e.user_key IN (l.user_key, heir.source_key))
    ORDER BY l.class_key, l.user_key
"""
# A course that stands for a class, from before the district let classes share courses, keeps its people.
_MOVED = f"""
           OR EXISTS (SELECT FROM roster.enrolment e {_OF_CLASS}
                      WHERE e.district_id = $1 AND e.school_id = $2 AND e.source_key = l.record_key
                        AND {COURSE_OF_CLASS} <> l.class_key AND c.source_key <> l.class_key)
"""
ENDINGS = {
    courses: _ENDINGS.format(heirs=HEIRS.format(run="$5"), moved=moved, course=COURSE_OF_CLASS, of_class=_OF_CLASS)
    for courses, moved in (("class", ""), ("course", _MOVED))
}
"""Enrolments that the source proved gone. $1 district, $2 school, $3 target, $4 source, $5 run, $6 phase, $7 kind,
$8 the role of somebody whose role was taken by hand: Moodle suspends nobody without one."""

GONE_ALONG = """
    DELETE FROM operation o
    WHERE o.district_id = $1 AND o.run_id = $5 AND o.phase = $6 AND o.entity = 'enrolment'
      AND EXISTS (SELECT FROM registry.school s
                  JOIN roster.record r ON r.district_id = $1 AND r.school_id = s.id AND r.entity = 'enrolment'
                       AND r.source_key = o.before->>'record_key' AND r.last_snapshot IS NULL
                  WHERE s.district_id = $1 AND s.id <> $2 AND s.target_id = $3 AND s.source_id = $4
                    AND r.body->>'class_key' = o.source_key)
"""
"""Places that did not end, but went with their class to another school. $1–$4 as everywhere, $5 run, $6 phase."""

MESSAGES = """
    SELECT count(*) FROM operation o
    WHERE o.district_id = $1 AND o.run_id = $5 AND o.entity = 'enrolment' AND o.kind IN ('create', 'reactivate')
      AND (o.after->>'role_id')::int <> $6
      AND EXISTS (SELECT FROM enrolment_link t
                  WHERE t.district_id = $1 AND t.target_id = $3 AND t.source_id = $4 AND t.school_id = $2
                    AND t.class_key = o.source_key AND t.role_id = $6 AND t.active)
"""
"""$1 district, $2 school, $3 target, $4 source, $5 run, $6 the teacher's role id."""
