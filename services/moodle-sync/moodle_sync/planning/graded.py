"""Looks whether people who would lose a place in a course have graded work there, and spares those who have.

An enrolment with grades is never taken away, whatever the policy: it is suspended. Of operations that wait for a
person's decision it is looked too, so that whoever decides sees it.
"""

from itertools import groupby
from typing import Any

from common.db import Row
from common.errors import Permanent
from common.uow import UnitOfWork
from moodle_sync.moodle.errors import Refused
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.scope import Scope

MOST = 2000
"""Enrolments looked at in one run; of the others nothing is known, and what is not known is not taken away."""
WHOLE_COURSE = 20
"""From so many people on, a call for all of the course is cheaper than one for each (Moodle 4.4: 928 and 44 ms)."""


async def spare_graded(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    """Enrolments that would be taken away are suspended instead, unless it is known that nothing is graded there."""
    await _look(uow, scope, moodle, "unenrol", "planned")
    async with uow.step() as step:
        await step.conn.execute(
            "UPDATE operation SET kind = 'suspend' WHERE district_id = $1 AND run_id = $2 AND entity = 'enrolment' "
            "AND kind = 'unenrol' AND graded IS DISTINCT FROM false",
            *scope.run,
        )


async def look_at_held(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    """Note of enrolments that wait for a decision whether there is graded work."""
    await _look(uow, scope, moodle, "suspend", "held")


async def _look(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, kind: str, state: str) -> None:
    async with uow.step() as step:
        rows = await step.conn.fetch(ENDINGS, *scope.run, scope.target.id, scope.school.source_id, kind, state, MOST)
    for course_id, endings in groupby(rows, key=lambda row: row["course_id"]):
        places = list(endings)
        try:
            graded = await _graded(moodle, course_id, places)
        except Permanent:
            return  # The token may not see grades.
        known = [row for row in places if row["user_id"] in graded]
        async with uow.step() as step:
            await step.conn.execute(
                NOTE, *scope.run, [row["seq"] for row in known], [graded[row["user_id"]] for row in known]
            )


async def _graded(moodle: MoodleReader, course_id: int, places: list[Row]) -> dict[int, bool]:
    """Whether they have a grade in the course, by account, of those whom Moodle tells of.

    Asked for everybody it leaves out whose enrolment is outside its dates: of them nothing is known.
    """
    users = [0] if len(places) > WHOLE_COURSE else [row["user_id"] for row in places]
    graded: dict[int, bool] = {}
    for user_id in users:
        try:
            report = await moodle.call("gradereport_user_get_grade_items", {"courseid": course_id, "userid": user_id})
        except Refused:
            continue
        graded |= {int(user["userid"]): _has_grade(user) for user in report["usergrades"]}
    return graded


def _has_grade(user: dict[str, Any]) -> bool:
    return any(item.get("graderaw") is not None for item in user["gradeitems"])


ENDINGS = """
    SELECT o.seq, c.moodle_id AS course_id, u.moodle_id AS user_id FROM operation o
    JOIN link c ON c.district_id = $1 AND c.target_id = $3 AND c.source_id = $4 AND c.entity = 'course'
         AND c.source_key = o.source_key
    JOIN link u ON u.district_id = $1 AND u.target_id = $3 AND u.source_id = $4 AND u.entity = 'user'
         AND u.source_key = o.user_key
    WHERE o.district_id = $1 AND o.run_id = $2 AND o.entity = 'enrolment'
      AND o.kind = $5 AND o.state = $6
    ORDER BY c.moodle_id, u.moodle_id LIMIT $7
"""
"""$1 district, $2 run, $3 target, $4 source, $5 kind, $6 state, $7 most."""

NOTE = """
    UPDATE operation SET graded = place.graded FROM unnest($3::bigint[], $4::boolean[]) AS place (seq, graded)
    WHERE district_id = $1 AND run_id = $2 AND operation.seq = place.seq
"""
