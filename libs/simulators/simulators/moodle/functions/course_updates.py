"""What changed in a course, in the caller's own view: of no use to a service account, as in Moodle."""

from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.parameters import Many, One, Value
from simulators.moodle.rows import Activity

_FILTER = Many(Value("alphanumext"), ())
CHECK = One(
    {
        "courseid": Value("int"),
        "tocheck": Many(One({"contextlevel": Value("alpha"), "id": Value("int"), "since": Value("int")})),
        "filter": _FILTER,
    }
)
SINCE = One({"courseid": Value("int"), "since": Value("int"), "filter": _FILTER})

AREAS = {"grades": ("usersubmissions", "usergrades")}
"""Names of updates that a filter lets through, where it isn't itself the name of an update."""


def check_updates(
    call: Call,
    courseid: int,
    tocheck: list[dict[str, Any]],
    filter: list[str],  # noqa: A002  (Moodle's key)
) -> dict[str, Any]:
    """Updates of the activities asked for, each since its own time."""
    call.enter_course(courseid)
    since = {each["id"]: each["since"] for each in tocheck}
    activities = [each for each in call.tables.activities.find("course", courseid) if each.id in since]
    return _answer([_instance(call, each, since[each.id], filter) for each in activities])


def get_updates_since(
    call: Call,
    courseid: int,
    since: int,
    filter: list[str],  # noqa: A002  (Moodle's key)
) -> dict[str, Any]:
    """Updates of all activities since one time; those without any are left out."""
    call.enter_course(courseid)
    found = [_instance(call, each, since, filter) for each in call.tables.activities.find("course", courseid)]
    return _answer([each for each in found if each["updates"]])


def _answer(instances: list[dict[str, Any]]) -> dict[str, Any]:
    return {"instances": instances, "warnings": []}


def _instance(call: Call, activity: Activity, since: int, areas: list[str]) -> dict[str, Any]:
    wanted = {name for area in areas for name in (area, *AREAS.get(area, ()))}
    updates = [each for each in _updates(call, activity, since) if not wanted or each["name"] in wanted]
    return {"contextlevel": "module", "id": activity.id, "updates": updates}


def _updates(call: Call, activity: Activity, since: int) -> list[dict[str, Any]]:
    updates: list[dict[str, Any]] = []
    if activity.timemodified > since:
        updates.append({"name": "configuration", "timeupdated": activity.timemodified})
    own = call.tables.completions.first("pair", (activity.id, call.caller.userid))
    if own is not None and own.timecompleted > since:
        updates.append({"name": "completion"})
    item = call.tables.grade_items.first("activity", (activity.courseid, activity.id))
    if item is not None and any(row.timegraded > since for row in call.tables.grades.find("item", item.id)):
        updates.append({"name": "gradeitems", "itemids": [item.id]})
    given = call.tables.assignment_grades.find("assignment", activity.instance)
    ids = [row.id for row in given if row.timemodified > since] if activity.modname == "assign" else []
    if ids:
        updates.append({"name": "usersubmissions", "itemids": ids})
        updates.append({"name": "usergrades", "itemids": ids})
    return updates
