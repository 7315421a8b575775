"""What is in a course: its sections and activities."""

from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.contexts import MODULE, context_id
from simulators.moodle.parameters import Many, One, Value
from simulators.moodle.rows import Activity, Course

GET = One({"courseid": Value("int"), "options": Many(One({"name": Value("raw"), "value": Value("raw")}), ())})

PURPOSES = {"forum": "collaboration", "assign": "assessment", "quiz": "assessment", "page": "content"}
PLURALS = {"forum": "Forums", "assign": "Assignments", "quiz": "Quizzes", "page": "Pages"}


def get_contents(call: Call, courseid: int, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The course's sections in order, each with its activities; options are taken and ignored."""
    course = call.enter_course(courseid)
    activities = call.tables.activities.find("course", courseid)
    return [_section(call, course, number, activities) for number in range(course.numsections + 1)]


def module_url(call: Call, activity: Activity) -> str:
    """The address of an activity's page."""
    return f"{call.url}/mod/{activity.modname}/view.php?id={activity.id}"


def _section(call: Call, course: Course, number: int, activities: list[Activity]) -> dict[str, Any]:
    return {
        "id": course.id * 100 + number,
        "name": "New section" if number else "General",
        "visible": 1,
        "summary": "",
        "summaryformat": 1,
        "section": number,
        "hiddenbynumsections": 0,
        "uservisible": True,
        "modules": [_module(call, each) for each in activities if each.section == number],
    }


def _module(call: Call, activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.id,
        "url": module_url(call, activity),
        "name": activity.name,
        "instance": activity.instance,
        "contextid": context_id(MODULE, activity.id),
        "visible": 1,
        "uservisible": True,
        "visibleoncoursepage": 1,
        "modicon": call.picture(activity.modname, "monologo?filtericon=1"),
        "modname": activity.modname,
        "purpose": PURPOSES.get(activity.modname, "other"),
        "branded": False,
        "modplural": PLURALS.get(activity.modname, activity.modname),
        "availability": None,
        "indent": 0,
        "onclick": "",
        "afterlink": None,
        "activitybadge": [],
        "customdata": '{"trackingtype":"1"}' if activity.modname == "forum" else '""',
        "noviewlink": False,
        "completion": activity.tracking,
        "downloadcontent": 1,
        "dates": [],
        "groupmode": 0,
    }
