"""Classes are courses, or share one. A class that is gone hides its course; courses are never deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from moodle_sync.moodle.client import MoodleClient
from moodle_sync.moodle.errors import Refused
from moodle_sync.operations import Operation, Outcome
from moodle_sync.senders import Errand, Outcomes, refused_with, split_off, with_warnings
from moodle_sync.site import Turn
from rules.moodle_limits import COURSE_SHORT_NAME
from rules.names import mark

TAKEN = {"shortnametaken", "courseidnumbertaken"}


async def alone(turn: Turn, batch: Sequence[Operation]) -> None:
    """Courses are created one request at a time."""
    await turn.hold_course_creation()


async def create(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Create courses, hidden from nobody. Moodle refuses an ID number twice, so a repeat finds what it made before."""
    ready, outcomes = split_off(batch, lambda o: o.place_id is None)
    if errand.again:
        found = {o.seq: await _find(errand.moodle, o) for o in ready}
        outcomes |= {seq: Outcome("done", id_) for seq, id_ in found.items() if id_ is not None}
        ready = [o for o in ready if o.seq not in outcomes]
    if not ready:
        return outcomes
    try:
        made = await _made(errand.moodle, ready)
    except Refused as refused:
        if len(ready) > 1 or refused.errorcode not in TAKEN:
            raise
        return outcomes | await _settle_taken(errand.moodle, ready[0], refused)
    return outcomes | {o.seq: Outcome("done", id_) for o, id_ in zip(ready, made, strict=True)}


async def update(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Change courses, take over those that were there, and show those that are back."""
    ready, outcomes = split_off(batch, lambda o: o.moodle_id is None)
    return outcomes | await _update(errand.moodle, ready)


async def hide(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Hide the courses of classes that are gone."""
    ready, outcomes = split_off(batch, lambda o: o.moodle_id is None)
    changes = [{"id": o.moodle_id or 0, "visible": 0} for o in ready]
    return outcomes | await _write(errand.moodle, ready, changes)


async def _update(moodle: MoodleClient, ready: Sequence[Operation]) -> Outcomes:
    """Change courses; one whose new short name is another's gets it with a mark."""
    outcomes = await _write(moodle, ready, [_changes(o) for o in ready])
    refused = [o for o in ready if "shortname" in o.after and refused_with(outcomes[o.seq], "shortnametaken")]
    marked = [replace(o, after=_marked(o)) for o in refused]
    again = await _write(moodle, marked, [_changes(o) for o in marked])
    return outcomes | {
        o.seq: replace(again[o.seq], after=dict(o.after)) if again[o.seq].state == "done" else again[o.seq]
        for o in marked
    }


def _changes(operation: Operation) -> Mapping[str, Any]:
    shown = {"visible": 1} if operation.kind in ("link", "reactivate") else {}
    return {**_fields(operation), "id": operation.moodle_id or 0, **shown}


def _marked(operation: Operation) -> dict[str, Any]:
    """Its fields, with a short name that nobody else has."""
    own = f" {mark(operation.source_key)}"
    name = str(operation.after["shortname"])[: COURSE_SHORT_NAME - len(own)] + own
    return {**operation.after, "shortname": name}


async def _write(moodle: MoodleClient, ready: Sequence[Operation], changes: Sequence[Mapping[str, Any]]) -> Outcomes:
    if not ready:
        return {}
    return with_warnings(ready, await moodle.call("core_course_update_courses", {"courses": changes}))


async def _made(moodle: MoodleClient, ready: Sequence[Operation]) -> list[int]:
    answer = await moodle.call("core_course_create_courses", {"courses": [_fields(o) for o in ready]})
    return [int(made["id"]) for made in answer]


async def _settle_taken(moodle: MoodleClient, operation: Operation, refused: Refused) -> Outcomes:
    """The course is there already, perhaps elsewhere than it should be; or another has its short name."""
    known = await _find(moodle, operation)
    if known is not None:
        (outcome,) = (await _update(moodle, [replace(operation, kind="link", moodle_id=known)])).values()
        return {operation.seq: replace(outcome, match="idnumber")}
    if refused.errorcode != "shortnametaken":
        raise refused
    after = _marked(operation)
    (made,) = await _made(moodle, [replace(operation, after=after)])
    return {operation.seq: Outcome("done", made, after=after)}


def _fields(operation: Operation) -> Mapping[str, Any]:
    fields = {name: value for name, value in operation.after.items() if name != "category_key"}
    if "category_key" in operation.after and operation.place_id is not None:
        fields["categoryid"] = operation.place_id
    return fields


async def _find(moodle: MoodleClient, operation: Operation) -> int | None:
    answer = await moodle.call(
        "core_course_get_courses_by_field", {"field": "idnumber", "value": operation.after["idnumber"]}
    )
    courses = answer["courses"]
    return int(courses[0]["id"]) if len(courses) == 1 else None
