"""Creating, changing and deleting courses."""

from dataclasses import replace
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.contexts import COURSE
from simulators.moodle.errors import (
    MoodleError,
    as_warning,
    category_context,
    failure,
    invalid_record,
)
from simulators.moodle.functions.users import check_lengths
from simulators.moodle.parameters import OPTIONAL, Many, One, Spec, Value
from simulators.moodle.rows import Activity, Course, GradeItem
from simulators.moodle.site import SITE_COURSE_ID

_SETTINGS: dict[str, Spec] = {
    "idnumber": Value("raw", OPTIONAL),
    "summary": Value("raw", OPTIONAL),
    "summaryformat": Value("int", OPTIONAL),
    "format": Value("plugin", OPTIONAL),
    "showgrades": Value("int", OPTIONAL),
    "newsitems": Value("int", OPTIONAL),
    "startdate": Value("int", OPTIONAL),
    "enddate": Value("int", OPTIONAL),
    "numsections": Value("int", OPTIONAL),
    "maxbytes": Value("int", OPTIONAL),
    "showreports": Value("int", OPTIONAL),
    "visible": Value("int", OPTIONAL),
    "hiddensections": Value("int", OPTIONAL),
    "groupmode": Value("int", OPTIONAL),
    "groupmodeforce": Value("int", OPTIONAL),
    "defaultgroupingid": Value("int", OPTIONAL),
    "enablecompletion": Value("int", OPTIONAL),
    "completionnotify": Value("int", OPTIONAL),
    "lang": Value("raw", OPTIONAL),
    "forcetheme": Value("plugin", OPTIONAL),
    "courseformatoptions": Many(One({"name": Value("alphanumext"), "value": Value("raw")}), OPTIONAL),
    "customfields": Many(One({"shortname": Value("alphanumext"), "value": Value("raw")}), OPTIONAL),
}
CREATE = One(
    {
        "courses": Many(
            One(
                {
                    "fullname": Value("text"),
                    "shortname": Value("text"),
                    "categoryid": Value("int"),
                    **_SETTINGS,
                }
            )
        )
    }
)
UPDATE = One(
    {
        "courses": Many(
            One(
                {
                    "id": Value("int"),
                    "fullname": Value("text", OPTIONAL),
                    "shortname": Value("text", OPTIONAL),
                    "categoryid": Value("int", OPTIONAL),
                    **_SETTINGS,
                }
            )
        )
    }
)
DELETE = One({"courseids": Many(Value("int"))})

LENGTHS = {"fullname": 254, "shortname": 255, "idnumber": 100}
STORED = frozenset(Course.__dataclass_fields__) - {"id", "timecreated", "timemodified"}


def create_courses(call: Call, courses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New courses, all or none, each with an empty gradebook and the usual Announcements forum."""
    return [_create(call, values) for values in courses]


def update_courses(call: Call, courses: list[dict[str, Any]]) -> dict[str, Any]:
    """Change each course by itself; a warning for each that failed."""
    warnings = []
    for values in courses:
        try:
            with call.tables.transaction():
                _update(call, values)
        except MoodleError as error:
            warnings.append(as_warning(error, "course", values["id"]))
    return {"warnings": warnings}


def delete_courses(call: Call, courseids: list[int]) -> dict[str, Any]:
    """Delete each course by itself, with its enrolments; a warning for each that failed."""
    warnings = []
    for courseid in courseids:
        try:
            _delete(call, courseid)
        except MoodleError as error:
            warnings.append(as_warning(error, "course", courseid))
    return {"warnings": warnings}


def _create(call: Call, values: dict[str, Any]) -> dict[str, Any]:
    if call.tables.categories.get(values["categoryid"]) is None:
        raise category_context(values["categoryid"])
    call.require("moodle/course:create")
    course = Course(
        id=call.tables.courses.next_id,
        timecreated=call.now,
        timemodified=call.now,
        **_stored(values),
    )
    _check(call, course)
    call.tables.courses.put(course)
    _furnish(call, course)
    return {"id": course.id, "shortname": course.shortname}


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    known = {key: value for key, value in values.items() if key in STORED}
    return known | ({"theme": values["forcetheme"]} if "forcetheme" in values else {})


def _check(call: Call, course: Course) -> None:
    check_lengths({key: getattr(course, key) for key in LENGTHS}, LENGTHS)
    same_name = call.tables.courses.first("shortname", course.shortname)
    if same_name is not None and same_name.id != course.id:
        message = f"Short name is already used for another course ({course.shortname})"
        raise failure("shortnametaken", message)
    same_number = call.tables.courses.first("idnumber", course.idnumber) if course.idnumber else None
    if same_number is not None and same_number.id != course.id:
        message = f"ID number is already used for another course ({course.idnumber})"
        raise failure("courseidnumbertaken", message)
    if course.enddate and course.enddate <= course.startdate:
        raise failure("enddatebeforestartdate", "The course end date must be after the start date.")


def _furnish(call: Call, course: Course) -> None:
    items, activities = call.tables.grade_items, call.tables.activities
    items.put(GradeItem(items.next_id, course.id, "course", itemnumber=None, iteminstance=course.id))
    if course.newsitems:
        cmid = activities.next_id
        forum = Activity(cmid, course.id, "forum", cmid, "Announcements", timemodified=call.now)
        activities.put(forum)


def _update(call: Call, values: dict[str, Any]) -> None:
    course = call.tables.courses.get(values["id"])
    if course is None:
        raise invalid_record("course")
    call.require("moodle/course:update")
    changes = _stored(values)
    if "categoryid" in changes and call.tables.categories.get(changes["categoryid"]) is None:
        raise failure("unknowcategory", "Category not known!")
    changed = replace(course, **changes, timemodified=call.now)
    _check(call, changed)
    call.tables.courses.put(changed)


def _delete(call: Call, courseid: int) -> None:
    if courseid == SITE_COURSE_ID or call.tables.courses.get(courseid) is None:
        raise failure("unknowncourseidnumber", f"Unknown course ID {courseid}")
    call.require("moodle/course:delete")
    tables = call.tables
    for enrolment in tables.enrolments.find("course", courseid):
        for role in tables.role_assignments.find("of_user", (enrolment.userid, COURSE, courseid)):
            tables.role_assignments.remove(role.id)
        tables.enrolments.remove(enrolment.id)
    for activity in tables.activities.find("course", courseid):
        tables.activities.remove(activity.id)
    for group in tables.groups.find("course", courseid):
        tables.groups.remove(group.id)
    for item in tables.grade_items.find("course", courseid):
        tables.grade_items.remove(item.id)
    tables.courses.remove(courseid)
