"""Reading grades."""

from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import failure, invalid_user
from simulators.moodle.parameters import One, Value
from simulators.moodle.rows import Course, GradeItem, User

ITEMS = One({"courseid": Value("int"), "userid": Value("int", 0), "groupid": Value("int", 0)})
OVERVIEW = One({"userid": Value("int", 0)})

NO_GRADE = "-"


def get_grade_items(call: Call, courseid: int, userid: int, groupid: int) -> dict[str, Any]:
    """All columns of a course for one person, or (userid 0) for everybody in it, by last name.

    Hidden columns are left out, and while there are any, the course's total isn't shown. Somebody who looks
    at their own grades sees neither locks nor overrides.
    """
    course = call.enter_course(courseid)
    users = [_participant(call, course, userid)] if userid else _participants(call, courseid)
    if users != [call.tables.users.get(call.caller.userid)] and not call.may("moodle/grade:viewall"):
        raise failure("nopermissiontoviewgrades", "Can not view grades.")
    return {"usergrades": [_of_user(call, course, user) for user in users], "warnings": []}


def get_course_grades(call: Call, userid: int) -> dict[str, Any]:
    """Somebody's total in each of their courses, the newest first."""
    user = call.tables.users.get(userid or call.caller.userid)
    if user is None:
        raise invalid_user()
    enrolments = reversed(call.tables.enrolments.find("user", user.id))
    courses = [call.tables.courses.get(row.courseid) for row in enrolments if row.active(call.now)]
    return {"grades": [_total(call, course, user) for course in courses if course], "warnings": []}


def _participant(call: Call, course: Course, userid: int) -> User:
    user = call.tables.users.get(userid)
    if user is None:
        raise invalid_user()
    if call.tables.enrolments.first("pair", (userid, course.id)) is None:
        raise failure("usernotincourse", "User is not in this course")
    return user


def _participants(call: Call, courseid: int) -> list[User]:
    rows = call.tables.enrolments.find("course", courseid)
    users = [call.tables.users.get(row.userid) for row in rows if row.active(call.now)]
    return sorted((user for user in users if user), key=lambda user: (user.lastname, user.firstname))


def _of_user(call: Call, course: Course, user: User) -> dict[str, Any]:
    items = [item for item in call.tables.grade_items.find("course", course.id) if not item.hidden]
    items.sort(key=lambda item: item.itemtype == "course")
    return {
        "courseid": course.id,
        "courseidnumber": course.idnumber,
        "userid": user.id,
        "userfullname": user.fullname,
        "useridnumber": user.idnumber,
        "maxdepth": 2,
        "gradeitems": [_item(call, item, user) for item in items],
    }


def _item(call: Call, item: GradeItem, user: User) -> dict[str, Any]:
    value, graded = _grade(call, item, user)
    lock = False if call.may("moodle/grade:viewall") else None
    return {
        "id": item.id,
        "itemname": item.name,
        "itemtype": item.itemtype,
        "itemmodule": item.itemmodule,
        "iteminstance": item.iteminstance,
        "itemnumber": item.itemnumber,
        "idnumber": item.idnumber,
        "categoryid": None if item.itemtype == "course" else item.courseid,
        "outcomeid": None,
        "scaleid": None,
        "locked": lock,
        **({"cmid": item.cmid} if item.cmid else {}),
        "graderaw": None if value is None else _number(value),
        "gradedatesubmitted": None,
        "gradedategraded": graded,
        "gradehiddenbydate": False,
        "gradeneedsupdate": False,
        "gradeishidden": False,
        "gradeislocked": lock,
        "gradeisoverridden": lock,
        "gradeformatted": NO_GRADE if value is None else f"{value:.2f}",
        "grademin": _number(item.grademin),
        "grademax": _number(item.grademax),
        "rangeformatted": f"{item.grademin:g}&ndash;{item.grademax:g}",
        "percentageformatted": _percentage(item, value),
        "feedback": "",
        "feedbackformat": 2,
    }


def _grade(call: Call, item: GradeItem, user: User) -> tuple[float | None, int | None]:
    """Value and time; a course total is the sum of the visible grades, and unknown while some are hidden."""
    if item.itemtype != "course":
        row = call.tables.grades.first("pair", (item.id, user.id))
        return (row.value, row.timegraded) if row else (None, None)
    items = [each for each in call.tables.grade_items.find("course", item.courseid) if each.id != item.id]
    rows = [call.tables.grades.first("pair", (each.id, user.id)) for each in items]
    graded = [row for row in rows if row is not None]
    if not graded:
        return None, None
    hidden = any(each.hidden for each in items)
    return (None if hidden else sum(row.value for row in graded)), max(row.timegraded for row in graded)


def _total(call: Call, course: Course, user: User) -> dict[str, Any]:
    items = call.tables.grade_items.find("course", course.id)
    total = next(_grade(call, item, user)[0] for item in items if item.itemtype == "course")
    if total is None:
        return {"courseid": course.id, "grade": NO_GRADE, "rawgrade": None}
    return {"courseid": course.id, "grade": f"{total:.2f}", "rawgrade": f"{total:.5f}"}


def _number(value: float) -> float | int:
    """PHP writes a whole number without a decimal point."""
    return int(value) if value == int(value) else value


def _percentage(item: GradeItem, value: float | None) -> str:
    span = item.grademax - item.grademin
    if value is None or not span:
        return NO_GRADE
    return f"{100 * (value - item.grademin) / span:.2f} %"
