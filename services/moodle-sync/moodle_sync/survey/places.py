"""Who Moodle has in a school's courses and cohorts, as far as we put them there."""

import time
from collections.abc import Sequence
from typing import Any

from common.db import Connection, Row
from common.uow import UnitOfWork
from moodle_sync.moodle.errors import NO_SUCH_RECORD, Refused
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.planning.keys import COURSE_OF_CLASS
from moodle_sync.progress import Progress
from moodle_sync.scope import Scope

COHORTS_A_CALL = 100


async def survey_enrolments(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, progress: Progress) -> None:
    """Set the links of enrolments right, in two calls a course, since Moodle does not tell who is suspended."""
    async with uow.step() as step:
        courses = await step.conn.fetch(COURSES, *scope.keys)
    for course in courses:
        try:
            active = await enrolled(moodle, course["moodle_id"], "onlyactive")
            suspended = await enrolled(moodle, course["moodle_id"], "onlysuspended")
        except Refused:
            continue  # Of a course that cannot be looked into nothing is known.
        async with uow.step() as step:
            places = await step.conn.fetch(PLACES[scope.policy.courses], *scope.keys, course["source_key"])
            await _note(step.conn, scope, course["source_key"], places, active, suspended)
            await progress.add(step, len(places))


async def enrolled(moodle: MoodleReader, course_id: int, which: str, value: int = 1) -> dict[int, set[int]]:
    """The roles of a course's participants, by account; without e-mail and the like a fifth of the time.

    `which` is onlyactive, onlysuspended, or groupid with the group's id.
    """
    options: list[dict[str, Any]] = [{"name": "userfields", "value": "id,roles"}, {"name": which, "value": value}]
    told = await moodle.call("core_enrol_get_enrolled_users", {"courseid": course_id, "options": options})
    return {int(user["id"]): {int(role["roleid"]) for role in user.get("roles", [])} for user in told}


async def _note(
    conn: Connection,
    scope: Scope,
    course_key: str,
    places: Sequence[Row],
    active: dict[int, set[int]],
    suspended: dict[int, set[int]],
) -> None:
    if not active and not suspended and len(places) > 1:
        return  # A course that was full and is empty looks like one whose people we may not see.
    gone = [p["user_key"] for p in places if p["wanted"] and p["user_id"] not in active.keys() | suspended.keys()]
    here = [p for p in places if p["user_id"] in active or p["user_id"] in suspended]
    differing = [
        (place["user_key"], is_active, role_id)
        for place in here
        for is_active, role_id in [_as_seen(place, active, suspended)]
        if (is_active, role_id) != (place["active"], place["role_id"])
    ]
    place = (*scope.keys, course_key)
    if gone:
        await conn.execute(f"DELETE FROM enrolment_link {OF_COURSE} AND user_key = ANY($6::text[])", *place, gone)
    if differing:
        users, states, roles = zip(*differing, strict=True)
        await conn.execute(CHANGE, *place, list(users), list(states), list(roles))


def _as_seen(place: Row, active: dict[int, set[int]], suspended: dict[int, set[int]]) -> tuple[bool, int]:
    """Whether the enrolment is open, and our role in it (0: somebody took it).

    Outside its dates Moodle counts an enrolment among the suspended ones, and nobody can tell whether it is.
    """
    user = place["user_id"]
    roles = active.get(user) or suspended.get(user) or set()
    is_active = user in active or (place["active"] and _is_over_or_to_come(place))
    return is_active, place["role_id"] if place["role_id"] in roles else 0


def _is_over_or_to_come(place: Row) -> bool:
    now = time.time()
    starts, ends = int(place["time_start"]), int(place["time_end"])
    return starts > now or 0 < ends <= now


