"""How Moodle shows an account to a caller."""

from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.contexts import COURSE
from simulators.moodle.rows import User
from simulators.moodle.site import ROLES

ALWAYS_SHOWN = frozenset(
    {"id", "username", "fullname", "email", "department", "profileimageurlsmall", "profileimageurl"}
)
"""Keys that appear even when empty; other texts are left out then."""

_ACCOUNT_KEYS = ("auth", "suspended", "confirmed", "lang", "theme", "timezone", "mailformat", "trackforums")


def user_details(call: Call, user: User) -> dict[str, Any]:
    """The account with all that the caller may see. Separate names need `moodle/site:viewfullnames`."""
    details = {**_identity(call, user), **_access(user), **_account(user), **_place(user)}
    return {**_without_empty_texts(details), **_pictures(call)}


def course_user_details(call: Call, user: User, courseid: int) -> dict[str, Any]:
    """The account as a participant: without its settings, with its roles in the course and its courses."""
    details = {
        **_identity(call, user),
        **_access(user),
        "lastcourseaccess": 0,
        **_place(user),
    }
    return {**_without_empty_texts(details), **_pictures(call), **participation(call, user, courseid)}


def participation(call: Call, user: User, courseid: int) -> dict[str, Any]:
    """A person's roles in a course, and all courses in which they are active."""
    roleids = call.site.roles_in_course(user.id, courseid)
    return {
        "roles": [{"roleid": roleid, "name": "", "shortname": ROLES[roleid], "sortorder": 0} for roleid in roleids],
        "enrolledcourses": enrolled_courses(call, user.id),
    }


def enrolled_courses(call: Call, userid: int) -> list[dict[str, Any]]:
    """The courses in which a person is active, the newest first."""
    active = [row for row in call.tables.enrolments.find("user", userid) if row.active(call.now)]
    courses = [call.tables.courses.get(row.courseid) for row in active]
    shown = sorted((course for course in courses if course), key=lambda course: -course.id)
    return [{"id": each.id, "fullname": each.fullname, "shortname": each.shortname} for each in shown]


def holds_role(call: Call, courseid: int, roleids: frozenset[int]) -> list[int]:
    """Ids of the people who hold one of the roles in a course and are active in it."""
    assignments = call.tables.role_assignments
    holders = [row.userid for role in sorted(roleids) for row in assignments.find("of_role", (role, COURSE, courseid))]
    rows = [call.tables.enrolments.first("pair", (userid, courseid)) for userid in dict.fromkeys(holders)]
    return [row.userid for row in rows if row is not None and row.active(call.now)]


def _identity(call: Call, user: User) -> dict[str, Any]:
    names = {"firstname": user.firstname, "lastname": user.lastname}
    return {
        "id": user.id,
        "username": user.username,
        **(names if call.may("moodle/site:viewfullnames") else {}),
        "fullname": user.fullname,
        "email": user.email,
        "address": user.address,
        "phone1": user.phone1,
        "phone2": user.phone2,
        "department": user.department,
        "institution": user.institution,
        "idnumber": user.idnumber,
    }


def _access(user: User) -> dict[str, Any]:
    return {"firstaccess": 0, "lastaccess": user.lastaccess}


def _account(user: User) -> dict[str, Any]:
    return {
        "auth": user.auth,
        "suspended": user.suspended,
        "confirmed": True,
        "lang": user.lang,
        "theme": user.theme,
        "timezone": user.timezone,
        "mailformat": user.mailformat,
        "trackforums": 0,
    }


def _place(user: User) -> dict[str, Any]:
    return {"description": user.description, "city": user.city, "country": user.country}


def _pictures(call: Call) -> dict[str, Any]:
    return {
        "profileimageurlsmall": call.picture("core", "u/f2"),
        "profileimageurl": call.picture("core", "u/f1"),
    }


def _without_empty_texts(details: dict[str, Any]) -> dict[str, Any]:
    kept = ALWAYS_SHOWN | set(_ACCOUNT_KEYS) | {"firstname", "lastname"}
    return {key: value for key, value in details.items() if value != "" or key in kept}
