"""Who is in a group or cohort, and roles in categories and at children's accounts. To add twice is no error."""

from collections.abc import Callable, Sequence
from typing import Any

from moodle_sync.moodle.errors import Refused
from moodle_sync.operations import Operation, Outcome
from moodle_sync.senders import Errand, Outcomes, done, split_off

ALREADY_MEMBER = "3"
"""The warning of `core_cohort_add_cohort_members` that says nothing is wrong."""
Shape = Callable[[Operation], dict[str, Any]]


async def add_to_groups(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Put people into groups; they must be enrolled in the course by now."""
    return await _send(errand, batch, "core_group_add_group_members", "members", _in_group)


async def remove_from_groups(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Take people out of groups."""
    return await _send(errand, batch, "core_group_delete_group_members", "members", _in_group)


async def add_to_cohorts(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Put people into cohorts, each by itself: the answer tells who could not be."""
    ready, outcomes = split_off(batch, _lacks_object)
    if not ready:
        return outcomes
    members = [
        {
            "cohorttype": {"type": "id", "value": str(o.place_id)},
            "usertype": {"type": "id", "value": str(o.user_id)},
        }
        for o in ready
    ]
    answer = await errand.moodle.call("core_cohort_add_cohort_members", {"members": members})
    if len(ready) > 1 and any(w.get("warningcode") != ALREADY_MEMBER for w in answer["warnings"]):
        # The warnings do not say clearly whom they are about; each half is asked again, which does no harm.
        raise Refused("core_cohort_add_cohort_members", "warnings", "one of several members was refused")
    return outcomes | (_refused(ready[0], answer["warnings"]) or done(ready))


async def remove_from_cohorts(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Take people out of cohorts."""
    return await _send(errand, batch, "core_cohort_delete_cohort_members", "members", _in_cohort)


async def assign_administrators(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Give administrators their role in the school's category."""
    return await _send(errand, batch, "core_role_assign_roles", "assignments", _in_category)


async def unassign_administrators(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Take administrators' role in the school's category."""
    return await _send(errand, batch, "core_role_unassign_roles", "unassignments", _in_category)


async def assign_guardians(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Give guardians their role at the child's account."""
    return await _send(errand, batch, "core_role_assign_roles", "assignments", _at_child)


async def unassign_guardians(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Take guardians' role at the child's account."""
    return await _send(errand, batch, "core_role_unassign_roles", "unassignments", _at_child)


async def _send(errand: Errand, batch: Sequence[Operation], function: str, name: str, shape: Shape) -> Outcomes:
    ready, outcomes = split_off(batch, _lacks_object)
    if ready:
        await errand.moodle.call(function, {name: [shape(o) for o in ready]})
    return outcomes | done(ready)


def _lacks_object(operation: Operation) -> bool:
    return operation.place_id is None or operation.user_id is None


def _in_group(operation: Operation) -> dict[str, Any]:
    return {"groupid": operation.place_id, "userid": operation.user_id}


def _in_cohort(operation: Operation) -> dict[str, Any]:
    return {"cohortid": operation.place_id, "userid": operation.user_id}


def _in_category(operation: Operation) -> dict[str, Any]:
    return _role(operation, "coursecat")


def _at_child(operation: Operation) -> dict[str, Any]:
    return _role(operation, "user")


def _role(operation: Operation, level: str) -> dict[str, Any]:
    role_id = (operation.before or operation.after)["role_id"]
    return {
        "roleid": role_id,
        "userid": operation.user_id,
        "contextlevel": level,
        "instanceid": operation.place_id,
    }


def _refused(operation: Operation, warnings: Sequence[dict[str, Any]]) -> Outcomes:
    """The outcome of the only member, if it was refused."""
    for warning in warnings:
        if warning.get("warningcode") != ALREADY_MEMBER:
            words = f"{warning.get('warningcode', '')}: {warning.get('message', '')}"
            return {operation.seq: Outcome("failed", code="LMS_WRITE_REJECTED", answer=words)}
    return {}
