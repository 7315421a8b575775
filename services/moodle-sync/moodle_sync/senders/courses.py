"""Classes are courses. A class that is gone hides its course; courses are never deleted."""

from collections.abc import Mapping, Sequence
from typing import Any

from moodle_sync.moodle.client import MoodleClient
from moodle_sync.moodle.errors import Refused
from moodle_sync.operations import Operation, Outcome
from moodle_sync.senders import Errand, Outcomes, split_off, with_warnings
from moodle_sync.site import Turn

TAKEN = {"shortnametaken", "courseidnumbertaken"}


async def alone(turn: Turn, batch: Sequence[Operation]) -> None:
    """Courses are created one request at a time."""
    await turn.hold_course_creation()


async def create(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Create courses, hidden from nobody. Moodle refuses an id number twice, so a repeat finds what it made before."""
    ready, outcomes = split_off(batch, lambda o: o.category_id is None)
    if errand.again:
        found = {o.seq: await _find(errand.moodle, o) for o in ready}
        outcomes |= {seq: Outcome("done", id_) for seq, id_ in found.items() if id_ is not None}
        ready = [o for o in ready if o.seq not in outcomes]
    if not ready:
        return outcomes
    try:
        answer = await errand.moodle.call("core_course_create_courses", {"courses": [_fields(o) for o in ready]})
    except Refused as refused:
        known = await _find(errand.moodle, ready[0]) if len(ready) == 1 and refused.errorcode in TAKEN else None
        if known is None:
            raise
        return outcomes | {ready[0].seq: Outcome("done", known)}
    return outcomes | {o.seq: Outcome("done", int(made["id"])) for o, made in zip(ready, answer, strict=True)}


async def update(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Change courses, and show those that are back."""
    ready, outcomes = split_off(batch, lambda o: o.moodle_id is None)
    changes = [
        {**_fields(o), "id": o.moodle_id or 0} | ({"visible": 1} if o.kind == "reactivate" else {}) for o in ready
    ]
    return outcomes | await _write(errand.moodle, ready, changes)


async def hide(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Hide the courses of classes that are gone."""
    ready, outcomes = split_off(batch, lambda o: o.moodle_id is None)
    changes = [{"id": o.moodle_id or 0, "visible": 0} for o in ready]
    return outcomes | await _write(errand.moodle, ready, changes)


async def _write(moodle: MoodleClient, ready: Sequence[Operation], changes: Sequence[Mapping[str, Any]]) -> Outcomes:
    if not ready:
        return {}
    return with_warnings(ready, await moodle.call("core_course_update_courses", {"courses": changes}))


def _fields(operation: Operation) -> Mapping[str, Any]:
    fields = {key: value for key, value in operation.after.items() if key != "category_key"}
    if "category_key" in operation.after:
        fields["categoryid"] = operation.category_id
    return fields


async def _find(moodle: MoodleClient, operation: Operation) -> int | None:
    answer = await moodle.call(
        "core_course_get_courses_by_field", {"field": "idnumber", "value": operation.after["idnumber"]}
    )
    courses = answer["courses"]
    return int(courses[0]["id"]) if len(courses) == 1 else None
