"""Finding courses."""

from collections.abc import Callable
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import invalid_parameter, php_error
from simulators.moodle.functions.user_details import holds_role
from simulators.moodle.parameters import Many, One, Value
from simulators.moodle.rows import Course

GET = One({"options": One({"ids": Many(Value("int"), ())}, {"ids": ()})})
BY_FIELD = One({"field": Value("alpha", ""), "value": Value("raw", "")})

COURSE_CONTACT_ROLES = frozenset({3})

SITE_FILTERS = ("displayh5p", "activitynames", "mathjaxloader", "emoticon", "urltolink", "mediaplugin")


def get_courses(call: Call, options: dict[str, Any]) -> list[dict[str, Any]]:
    """The courses with these ids, or all; unknown ids are left out."""
    ids = set(options["ids"])
    courses = [course for course in call.tables.courses if not ids or course.id in ids]
    return [_plain(call, course) for course in courses if call.may_enter(course.id)]


def get_courses_by_field(call: Call, field: str, value: str) -> dict[str, Any]:
    """The courses whose field has this value; all courses if no field is given.

    Field `ids` with one unknown id is a failure of PHP, without an error code.
    """
    if field and field not in SEARCHES:
        raise invalid_parameter("Invalid field name")
    found = SEARCHES[field](call, value) if field else list(call.tables.courses)
    return {"courses": [_full(call, course) for course in found], "warnings": []}


def _by_id(call: Call, value: str) -> list[Course]:
    course = call.tables.courses.get(int(value)) if value.isdigit() else None
    return [course] if course else []


def _by_ids(call: Call, value: str) -> list[Course]:
    courses = [call.tables.courses.get(int(each)) for each in value.split(",") if each.strip().isdigit()]
    known = [course for course in courses if course is not None]
    if len(known) < len(courses):
        raise php_error('Attempt to assign property "contextvalidated" on null')
    return known


SEARCHES: dict[str, Callable[[Call, str], list[Course]]] = {
    "id": _by_id,
    "ids": _by_ids,
    "shortname": lambda call, value: call.tables.courses.find("shortname", value),
    "idnumber": lambda call, value: call.tables.courses.find("idnumber", value),
    "category": lambda call, value: call.tables.courses.find("category", int(value)),
}


def _settings(course: Course) -> dict[str, Any]:
    return {
        "idnumber": course.idnumber,
        "format": course.format,
        "showgrades": course.showgrades,
        "newsitems": course.newsitems,
        "startdate": course.startdate,
        "enddate": course.enddate,
        "maxbytes": course.maxbytes,
        "showreports": course.showreports,
        "visible": course.visible,
        "groupmode": course.groupmode,
        "groupmodeforce": course.groupmodeforce,
        "defaultgroupingid": course.defaultgroupingid,
        "enablecompletion": course.enablecompletion,
        "completionnotify": course.completionnotify,
        "lang": course.lang,
        "summary": course.summary,
        "summaryformat": course.summaryformat,
        "showactivitydates": False,
        "showcompletionconditions": True,
        "timecreated": course.timecreated,
        "timemodified": course.timemodified,
    }


def _names(course: Course) -> dict[str, Any]:
    return {
        "id": course.id,
        "shortname": course.shortname,
        "fullname": course.fullname,
        "displayname": course.fullname,
        "categoryid": course.categoryid,
    }


def _plain(call: Call, course: Course) -> dict[str, Any]:
    return {
        **_names(course),
        **_settings(course),
        "categorysortorder": 10_000 + course.id,
        "numsections": course.numsections,
        "hiddensections": course.hiddensections,
        "forcetheme": course.theme,
        "courseformatoptions": _format_options(course),
    }


def _full(call: Call, course: Course) -> dict[str, Any]:
    category = call.tables.categories.get(course.categoryid)
    return {
        **_names(course),
        **_settings(course),
        "courseimage": call.course_image(course.id),
        "categoryname": category.name if category else "",
        "sortorder": 10_000 + course.id,
        "summaryfiles": [],
        "overviewfiles": [],
        "contacts": _contacts(call, course),
        "enrollmentmethods": ["manual"],
        "theme": course.theme,
        "marker": 0,
        "legacyfiles": 0,
        "calendartype": "",
        "requested": 0,
        "cacherev": course.timemodified,
        "filters": [{"filter": name, "localstate": 0, "inheritedstate": 1} for name in SITE_FILTERS],
        "courseformatoptions": [*_format_options(course), {"name": "indentation", "value": "1"}],
    }


def _format_options(course: Course) -> list[dict[str, Any]]:
    return [
        {"name": "hiddensections", "value": course.hiddensections},
        {"name": "coursedisplay", "value": 0},
    ]


def _contacts(call: Call, course: Course) -> list[dict[str, Any]]:
    users = [call.tables.users.get(userid) for userid in holds_role(call, course.id, COURSE_CONTACT_ROLES)]
    return [{"id": user.id, "fullname": user.fullname} for user in users if user]
