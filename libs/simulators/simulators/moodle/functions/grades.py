"""The gradebook: writing grades, and its columns."""

from dataclasses import replace
from typing import Any

from simulators.moodle.answers import NotJson
from simulators.moodle.call import Call
from simulators.moodle.errors import database_read, failure
from simulators.moodle.functions.activity_completion import COMPLETE, ON_GRADE, set_state
from simulators.moodle.parameters import OPTIONAL, Many, One, Value
from simulators.moodle.rows import Activity, Grade, GradeItem

_ITEM_DETAILS = {
    "itemname": Value("alphanumext", OPTIONAL),
    "idnumber": Value("int", OPTIONAL),
    "gradetype": Value("int", OPTIONAL),
    "grademax": Value("float", OPTIONAL),
    "grademin": Value("float", OPTIONAL),
    "scaleid": Value("int", OPTIONAL),
    "multfactor": Value("float", OPTIONAL),
    "plusfactor": Value("float", OPTIONAL),
    "deleted": Value("bool", OPTIONAL),
    "hidden": Value("bool", OPTIONAL),
}
UPDATE = One(
    {
        "source": Value("text"),
        "courseid": Value("int"),
        "component": Value("component"),
        "activityid": Value("int"),
        "itemnumber": Value("int"),
        "grades": Many(
            One(
                {
                    "studentid": Value("int"),
                    "grade": Value("float"),
                    "str_feedback": Value("text", OPTIONAL),
                }
            ),
            (),
        ),
        "itemdetails": One(_ITEM_DETAILS, OPTIONAL),
    }
)
ITEMS = One({"courseid": Value("int")})

GRADE_UPDATE_OK = 0


def update_grades(
    call: Call,
    source: str,
    courseid: int,
    component: str,
    activityid: int,
    itemnumber: int,
    grades: list[dict[str, Any]],
    itemdetails: dict[str, Any] | None = None,
) -> int | NotJson:
    """Write grades of one activity, named by its cmid. 0 is success.

    Nobody checks whether the people exist; a grade outside the column's range is cut to it; feedback is
    dropped. An activity without a column, or of another course, gets a new one: with another course the
    answer isn't even JSON.
    """
    call.enter_course_context(courseid)
    call.require("moodle/grade:edit")
    if component == "manual":
        raise database_read()
    activity = call.tables.activities.get(activityid)
    if activity is None:
        raise failure("invalidcoursemodule", "Invalid course module ID")
    item = _column(call, courseid, activity, itemnumber)
    for each in grades:
        record_grade(call, item, each["studentid"], each["grade"])
    if activity.courseid != courseid:
        return NotJson("The instance of this module does not exist\n0")
    return GRADE_UPDATE_OK


def record_grade(call: Call, item: GradeItem, userid: int, grade: float) -> None:
    """Write one grade into a column, and complete what completes on a grade."""
    table = call.tables.grades
    value = min(max(grade, item.grademin), item.grademax)
    row = table.first("pair", (item.id, userid)) or Grade(table.next_id, item.id, userid, value, call.now)
    table.put(replace(row, value=value, timegraded=call.now))
    activity = call.tables.activities.get(item.cmid) if item.cmid else None
    if activity is not None and activity.courseid == item.courseid and activity.rule == ON_GRADE:
        set_state(call, activity, userid, COMPLETE, by=None)


def get_gradeitems(call: Call, courseid: int) -> dict[str, Any]:
    """The columns that can be graded, with their ids as text."""
    course = call.enter_course(courseid)
    items = [item for item in call.tables.grade_items.find("course", courseid) if item.itemtype != "course"]
    shown = [{"id": str(item.id), "itemname": item.name or "Grade", "category": course.fullname} for item in items]
    return {"gradeItems": shown, "warnings": []}


def _column(call: Call, courseid: int, activity: Activity, itemnumber: int) -> GradeItem:
    table = call.tables.grade_items
    existing = table.first("activity", (courseid, activity.id))
    if existing is not None:
        return existing
    rogue = GradeItem(
        id=table.next_id,
        courseid=courseid,
        itemtype="mod",
        itemmodule=activity.modname,
        iteminstance=activity.instance,
        itemnumber=itemnumber,
        cmid=activity.id,
        timemodified=call.now,
    )
    return table.put(rogue)
