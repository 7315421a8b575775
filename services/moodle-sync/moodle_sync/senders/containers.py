"""Groups in courses, and cohorts in categories. Found by their ID numbers where Moodle has them already."""

from collections.abc import Sequence
from typing import Any

from moodle_sync.moodle.client import MoodleClient
from moodle_sync.moodle.errors import Refused
from moodle_sync.operations import Operation, Outcome
from moodle_sync.senders import Errand, Outcomes, split_off
from rules.names import mark


async def create_groups(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Create groups; a name that another group of the course has gets a mark."""
    ready, outcomes = split_off(batch, lambda o: o.place_id is None)
    if errand.again:
        ready, found = await _known(errand.moodle, ready, _find_group)
        outcomes |= found
    if not ready:
        return outcomes
    try:
        return outcomes | await _create_groups(errand.moodle, ready, [str(o.after["name"]) for o in ready])
    except Refused:
        if len(ready) > 1:
            raise
    rest, found = await _known(errand.moodle, ready, _find_group)
    names = [f"{o.after['name']} {mark(o.source_key)}" for o in rest]
    return outcomes | found | (await _create_groups(errand.moodle, rest, names) if rest else {})


async def create_cohorts(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Create cohorts in their school's category; one with the ID number is the one."""
    ready, outcomes = split_off(batch, lambda o: o.place_id is None)
    if errand.again:
        ready, found = await _known(errand.moodle, ready, _find_cohort)
        outcomes |= found
    if not ready:
        return outcomes
    cohorts = [
        {
            "categorytype": {"type": "id", "value": str(o.place_id)},
            "name": o.after["name"],
            "idnumber": o.after["idnumber"],
        }
        for o in ready
    ]
    try:
        made = await errand.moodle.call("core_cohort_create_cohorts", {"cohorts": cohorts})
    except Refused:
        rest, found = await _known(errand.moodle, ready, _find_cohort) if len(ready) == 1 else (ready, {})
        if rest:
            raise
        return outcomes | found
    return outcomes | {o.seq: Outcome("done", int(one["id"])) for o, one in zip(ready, made, strict=True)}


async def _create_groups(moodle: MoodleClient, ready: Sequence[Operation], names: Sequence[str]) -> Outcomes:
    groups = [
        {"courseid": o.place_id or 0, "name": name, "description": "", "idnumber": o.after["idnumber"]}
        for o, name in zip(ready, names, strict=True)
    ]
    made = await moodle.call("core_group_create_groups", {"groups": groups})
    return {
        o.seq: Outcome("done", int(one["id"]), after={**o.after, "name": name})
        for o, one, name in zip(ready, made, names, strict=True)
    }


async def _known(moodle: MoodleClient, batch: Sequence[Operation], find: Any) -> tuple[list[Operation], Outcomes]:
    """Those that Moodle lacks, and the outcomes of those that it has."""
    found = {o.seq: await find(moodle, o) for o in batch}
    outcomes = {seq: Outcome("done", id_, match="idnumber") for seq, id_ in found.items() if id_ is not None}
    return [o for o in batch if o.seq not in outcomes], outcomes


async def _find_group(moodle: MoodleClient, operation: Operation) -> int | None:
    groups = await moodle.call("core_group_get_course_groups", {"courseid": operation.place_id or 0})
    return _with_idnumber(groups, operation)


async def _find_cohort(moodle: MoodleClient, operation: Operation) -> int | None:
    idnumber = str(operation.after["idnumber"])
    context: dict[str, Any] = {"contextlevel": "coursecat", "instanceid": operation.place_id or 0}
    answer = await moodle.call(
        "core_cohort_search_cohorts", {"query": idnumber, "context": context, "includes": "self", "limitnum": 100}
    )
    return _with_idnumber(answer["cohorts"], operation)


def _with_idnumber(found: Sequence[dict[str, Any]], operation: Operation) -> int | None:
    return next((int(one["id"]) for one in found if one["idnumber"] == operation.after["idnumber"]), None)