async def survey_cohorts(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    """Forget memberships of cohorts that somebody ended by hand: they are made again."""
    async with uow.step() as step:
        rows = await step.conn.fetch(COHORTS, *scope.keys)
    for start in range(0, len(rows), COHORTS_A_CALL):
        keys = {row["moodle_id"]: row["source_key"] for row in rows[start : start + COHORTS_A_CALL]}
        members, deleted = await _members(moodle, list(keys))
        async with uow.step() as step:
            for cohort_id, users in members.items():
                await step.conn.execute(END_MEMBERSHIPS, *scope.keys, keys[cohort_id], users)
            for cohort_id in deleted:
                await step.conn.execute(GIVE_UP_COHORT, *scope.keys, keys[cohort_id])


async def _members(moodle: MoodleReader, cohorts: Sequence[int]) -> tuple[dict[int, list[int]], list[int]]:
    """The accounts in cohorts, by cohort, and the cohorts that were deleted: one of them fails the call for all."""
    try:
        told = await moodle.call("core_cohort_get_cohort_members", {"cohortids": cohorts})
    except Refused as refused:
        if len(cohorts) == 1:
            return {}, list(cohorts) if refused.errorcode == NO_SUCH_RECORD else []
    else:
        return {int(cohort["cohortid"]): cohort["userids"] for cohort in told}, []
    middle = len(cohorts) // 2
    first, second = await _members(moodle, cohorts[:middle]), await _members(moodle, cohorts[middle:])
    return first[0] | second[0], first[1] + second[1]


COURSES = """
    SELECT source_key, moodle_id FROM link
    WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4 AND entity = 'course'
      AND (active OR drifted)
    ORDER BY source_key
"""
_PLACES = """
    SELECT e.user_key, e.role_id, e.active, e.time_start, e.time_end, u.moodle_id AS user_id,
           EXISTS (SELECT FROM roster.enrolment r {join} WHERE r.district_id = $1 AND r.school_id = $2
                   AND r.user_key = e.user_key AND {course} = $5) AS wanted
    FROM enrolment_link e
    JOIN link u ON u.district_id = $1 AND u.target_id = $3 AND u.source_id = $4 AND u.entity = 'user'
         AND u.source_key = e.user_key
    WHERE e.district_id = $1 AND e.school_id = $2 AND e.target_id = $3 AND e.source_id = $4 AND e.class_key = $5
"""
PLACES = {
    "class": _PLACES.format(join="", course="r.class_key"),
    "course": _PLACES.format(
        join="JOIN roster.class c ON c.district_id = $1 AND c.school_id = $2 AND c.source_key = r.class_key",
        course=COURSE_OF_CLASS,
    ),
}
"""Who is in a course through us. $1–$4 as everywhere, $5 the course.

A place that Moodle does not show is forgotten, to be made again, only as long as it is `wanted`: the end of one that is
not has still to be told.
"""
OF_COURSE = "WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4 AND class_key = $5"
CHANGE = f"""
    UPDATE enrolment_link SET active = seen.active, role_id = seen.role_id
    FROM unnest($6::text[], $7::boolean[], $8::int[]) AS seen (user_key, active, role_id)
    {OF_COURSE} AND enrolment_link.user_key = seen.user_key
"""
COHORTS = """
    SELECT source_key, moodle_id FROM link
    WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4 AND entity = 'cohort'
"""
GIVE_UP_COHORT = """
    WITH gone AS (
        DELETE FROM link WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4
          AND entity = 'cohort' AND source_key = $5
    )
    DELETE FROM membership_link
    WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4
      AND entity = 'cohort_member' AND container_key = $5
"""
END_MEMBERSHIPS = """
    DELETE FROM membership_link m USING link u
    WHERE m.district_id = $1 AND m.school_id = $2 AND m.target_id = $3 AND m.source_id = $4
      AND m.entity = 'cohort_member' AND m.container_key = $5
      AND u.district_id = $1 AND u.target_id = $3 AND u.source_id = $4 AND u.entity = 'user'
      AND u.source_key = m.user_key AND u.moodle_id <> ALL($6::bigint[])
"""
