"""Schools are categories."""

from collections.abc import Sequence

from moodle_sync.moodle.client import MoodleClient
from moodle_sync.operations import Operation, Outcome
from moodle_sync.senders import Errand, Outcomes, done


async def write(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Create or rename categories. One that bears the id number already is the one."""
    outcomes: Outcomes = {}
    for operation in batch:
        if operation.kind == "create":
            outcomes[operation.seq] = Outcome("done", await _find_or_create(errand.moodle, operation))
        else:
            changed = {key: value for key, value in operation.after.items() if key in ("name", "parent")}
            await errand.moodle.call(
                "core_course_update_categories", {"categories": [{"id": operation.moodle_id or 0, **changed}]}
            )
            outcomes |= done([operation])
    return outcomes


async def _find_or_create(moodle: MoodleClient, operation: Operation) -> int:
    criteria = [{"key": "idnumber", "value": operation.after["idnumber"]}]
    found = await moodle.call("core_course_get_categories", {"criteria": criteria, "addsubcategories": False})
    if not found:
        found = await moodle.call("core_course_create_categories", {"categories": [operation.after]})
    return int(found[0]["id"])
