"""Enrolments: role and both dates go with every change, since Moodle resets what is left out."""

from collections.abc import Sequence
from typing import Any

from moodle_sync.moodle.client import MoodleClient
from moodle_sync.operations import Operation
from moodle_sync.senders import Errand, Outcomes, done, split_off

FIELDS = 6


async def enrol(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Enrol, change or bring back. A repeat leaves out whom Moodle has already: each call may write them a message."""
    ready, outcomes = split_off(batch, _lacks_object)
    unsent = await _not_yet_enrolled(errand.moodle, ready) if errand.again else ready
    if unsent:
        await errand.moodle.call("enrol_manual_enrol_users", {"enrolments": [_fields(o) for o in unsent]})
    for operation in ready:
        if _had_another_role(operation):
            await _take_role(errand.moodle, operation)
    return outcomes | done(ready)


async def suspend(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Suspend enrolments: work and grades stay, and the person can come back."""
    ready, outcomes = split_off(batch, _lacks_object)
    if ready:
        fields = [{**_fields(o), "suspend": 1} for o in ready]
        await errand.moodle.call("enrol_manual_enrol_users", {"enrolments": fields})
    return outcomes | done(ready)


async def unenrol(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Take people out of courses, with all roles there: only where nothing is graded, the plan saw to that."""
    ready, outcomes = split_off(batch, _lacks_object)
    if ready:
        places = [{"userid": o.user_id or 0, "courseid": o.place_id or 0} for o in ready]
        await errand.moodle.call("enrol_manual_unenrol_users", {"enrolments": places})
    return outcomes | done(ready)


async def end(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Suspend or unenrol, as each is planned."""
    kinds = {
        kind: [o for o in batch if (o.kind == "unenrol") == (kind == "unenrol")] for kind in ("unenrol", "suspend")
    }
    return await unenrol(errand, kinds["unenrol"]) | await suspend(errand, kinds["suspend"])


def _lacks_object(operation: Operation) -> bool:
    return operation.place_id is None or operation.user_id is None


def _fields(operation: Operation) -> dict[str, Any]:
    return {
        "roleid": operation.after["role_id"],
        "userid": operation.user_id,
        "courseid": operation.place_id,
        "timestart": operation.after["time_start"],
        "timeend": operation.after["time_end"],
        "suspend": 0,
    }


async def _not_yet_enrolled(moodle: MoodleClient, batch: Sequence[Operation]) -> list[Operation]:
    """Those of the batch that Moodle lacks; changes of what it has are sent again, being the same either way."""
    enrolled: dict[int, set[int]] = {}
    for course_id in {o.place_id for o in batch if o.kind == "create" and o.place_id is not None}:
        options: list[dict[str, Any]] = [{"name": "userfields", "value": "id"}, {"name": "onlyactive", "value": 1}]
        users = await moodle.call("core_enrol_get_enrolled_users", {"courseid": course_id, "options": options})
        enrolled[course_id] = {int(user["id"]) for user in users}
    return [o for o in batch if o.kind != "create" or o.user_id not in enrolled[o.place_id or 0]]


def _had_another_role(operation: Operation) -> bool:
    """Whether another role of ours is to be taken; 0 stands for one that somebody took already."""
    former: int = (operation.before or {}).get("role_id", 0)
    return former not in (0, operation.after["role_id"])


async def _take_role(moodle: MoodleClient, operation: Operation) -> None:
    """Enrolling with another role adds it; the former one is taken here."""
    assert operation.before is not None
    former = {
        "roleid": operation.before["role_id"],
        "userid": operation.user_id,
        "contextlevel": "course",
        "instanceid": operation.place_id,
    }
    await moodle.call("core_role_unassign_roles", {"unassignments": [former]})
