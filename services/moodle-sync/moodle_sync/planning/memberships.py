"""Plans who belongs to which group and cohort, who administers which category, and whose guardian is who. Set-based."""

from dataclasses import dataclass
from typing import Literal

from common.db import Connection
from moodle_sync import operations
from moodle_sync.plan import ADD_MEMBERS, REMOVE_MEMBERS, Planned
from moodle_sync.planning.enrolments import HEIRS
from moodle_sync.scope import Scope
from rules.classes import CourseRules

Membership = Literal["group_member", "cohort_member", "administrator", "guardian"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who should be where: a query of `container_key, user_key`, and the role that goes with it (0 for none).

    The query has $1 district, $2 school, $3 target, $4 source, and may have $5, an argument of its own.
    """

    entity: Membership
    query: str
    role_id: int = 0
    argument: str = ""
    elsewhere: str = "false"
    """Whether another school wants the membership `l` too."""
    here: str = "l.school_id = $2"
    """Whether the membership `l` is one that this school may end."""


async def plan_cohorts(conn: Connection, scope: Scope) -> None:
    """Write the operations that make the cohorts which the district keeps, as far as they are not there."""
    await operations.add(conn, scope, await new_cohorts(conn, scope))


async def new_cohorts(conn: Connection, scope: Scope) -> list[Planned]:
    """Cohorts that the district keeps and that are not linked, to be made."""
    rows = await conn.fetch(NEW_COHORTS, *scope.keys, scope.school.source_school_id, list(scope.policy.cohorts))
    rules, school = CourseRules(scope.policy.templates), scope.school
    return [
        Planned(
            "cohort",
            "create",
            row["key"],
            {
                "name": f"{school.name} {row['grade']}".strip()[:254],
                "idnumber": rules.idnumber(row["key"], school.source_id),
                "category_key": school.source_school_id,
            },
            source_hash=b"",
        )
        for row in rows
    ]


async def plan_memberships(conn: Connection, scope: Scope) -> None:
    """Write the operations of all memberships that the district keeps; those of others end."""
    for wanted in wanted_memberships(scope):
        phases = ADD_MEMBERS[wanted.entity], REMOVE_MEMBERS[wanted.entity]
        arguments = (*scope.keys, wanted.argument, scope.run_id, wanted.entity, wanted.role_id)
        with_wanted = f"WITH wanted AS ({wanted.query})"
        await conn.execute(f"{with_wanted} {ADDITIONS}", *arguments, phases[0])
        if scope.applies_all:
            removals = REMOVALS.format(here=wanted.here, elsewhere=wanted.elsewhere)
            await conn.execute(f"{with_wanted} {removals}", *arguments, phases[1])


def wanted_memberships(scope: Scope) -> list[Wanted]:
    """What the district keeps of each kind. What it does not keep is nobody's."""
    policy, roles, school_key = scope.policy, scope.target.roles, scope.school.source_school_id
    administrator, guardian = roles.get("administrator", 0), roles.get("guardian", 0)
    cohorts = " UNION ".join(COHORT_MEMBERS[kind] for kind in policy.cohorts) or NOBODY
    families = bool(policy.families and guardian)
    return [
        Wanted("group_member", GROUP_MEMBERS if policy.courses == "course" else NOBODY),
        Wanted("cohort_member", cohorts, argument=school_key),
        Wanted("administrator", ADMINISTRATORS if administrator else NOBODY, administrator, school_key),
        Wanted(
            "guardian",
            GUARDIANS if families else NOBODY,
            guardian,
            elsewhere=GUARDIAN_ELSEWHERE if families else "false",
            here=GUARDIAN_HERE,
        ),
    ]


NOBODY = "SELECT NULL::text AS container_key, NULL::text AS user_key WHERE $5::text IS NULL"

GROUP_MEMBERS = """
    SELECT DISTINCT e.class_key AS container_key, e.user_key FROM roster.enrolment e
    WHERE e.district_id = $1 AND e.school_id = $2 AND e.role IN ('student', 'teacher') AND $5::text IS NOT NULL
      AND (EXISTS (SELECT FROM link g WHERE g.district_id = $1 AND g.target_id = $3 AND g.source_id = $4
                   AND g.entity = 'group' AND g.source_key = e.class_key)
           OR EXISTS (SELECT FROM operation g WHERE g.district_id = $1 AND g.run_id = $6
                      AND g.entity = 'group' AND g.source_key = e.class_key))
"""

COHORT_MEMBERS = {
    "school": """
    SELECT $5::text || '/cohort' AS container_key, u.source_key AS user_key FROM roster.user u
    WHERE u.district_id = $1 AND u.school_id = $2 AND u.role = 'student' AND u.enabled
""",
    "grade": """
    SELECT $5::text || '/cohort/' || u.grade AS container_key, u.source_key AS user_key FROM roster.user u
    WHERE u.district_id = $1 AND u.school_id = $2 AND u.role = 'student' AND u.enabled AND u.grade <> ''
""",
}

ADMINISTRATORS = """
    SELECT $5::text AS container_key, u.source_key AS user_key FROM roster.user u
    WHERE u.district_id = $1 AND u.school_id = $2 AND u.role = 'administrator' AND u.enabled
"""

# Those who are only to be called in an emergency have no part in the child's schooling.
GUARDIANS = """
    SELECT g.student_key AS container_key, g.guardian_key AS user_key FROM roster.guardian_link g
    WHERE g.district_id = $1 AND g.school_id = $2 AND NOT g.contact_only AND $5::text IS NOT NULL
      AND EXISTS (SELECT FROM roster.user u WHERE u.district_id = $1 AND u.school_id = $2
                  AND u.source_key = g.guardian_key AND u.role = 'guardian')
      AND EXISTS (SELECT FROM roster.user u WHERE u.district_id = $1 AND u.school_id = $2
                  AND u.source_key = g.student_key AND u.role = 'student')
"""

# A child may be at two schools, and both may tell of the guardian; whose run wrote the membership does not matter then.
GUARDIAN_ELSEWHERE = """
    EXISTS (SELECT FROM roster.guardian_link g
            JOIN registry.school s ON s.district_id = $1 AND s.id = g.school_id AND s.source_id = $4
                 AND s.target_id = $3
            WHERE g.district_id = $1 AND g.school_id <> $2 AND NOT g.contact_only
              AND g.student_key = l.container_key AND g.guardian_key = l.user_key)
"""
GUARDIAN_HERE = """
    (l.school_id = $2
     OR EXISTS (SELECT FROM roster.record r
                WHERE r.district_id = $1 AND r.school_id = $2 AND r.entity = 'guardian_link'
                  AND r.body->>'student_key' = l.container_key AND r.body->>'guardian_key' = l.user_key))
"""

NEW_COHORTS = """
    SELECT wanted.key, wanted.grade FROM (
        SELECT $5::text || '/cohort' AS key, '' AS grade WHERE 'school' = ANY($6::text[])
        UNION
        SELECT DISTINCT $5::text || '/cohort/' || u.grade, u.grade FROM roster.user u
        WHERE u.district_id = $1 AND u.school_id = $2 AND u.role = 'student' AND u.grade <> ''
          AND 'grade' = ANY($6::text[])
    ) wanted
    WHERE NOT EXISTS (SELECT FROM link l WHERE l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4
                      AND l.entity = 'cohort' AND l.source_key = wanted.key)
    ORDER BY wanted.key
"""
"""$1 district, $2 school, $3 target, $4 source, $5 the school's own id, $6 the kinds that are kept."""

ADDITIONS = """
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, after)
    SELECT $1, $6, $9, $7, 'add', w.container_key, w.user_key, jsonb_build_object('role_id', $8::int)
    FROM wanted w
    LEFT JOIN membership_link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = $7
         AND l.container_key = w.container_key AND l.user_key = w.user_key AND l.role_id = $8
    WHERE $2::uuid IS NOT NULL
      AND (l.user_key IS NULL
           OR EXISTS (SELECT FROM operation c WHERE c.district_id = $1 AND c.run_id = $6 AND c.kind = 'create'
                      AND c.entity = CASE $7 WHEN 'group_member' THEN 'group' WHEN 'cohort_member' THEN 'cohort' END
                      AND c.source_key = w.container_key))
    ORDER BY w.container_key, w.user_key
"""

REMOVALS = f"""
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, before, after)
    SELECT $1, $6, $9, $7, 'remove', l.container_key, coalesce(heir.source_key, l.user_key),
           jsonb_build_object('role_id', l.role_id), '{{{{}}}}'
    FROM membership_link l
    LEFT JOIN ({HEIRS.format(run="$6")}) heir ON heir.former_key = l.user_key
    LEFT JOIN wanted w ON w.container_key = l.container_key AND w.user_key IN (l.user_key, heir.source_key)
         AND l.role_id = $8
    WHERE l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = $7
      AND w.user_key IS NULL AND {{here}} AND NOT {{elsewhere}}
    ORDER BY l.container_key, l.user_key
"""
"""`here` and `elsewhere` of the wanted, which see the membership as `l`.

$1 district, $2 school, $3 target, $4 source, $5 the query's own, $6 run, $7 entity, $8 role, $9 phase."""
