"""Schools are categories, and what a district puts below them."""

from collections.abc import Sequence
from typing import Any

from moodle_sync.moodle.client import MoodleClient
from moodle_sync.operations import Operation, Outcome
from moodle_sync.senders import Errand, Outcomes, done, split_off

FIELDS = ("name", "idnumber")


async def write(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Create, take over or rename categories. One that bears the ID number already is the one."""
    ready, outcomes = split_off(batch, lambda o: bool(o.after.get("parent_key")) and o.place_id is None)
    for operation in ready:
        if operation.kind == "create":
            outcomes[operation.seq] = await _find_or_create(errand.moodle, operation)
        else:
            changed = {name: value for name, value in operation.after.items() if name in FIELDS}
            await errand.moodle.call(
                "core_course_update_categories", {"categories": [{"id": operation.moodle_id or 0, **changed}]}
            )
            outcomes |= done([operation])
    return outcomes


async def _find_or_create(moodle: MoodleClient, operation: Operation) -> Outcome:
    criteria = [{"key": "idnumber", "value": operation.after["idnumber"]}]
    found = await moodle.call("core_course_get_categories", {"criteria": criteria, "addsubcategories": False})
    if found:
        return Outcome("done", int(found[0]["id"]), match="idnumber")
    category: dict[str, Any] = {name: operation.after[name] for name in FIELDS} | {"parent": operation.place_id or 0}
    (made,) = await moodle.call("core_course_create_categories", {"categories": [category]})
    return Outcome("done", int(made["id"]))
