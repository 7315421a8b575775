"""Roles given directly, in any context."""

from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.contexts import CATEGORY, COURSE, LEVELS, MODULE, SYSTEM, USER, context_of
from simulators.moodle.errors import invalid_parameter
from simulators.moodle.functions.enrolments import assign_role
from simulators.moodle.parameters import OPTIONAL, Many, One, Value
from simulators.moodle.site import CATEGORY_ROLES, COURSE_ROLES, USER_ROLES

_ASSIGNMENT = One(
    {
        "roleid": Value("int"),
        "userid": Value("int"),
        "contextid": Value("int", OPTIONAL),
        "contextlevel": Value("alpha", OPTIONAL),
        "instanceid": Value("int", OPTIONAL),
    }
)
ASSIGN = One({"assignments": Many(_ASSIGNMENT)})
UNASSIGN = One({"unassignments": Many(_ASSIGNMENT)})

ASSIGNABLE = {CATEGORY: CATEGORY_ROLES, COURSE: COURSE_ROLES, MODULE: COURSE_ROLES, USER: USER_ROLES}
"""Which roles can be given at which level: elsewhere none."""


def assign_roles(call: Call, assignments: list[dict[str, Any]]) -> None:
    """Give roles, all or none; one already held is no error."""
    for values in assignments:
        level, instance = _place(call, values)
        assign_role(call, values["userid"], values["roleid"], level, instance)


def unassign_roles(call: Call, unassignments: list[dict[str, Any]]) -> None:
    """Take roles away, all or none; one not held is no error."""
    table = call.tables.role_assignments
    for values in unassignments:
        level, instance = _place(call, values)
        held = table.first("exact", (values["userid"], values["roleid"], level, instance))
        if held is not None:
            table.remove(held.id)


def _place(call: Call, values: dict[str, Any]) -> tuple[int, int]:
    level, instance = _context(values)
    if not _exists(call, level, instance):
        raise invalid_parameter("Context does not exist")
    call.require("moodle/role:assign")
    if values["roleid"] not in ASSIGNABLE.get(level, frozenset()):
        role, user = values["roleid"], values["userid"]
        raise invalid_parameter(f"Can not assign roleid={role} in this context to userid={user}")
    return level, instance


def _context(values: dict[str, Any]) -> tuple[int, int]:
    if "contextid" in values:
        return context_of(values["contextid"])
    level = LEVELS.get(values.get("contextlevel", ""))
    if level is None or "instanceid" not in values:
        raise invalid_parameter("Missing parameters, please provide either context level with instance id")
    return level, values["instanceid"]


def _exists(call: Call, level: int, instance: int) -> bool:
    if level == SYSTEM:
        return True
    if level == USER:
        return call.tables.users.get(instance) is not None
    if level == COURSE:
        return call.tables.courses.get(instance) is not None
    if level == MODULE:
        return call.tables.activities.get(instance) is not None
    return call.tables.categories.get(instance) is not None
