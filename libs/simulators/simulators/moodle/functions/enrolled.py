"""Who is enrolled where."""

from collections.abc import Callable
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import coding_error
from simulators.moodle.functions.course_completion import progress
from simulators.moodle.functions.user_details import course_user_details
from simulators.moodle.parameters import Many, One, Value
from simulators.moodle.rows import Course, User

OF_COURSE = One(
    {
        "courseid": Value("int"),
        "options": Many(One({"name": Value("alphanumext"), "value": Value("raw")}), ()),
    }
)
OF_USER = One({"userid": Value("int"), "returnusercount": Value("bool", True)})
METHODS = One({"courseid": Value("int")})

SORT_KEYS: dict[str, Callable[[User], Any]] = {
    "id": lambda user: user.id,
    "firstname": lambda user: (user.firstname, user.id),
    "lastname": lambda user: (user.lastname, user.id),
    "siteorder": lambda user: (user.lastname, user.firstname, user.id),
}


def get_enrolled_users(call: Call, courseid: int, options: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Participants of a course, suspended ones included, without a sign which is which.

    Options: onlyactive, onlysuspended, userfields, groupid, sortby, sortdirection, limitfrom, limitnumber;
    others are ignored.
    """
    call.enter_course(courseid)
    call.require("moodle/course:viewparticipants")
    chosen = {option["name"]: option["value"] for option in options}
    users = sorted(_participants(call, courseid, chosen), key=_sort_key(chosen))
    if chosen.get("sortdirection", "ASC").upper() == "DESC":
        users.reverse()
    start, number = int(chosen.get("limitfrom", 0)), int(chosen.get("limitnumber", 0))
    page = users[start : start + number] if number else users[start:]
    return [_shown(call, user, courseid, chosen.get("userfields", "")) for user in page]


def get_users_courses(call: Call, userid: int, returnusercount: bool) -> list[dict[str, Any]]:
    """The courses in which somebody is active, the newest first; none for an unknown account."""
    rows = [row for row in call.tables.enrolments.find("user", userid) if row.active(call.now)]
    courses = [call.tables.courses.get(row.courseid) for row in rows if call.may_enter(row.courseid)]
    return [_course(call, course, userid, returnusercount) for course in reversed(courses) if course is not None]


def get_course_enrolment_methods(call: Call, courseid: int) -> list[dict[str, Any]]:
    """Ways to enrol oneself: none, for manual enrolment isn't one."""
    call.enter_course(courseid)
    return []


def _participants(call: Call, courseid: int, chosen: dict[str, str]) -> list[User]:
    only_active, only_suspended = _flag(chosen, "onlyactive"), _flag(chosen, "onlysuspended")
    if only_active and only_suspended:
        raise coding_error("Both onlyactive and onlysuspended are set")
    rows = call.tables.enrolments.find("course", courseid)
    if only_active or only_suspended:
        rows = [row for row in rows if row.active(call.now) == only_active]
    group = int(chosen.get("groupid", 0))
    if group:
        members = call.tables.group_members
        rows = [row for row in rows if members.first("pair", (group, row.userid))]
    users = [call.tables.users.get(row.userid) for row in rows]
    return [user for user in users if user is not None and not user.deleted]


def _flag(chosen: dict[str, str], name: str) -> bool:
    return chosen.get(name, "0") not in ("", "0")


def _sort_key(chosen: dict[str, str]) -> Callable[[User], Any]:
    return SORT_KEYS.get(chosen.get("sortby", "id"), SORT_KEYS["id"])


def _shown(call: Call, user: User, courseid: int, userfields: str) -> dict[str, Any]:
    details = course_user_details(call, user, courseid)
    if not userfields:
        return details
    wanted = {"id", "fullname", *userfields.split(",")}
    return {key: value for key, value in details.items() if key in wanted}


def _course(call: Call, course: Course, userid: int, count: bool) -> dict[str, Any]:
    done = progress(call, course.id, userid)
    rows = call.tables.enrolments.find("course", course.id)
    counted = {"enrolledusercount": sum(row.active(call.now) for row in rows)} if count else {}
    return {
        "id": course.id,
        "shortname": course.shortname,
        "fullname": course.fullname,
        "displayname": course.fullname,
        **counted,
        "idnumber": course.idnumber,
        "visible": course.visible,
        "summary": course.summary,
        "summaryformat": course.summaryformat,
        "format": course.format,
        "courseimage": call.course_image(course.id),
        "showgrades": bool(course.showgrades),
        "lang": course.lang,
        "enablecompletion": bool(course.enablecompletion),
        "completionhascriteria": done.has_criteria,
        "completionusertracked": True,
        "category": course.categoryid,
        "progress": done.percentage,
        "completed": done.complete,
        "startdate": course.startdate,
        "enddate": course.enddate,
        "marker": 0,
        "lastaccess": None,
        "isfavourite": False,
        "hidden": False,
        "overviewfiles": [],
        "showactivitydates": False,
        "showcompletionconditions": True,
        "timemodified": course.timemodified,
    }
