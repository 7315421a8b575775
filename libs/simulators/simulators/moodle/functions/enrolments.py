"""Manual enrolments: writing them."""

from dataclasses import replace
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.contexts import COURSE
from simulators.moodle.errors import failure, invalid_parameter, not_accessible, unknown_account
from simulators.moodle.functions.user_details import holds_role
from simulators.moodle.parameters import OPTIONAL, Many, One, Value
from simulators.moodle.rows import Enrolment, Message, RoleAssignment
from simulators.moodle.site import COURSE_ROLES, STUDENT_ROLE, TEACHER_ROLES

ENROL = One(
    {
        "enrolments": Many(
            One(
                {
                    "roleid": Value("int"),
                    "userid": Value("int"),
                    "courseid": Value("int"),
                    "timestart": Value("int", OPTIONAL),
                    "timeend": Value("int", OPTIONAL),
                    "suspend": Value("int", OPTIONAL),
                }
            )
        )
    }
)
UNENROL = One(
    {"enrolments": Many(One({"userid": Value("int"), "courseid": Value("int"), "roleid": Value("int", OPTIONAL)}))}
)


def enrol_users(call: Call, enrolments: list[dict[str, Any]]) -> None:
    """Enrol, all or none. What is left out is reset: an enrolment sent without `suspend` becomes active.

    The role is added to those that the person already holds in the course.
    """
    for values in enrolments:
        _check(call, values)
        enrolment = _enrol(call, values)
        assign_role(call, values["userid"], values["roleid"], COURSE, values["courseid"])
        _welcome(call, enrolment, values["roleid"])


def unenrol_users(call: Call, enrolments: list[dict[str, Any]]) -> None:
    """Remove whole enrolments, whatever `roleid` says; somebody who isn't enrolled is no error."""
    for values in enrolments:
        userid, courseid = values["userid"], values["courseid"]
        call.enter_course(courseid)
        call.require("enrol/manual:unenrol")
        if call.tables.users.get(userid) is None:
            raise invalid_parameter(f"User id not exist: {userid}")
        _unenrol(call, userid, courseid)


def assign_role(call: Call, userid: int, roleid: int, level: int, instance: int) -> None:
    """Give somebody a role in a context; one they already hold stays as it is. `codingerror` for nobody."""
    user = call.tables.users.get(userid)
    if user is None or user.deleted:
        raise unknown_account()
    table = call.tables.role_assignments
    if table.first("exact", (userid, roleid, level, instance)) is None:
        table.put(RoleAssignment(table.next_id, userid, roleid, level, instance))


def _check(call: Call, values: dict[str, Any]) -> None:
    userid, courseid, roleid = values["userid"], values["courseid"], values["roleid"]
    if call.tables.courses.get(courseid) is None:
        raise invalid_parameter("Context does not exist")
    if not call.may_enter(courseid):
        raise not_accessible()
    call.require("enrol/manual:enrol")
    if roleid not in COURSE_ROLES:
        raise failure(
            "wsusercannotassign",
            f"You don't have the permission to assign this role ({roleid}) to this user ({userid}) "
            f"in this course ({courseid}).",
        )


def _enrol(call: Call, values: dict[str, Any]) -> Enrolment:
    table = call.tables.enrolments
    settings: dict[str, Any] = {
        "suspended": bool(values.get("suspend", 0)),
        "timestart": values.get("timestart", 0),
        "timeend": values.get("timeend", 0),
        "timemodified": call.now,
    }
    existing = table.first("pair", (values["userid"], values["courseid"]))
    if existing is not None:
        return table.put(replace(existing, **settings))
    return table.put(Enrolment(table.next_id, values["userid"], values["courseid"], **settings))


def _welcome(call: Call, enrolment: Enrolment, roleid: int) -> None:
    """Moodle writes to the student, from a teacher of the course, each time the enrolment is sent."""
    if roleid != STUDENT_ROLE or enrolment.suspended:
        return
    if holds_role(call, enrolment.courseid, TEACHER_ROLES):
        messages = call.tables.messages
        messages.put(Message(messages.next_id, enrolment.userid, enrolment.courseid, call.now))


def _unenrol(call: Call, userid: int, courseid: int) -> None:
    tables = call.tables
    enrolment = tables.enrolments.first("pair", (userid, courseid))
    if enrolment is None:
        return
    tables.enrolments.remove(enrolment.id)
    for role in tables.role_assignments.find("of_user", (userid, COURSE, courseid)):
        tables.role_assignments.remove(role.id)
    for membership in tables.group_members.find("user", userid):
        group = tables.groups.get(membership.ownerid)
        if group is not None and group.courseid == courseid:
            tables.group_members.remove(membership.id)
