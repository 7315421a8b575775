"""Narrows a plan to one person, to one class, or to what failed in an earlier run."""

from common.db import Connection
from moodle_sync.planning.keys import shared_course
from moodle_sync.scope import Scope


async def narrow(conn: Connection, scope: Scope) -> None:
    """Take out of the plan what the run is not for.

    One person: the account, its enrolments and memberships, and what these stand in, as far as that is new. One class:
    its course, everybody's place in it, and their accounts, as far as they are new.
    """
    narrowed = scope.narrowed
    if narrowed.entity == "user":
        await conn.execute(f"DELETE FROM operation o {OF_RUN} AND ({OF_PERSON}) IS NOT TRUE", *scope.run, narrowed.key)
    if narrowed.entity == "class":
        await conn.execute(
            f"DELETE FROM operation o {OF_RUN} AND ({OF_COURSE}) IS NOT TRUE", *scope.run, narrowed.key, scope.school.id
        )
    if narrowed.failed_in is not None:
        await conn.execute(
            f"DELETE FROM operation o {OF_RUN} AND ({FAILED_BEFORE}) IS NOT TRUE", *scope.run, narrowed.failed_in
        )


OF_RUN = "WHERE o.district_id = $1 AND o.run_id = $2"

_NEEDED = """
    o.user_key IS NULL AND o.kind IN ('create', 'link') AND (o.entity IN ('category', 'cohort')
    OR EXISTS (SELECT FROM operation e WHERE e.district_id = $1 AND e.run_id = $2 AND e.user_key IS NOT NULL
               AND o.source_key IN (e.source_key, e.user_key) AND {kept}))
"""
"""What has to be made first: the course, group or account that a relation which stays is about."""

OF_PERSON = f"""
    (o.entity = 'user' AND o.source_key = $3) OR o.user_key = $3
    OR (o.entity = 'guardian' AND o.source_key = $3)
    OR ({_NEEDED.format(kept="(e.user_key = $3 OR e.source_key = $3)")})
"""

# A class is its own course, a group in the course that it shares, or both by turns of the policy.
OF_COURSE = f"""
    (o.entity IN ('course', 'group') AND o.source_key IN (SELECT key FROM (
        SELECT $3::text AS key UNION SELECT {
    shared_course("body->>'course_key'", "source_key", "$4")
} FROM roster.record
        WHERE district_id = $1 AND school_id = $4 AND entity = 'class' AND source_key = $3) keys))
    OR (o.entity = 'group_member' AND o.source_key = $3)
    OR (o.entity = 'enrolment' AND EXISTS (
        SELECT FROM roster.record e WHERE e.district_id = $1 AND e.school_id = $4 AND e.entity = 'enrolment'
        AND e.source_key = o.after->>'record_key' AND e.body->>'class_key' = $3))
    OR ({
    _NEEDED.format(
        kept='''e.entity = 'enrolment' AND EXISTS (
        SELECT FROM roster.record r WHERE r.district_id = $1 AND r.school_id = $4 AND r.entity = 'enrolment'
        AND r.source_key = e.after->>'record_key' AND r.body->>'class_key' = $3)'''
    )
})
"""

FAILED_BEFORE = """
    EXISTS (SELECT FROM operation f WHERE f.district_id = $1 AND f.run_id = $3
            AND f.state IN ('failed', 'skipped', 'cancelled') AND f.entity = o.entity
            AND f.source_key = o.source_key AND f.user_key IS NOT DISTINCT FROM o.user_key)
"""
