"""Completion of whole courses: it follows from the course's criteria, and nothing sets it directly."""

from dataclasses import dataclass
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import failure
from simulators.moodle.functions.activity_completion import MANUAL, completed_at, is_complete
from simulators.moodle.functions.contents import module_url
from simulators.moodle.parameters import One, Value
from simulators.moodle.rows import Activity

STATUS = One({"courseid": Value("int"), "userid": Value("int")})
SELF_COMPLETE = One({"courseid": Value("int")})

ACTIVITY_CRITERION = 4
ALL_CRITERIA = 1


@dataclass(frozen=True)
class Progress:
    """How far somebody is; `percentage` is None in a course where nothing is tracked."""

    has_criteria: bool
    percentage: float | None
    complete: bool


def progress(call: Call, courseid: int, userid: int) -> Progress:
    """How far somebody is in a course."""
    tracked = [each for each in call.tables.activities.find("course", courseid) if each.tracking]
    done = sum(is_complete(call, each, userid) for each in tracked)
    needed = _criteria(call, courseid)
    complete = bool(needed) and all(is_complete(call, each, userid) for each in needed)
    return Progress(bool(needed), 100 * done / len(tracked) if tracked else None, complete)


def get_course_status(call: Call, courseid: int, userid: int) -> dict[str, Any]:
    """Which of the course's criteria somebody meets."""
    call.enter_course(courseid)
    if call.tables.enrolments.first("pair", (userid, courseid)) is None:
        if userid == call.caller.userid:
            raise failure("notenroled", "You are not enrolled in this course")
        raise failure("usernotenroled", "User is not enrolled in this course")
    criteria = _criteria(call, courseid)
    if not criteria:
        raise failure("nocriteriaset", "No completion criteria set for this course")
    status = {
        "completed": all(is_complete(call, each, userid) for each in criteria),
        "aggregation": ALL_CRITERIA,
        "completions": [_criterion(call, each, userid) for each in criteria],
    }
    return {"completionstatus": status, "warnings": []}


def mark_course_self_completed(call: Call, courseid: int) -> dict[str, Any]:
    """Always refused: the simulator has no criterion of that kind."""
    call.enter_course(courseid)
    raise failure("noselfcompletioncriteria", "completion/noselfcompletioncriteria")


def _criteria(call: Call, courseid: int) -> list[Activity]:
    rows = call.tables.criteria.find("course", courseid)
    activities = [call.tables.activities.get(row.cmid) for row in rows]
    return [each for each in activities if each is not None]


def _criterion(call: Call, activity: Activity, userid: int) -> dict[str, Any]:
    done = is_complete(call, activity, userid)
    by_hand = activity.tracking == MANUAL
    return {
        "type": ACTIVITY_CRITERION,
        "title": "Activity completion",
        "status": "Yes" if done else "No",
        "complete": done,
        "timecompleted": completed_at(call, activity, userid),
        "details": {
            "type": "Activity completion",
            "criteria": f'<a href="{module_url(call, activity)}">{activity.name}</a>',
            "requirement": "Marking yourself complete" if by_hand else "Achieving grade",
            "status": "",
        },
    }
