"""Groups in courses."""

from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import failure, invalid_parameter, invalid_record, invalid_user
from simulators.moodle.parameters import OPTIONAL, Many, One, Value
from simulators.moodle.rows import Group, Membership

CREATE = One(
    {
        "groups": Many(
            One(
                {
                    "courseid": Value("int"),
                    "name": Value("text"),
                    "description": Value("raw"),
                    "descriptionformat": Value("int", 1),
                    "enrolmentkey": Value("raw", OPTIONAL),
                    "idnumber": Value("raw", OPTIONAL),
                    "visibility": Value("int", 0),
                    "participation": Value("bool", True),
                }
            )
        )
    }
)
MEMBERS = One({"members": Many(One({"groupid": Value("int"), "userid": Value("int")}))})
OF_COURSE = One({"courseid": Value("int")})


def create_groups(call: Call, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New groups, all or none; within a course neither name nor idnumber may repeat."""
    created = []
    for values in groups:
        call.enter_course_context(values["courseid"])
        call.require("moodle/course:managegroups")
        _check(call, values)
        group = call.tables.groups.put(Group(call.tables.groups.next_id, **values))
        created.append(_shown(group, group.enrolmentkey))
    return created


def add_group_members(call: Call, members: list[dict[str, Any]]) -> None:
    """Add people who are enrolled in the group's course, all or none."""
    table = call.tables.group_members
    for each in members:
        group = _existing(call, each)
        if call.tables.enrolments.first("pair", (each["userid"], group.courseid)) is None:
            raise invalid_parameter("Only enrolled users may be members of groups")
        if table.first("pair", (group.id, each["userid"])) is None:
            table.put(Membership(table.next_id, group.id, each["userid"]))


def delete_group_members(call: Call, members: list[dict[str, Any]]) -> None:
    """Remove members, all or none; somebody who isn't one is no error."""
    for each in members:
        group = _existing(call, each)
        membership = call.tables.group_members.first("pair", (group.id, each["userid"]))
        if membership is not None:
            call.tables.group_members.remove(membership.id)


def get_course_groups(call: Call, courseid: int) -> list[dict[str, Any]]:
    """The course's groups."""
    call.enter_course_context(courseid)
    call.require("moodle/course:managegroups")
    return [_shown(group, None) for group in call.tables.groups.find("course", courseid)]


def _existing(call: Call, member: dict[str, Any]) -> Group:
    group = call.tables.groups.get(member["groupid"])
    if group is None:
        raise invalid_record("groups")
    user = call.tables.users.get(member["userid"])
    if user is None or user.deleted:
        raise invalid_user()
    call.enter_course_context(group.courseid)
    call.require("moodle/course:managegroups")
    return group


def _check(call: Call, values: dict[str, Any]) -> None:
    if not values["name"].strip():
        raise invalid_parameter("Invalid group name")
    for group in call.tables.groups.find("course", values["courseid"]):
        if group.name == values["name"]:
            raise invalid_parameter("Group with the same name already exists in the course")
        if group.idnumber and group.idnumber == values.get("idnumber"):
            raise failure("idnumbertaken", "This ID number is already in use")


def _shown(group: Group, enrolmentkey: str | None) -> dict[str, Any]:
    return {
        "id": group.id,
        "courseid": group.courseid,
        "name": group.name,
        "description": group.description,
        "descriptionformat": group.descriptionformat,
        "enrolmentkey": enrolmentkey,
        "idnumber": group.idnumber,
        "visibility": group.visibility,
        "participation": group.participation,
    }
