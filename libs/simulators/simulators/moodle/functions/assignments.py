"""Assignments: the module, and the grades given in it."""

from dataclasses import replace
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import MoodleError, invalid_record
from simulators.moodle.functions.activity_completion import ON_SUBMIT
from simulators.moodle.functions.grades import record_grade
from simulators.moodle.parameters import OPTIONAL, Many, One, Value
from simulators.moodle.rows import Activity, AssignmentGrade, Course

GET = One(
    {
        "courseids": Many(Value("int"), ()),
        "capabilities": Many(Value("capability"), ()),
        "includenotenrolledcourses": Value("bool", False),
    }
)
GET_GRADES = One({"assignmentids": Many(Value("int")), "since": Value("int", 0)})
SAVE_GRADE = One(
    {
        "assignmentid": Value("int"),
        "userid": Value("int"),
        "grade": Value("float"),
        "attemptnumber": Value("int"),
        "addattempt": Value("bool"),
        "workflowstate": Value("alpha"),
        "applytoall": Value("bool"),
        "plugindata": One(
            {
                "assignfeedbackcomments_editor": One({"text": Value("raw"), "format": Value("int")}, OPTIONAL),
                "files_filemanager": Value("int", OPTIONAL),
            },
            OPTIONAL,
        ),
        "advancedgradingdata": One({}, OPTIONAL),
    }
)

NOT_ENROLLED = "User is not enrolled or does not have requested capability"

_SETTINGS_AT_ZERO = (
    "nosubmissions",
    "submissiondrafts",
    "sendnotifications",
    "sendlatenotifications",
    "sendstudentnotifications",
    "duedate",
    "allowsubmissionsfromdate",
    "cutoffdate",
    "gradingduedate",
    "teamsubmission",
    "requireallteammemberssubmit",
    "teamsubmissiongroupingid",
    "blindmarking",
    "hidegrader",
    "revealidentities",
    "markingworkflow",
    "markingallocation",
    "markinganonymous",
    "requiresubmissionstatement",
    "preventsubmissionnotingroup",
    "timelimit",
    "submissionattachments",
)


def get_assignments(
    call: Call, courseids: list[int], capabilities: list[str], includenotenrolledcourses: bool
) -> dict[str, Any]:
    """Assignments by course: of the caller's own courses, or of any with `includenotenrolledcourses`."""
    shown, warnings = [], []
    for courseid in courseids or _own_courses(call):
        course = call.tables.courses.get(courseid)
        if course is not None and _included(call, courseid, includenotenrolledcourses):
            shown.append(_course(call, course))
        else:
            warnings.append({"item": "course", "itemid": courseid, "warningcode": "2", "message": NOT_ENROLLED})
    return {"courses": shown, "warnings": warnings}


def get_grades(call: Call, assignmentids: list[int], since: int) -> dict[str, Any]:
    """Grades given in assignments since a time; an assignment without any gets a warning."""
    shown, warnings = [], []
    for assignmentid in assignmentids:
        rows = call.tables.assignment_grades.find("assignment", assignmentid)
        recent = [_grade(row) for row in rows if row.timemodified >= since]
        if recent:
            shown.append({"assignmentid": assignmentid, "grades": recent})
        else:
            warnings.append(_no_grades(call, assignmentid))
    return {"assignments": shown, "warnings": warnings}


def save_grade(call: Call, assignmentid: int, userid: int, grade: float, **_: Any) -> None:
    """Grade one person's work in the assignment; the gradebook and completion follow."""
    activity = call.tables.activities.first("instance", ("assign", assignmentid))
    if activity is None:
        raise invalid_record("assign")
    call.enter_course(activity.courseid)
    if not call.may("mod/assign:grade"):
        raise MoodleError("required_capability_exception", "nopermissions", "Grade assignment")
    table = call.tables.assignment_grades
    new = AssignmentGrade(table.next_id, assignmentid, userid, grade, call.caller.userid, 0, call.now, call.now)
    row = table.first("pair", (assignmentid, userid)) or new
    table.put(replace(row, grade=grade, grader=call.caller.userid, timemodified=call.now))
    item = call.tables.grade_items.first("activity", (activity.courseid, activity.id))
    if item is not None:
        record_grade(call, item, userid, grade)


def _own_courses(call: Call) -> list[int]:
    return [row.courseid for row in call.tables.enrolments.find("user", call.caller.userid)]


def _included(call: Call, courseid: int, whether_enrolled_or_not: bool) -> bool:
    if whether_enrolled_or_not:
        return call.may_enter(courseid)
    return call.tables.enrolments.first("pair", (call.caller.userid, courseid)) is not None


def _course(call: Call, course: Course) -> dict[str, Any]:
    activities = call.tables.activities.find("course", course.id)
    return {
        "id": course.id,
        "fullname": course.fullname,
        "shortname": course.shortname,
        "timemodified": course.timemodified,
        "assignments": [_assignment(each) for each in activities if each.modname == "assign"],
    }


def _assignment(activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.instance,
        "cmid": activity.id,
        "course": activity.courseid,
        "name": activity.name,
        **dict.fromkeys(_SETTINGS_AT_ZERO, 0),
        "grade": 100,
        "timemodified": activity.timemodified,
        "completionsubmit": int(activity.rule == ON_SUBMIT),
        "attemptreopenmethod": "none",
        "maxattempts": -1,
        "configs": [{"plugin": "onlinetext", "subtype": "assignsubmission", "name": "enabled", "value": "1"}],
        "intro": "",
        "introformat": 1,
        "introfiles": [],
        "introattachments": [],
    }


def _grade(row: AssignmentGrade) -> dict[str, Any]:
    return {
        "id": row.id,
        "userid": row.userid,
        "attemptnumber": row.attemptnumber,
        "timecreated": row.timecreated,
        "timemodified": row.timemodified,
        "grader": row.grader,
        "grade": f"{row.grade:.5f}",
    }


def _no_grades(call: Call, assignmentid: int) -> dict[str, Any]:
    known = call.tables.activities.first("instance", ("assign", assignmentid)) is not None
    code, message = ("3", "No grades found") if known else ("1", "No access rights in module context")
    return {"item": "assignment", "itemid": assignmentid, "warningcode": code, "message": message}
