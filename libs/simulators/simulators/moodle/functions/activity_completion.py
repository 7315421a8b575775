"""Completion of single activities."""

from dataclasses import replace
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import MoodleError, failure, invalid_user
from simulators.moodle.parameters import One, Value
from simulators.moodle.rows import Activity, Completion

OVERRIDE = One({"userid": Value("int"), "cmid": Value("int"), "newstate": Value("int")})
MARK_OWN = One({"cmid": Value("int"), "completed": Value("bool")})
STATUS = One({"courseid": Value("int"), "userid": Value("int")})

INCOMPLETE, COMPLETE = 0, 1
NO_TRACKING, MANUAL, AUTOMATIC = 0, 1, 2

ON_GRADE, ON_SUBMIT = "completionusegrade", "completionsubmit"
RULES = {ON_GRADE: "Receive a grade", ON_SUBMIT: "Make a submission"}


def override_status(call: Call, userid: int, cmid: int, newstate: int) -> dict[str, Any]:
    """Set somebody's state. Nobody checks whether that person exists or is in the course."""
    activity = call.enter_activity(cmid)
    if not call.may("moodle/course:overridecompletion"):
        raise MoodleError("required_capability_exception", "nopermission", "error/nopermission")
    if newstate not in (INCOMPLETE, COMPLETE):
        raise failure(
            "err_system",
            "An internal error occurred in the completion system. (System administrators can enable "
            "debugging information to see more detail.)",
        )
    if activity.tracking != NO_TRACKING:
        set_state(call, activity, userid, newstate, by=call.caller.userid)
    row = _row(call, activity, userid)
    return {
        "cmid": cmid,
        "userid": userid,
        "state": row.state,
        "timecompleted": row.timecompleted,
        "overrideby": row.overrideby,
        "tracking": activity.tracking,
    }


def mark_own_status(call: Call, cmid: int, completed: bool) -> dict[str, Any]:
    """Set the caller's own state of an activity that is ticked off by hand."""
    activity = call.enter_activity(cmid)
    if activity.tracking != MANUAL:
        raise failure("cannotmanualctrack", "Activity does not provide manual completion tracking")
    set_state(call, activity, call.caller.userid, COMPLETE if completed else INCOMPLETE, by=None)
    return {"status": True, "warnings": []}


def get_activities_status(call: Call, courseid: int, userid: int) -> dict[str, Any]:
    """The state of every tracked activity of a course for one person."""
    call.enter_course(courseid)
    if call.tables.users.get(userid) is None:
        raise invalid_user()
    if userid != call.caller.userid:
        call.require("report/progress:view")
    tracked = [each for each in call.tables.activities.find("course", courseid) if each.tracking]
    return {"statuses": [_status(call, each, userid) for each in tracked], "warnings": []}


def set_state(call: Call, activity: Activity, userid: int, state: int, by: int | None) -> None:
    """Write a person's state; the same state again keeps its time."""
    table = call.tables.completions
    row = _row(call, activity, userid)
    if row.state == state and row.overrideby == by and row.timecompleted:
        return
    table.put(replace(row, state=state, timecompleted=call.now, overrideby=by))


def is_complete(call: Call, activity: Activity, userid: int) -> bool:
    """Whether somebody has completed an activity."""
    return _row(call, activity, userid).state == COMPLETE


def completed_at(call: Call, activity: Activity, userid: int) -> int | None:
    """When, in seconds since 1970, if they have."""
    row = _row(call, activity, userid)
    return row.timecompleted if row.state == COMPLETE else None


def _row(call: Call, activity: Activity, userid: int) -> Completion:
    table = call.tables.completions
    blank = Completion(table.next_id, activity.id, userid, INCOMPLETE, 0)
    return table.first("pair", (activity.id, userid)) or blank


def _status(call: Call, activity: Activity, userid: int) -> dict[str, Any]:
    row = _row(call, activity, userid)
    return {
        "cmid": activity.id,
        "modname": activity.modname,
        "instance": activity.instance,
        "state": row.state,
        "timecompleted": row.timecompleted,
        "tracking": activity.tracking,
        "overrideby": row.overrideby,
        "valueused": False,
        "hascompletion": True,
        "isautomatic": activity.tracking == AUTOMATIC,
        "istrackeduser": call.tables.enrolments.first("pair", (userid, activity.courseid)) is not None,
        "uservisible": True,
        "details": _details(activity, row.state),
        "isoverallcomplete": row.state == COMPLETE,
    }


def _details(activity: Activity, state: int) -> list[dict[str, Any]]:
    if activity.tracking != AUTOMATIC:
        return []
    value = {"status": state, "description": RULES[activity.rule]}
    return [{"rulename": activity.rule, "rulevalue": value}]
