"""Plans what is taken from whom: hides courses and suspends accounts that the source proved gone."""

from common.db import Connection
from moodle_sync import operations
from moodle_sync.plan import Planned
from moodle_sync.planning.keys import shared_course
from moodle_sync.scope import Scope


async def plan_removals(conn: Connection, scope: Scope) -> None:
    """Write the operations about courses and accounts; enrolments and memberships plan their own endings."""
    courses = await conn.fetch(GONE_COURSES[scope.policy.courses], *scope.keys)
    users = await conn.fetch(GONE_USERS, *scope.keys, scope.run_id, scope.policy.account_days)
    hidden = [
        Planned("course", "hide", row["source_key"], {}, moodle_id=row["moodle_id"], match="link") for row in courses
    ]
    suspended = [
        Planned("user", "suspend", row["source_key"], {}, moodle_id=row["moodle_id"], match="link") for row in users
    ]
    await operations.add(conn, scope, hidden + suspended)


# Proof of a removal: the fetcher closed the record, which it does only when every endpoint that could show it was
# read to its end, or when the source itself reported the deletion. A class may also have gone to another school.
_GONE_COURSES = """
    SELECT l.source_key, l.moodle_id FROM link l
    WHERE l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = 'course'
      AND l.school_id = $2 AND l.active
      AND EXISTS (SELECT FROM roster.record r WHERE r.district_id = $1 AND r.school_id = $2 AND r.entity = 'class'
                  AND {key} AND r.last_snapshot IS NOT NULL)
      AND NOT EXISTS (SELECT FROM roster.record r WHERE r.district_id = $1 AND r.school_id = $2
                      AND r.entity = 'class' AND {key} AND r.last_snapshot IS NULL)
      AND NOT EXISTS (SELECT FROM roster.record r
                      JOIN registry.school s ON s.district_id = $1 AND s.id = r.school_id
                      WHERE r.district_id = $1 AND r.entity = 'class' AND r.source_key = l.source_key
                        AND r.last_snapshot IS NULL AND s.source_id = $4 AND s.target_id = $3)
    ORDER BY l.source_key
"""
_SHARED = shared_course("r.body->>'course_key'", "r.source_key")
GONE_COURSES = {
    "class": _GONE_COURSES.format(key="r.source_key = l.source_key"),
    "course": _GONE_COURSES.format(key=f"{_SHARED} = l.source_key"),
}

# A person's account is suspended only when no school that uses this source has the person any more, and has not had
# for as many days as the district wants. An account that somebody new takes over in this run stays open.
# OFFSET has the other schools asked for each person by index: PostgreSQL knows nothing yet of tables that were just
# filled, and would compare everybody with everybody.
GONE_USERS = """
    SELECT l.source_key, l.moodle_id
    FROM (SELECT source_key, max(last_snapshot) AS last_snapshot FROM roster.record
          WHERE district_id = $1 AND school_id = $2 AND entity = 'user' AND last_snapshot IS NOT NULL
          GROUP BY 1) gone
    JOIN roster.snapshot s ON s.district_id = $1 AND s.school_id = $2 AND s.number = gone.last_snapshot + 1
    JOIN link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = 'user'
         AND l.source_key = gone.source_key AND l.active
    WHERE s.taken_at <= now() - make_interval(days => $6)
      AND NOT EXISTS (SELECT FROM roster.record now
                      JOIN registry.school s ON s.district_id = $1 AND s.id = now.school_id
                      WHERE now.district_id = $1 AND now.entity = 'user' AND now.source_key = gone.source_key
                        AND now.last_snapshot IS NULL AND s.source_id = $4 OFFSET 0)
      AND NOT EXISTS (SELECT FROM operation o WHERE o.district_id = $1 AND o.run_id = $5
                      AND o.entity = 'user' AND o.kind = 'link' AND o.moodle_id = l.moodle_id)
    ORDER BY l.source_key
"""
"""$1 district, $2 school, $3 target, $4 source, $5 run, $6 days."""
