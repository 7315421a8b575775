"""How each kind of operation is told to Moodle: one coroutine a phase, from a batch of operations to their outcomes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from moodle_sync.moodle.client import MoodleClient
from moodle_sync.operations import Operation, Outcome
from moodle_sync.site import Turn

Outcomes = dict[int, Outcome]
"""By the operation's `seq`; one for each operation of the batch."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a sender works with."""

    moodle: MoodleClient
    user_auth: str
    again: bool
    """The batch may have been sent before: look before creating."""
    linked: dict[str, int]
    """Records of the batch that another run has linked meanwhile."""
    taken: Callable[[Sequence[int]], Awaitable[set[int]]]
    """Those of some accounts that belong to others of ours."""
    elsewhere: set[str] = field(default_factory=set)
    """People of the batch who are not at this school, but are at another by now."""


Send = Callable[[Errand, Sequence[Operation]], Awaitable[Outcomes]]
Prepare = Callable[[Turn, Sequence[Operation]], Awaitable[None]]


async def need_nothing(turn: Turn, batch: Sequence[Operation]) -> None:
    """No lock beyond the slot."""


@dataclass(frozen=True, slots=True)
class Sender:
    """How a phase is sent. `fields_each` counts the form fields of one operation."""

    send: Send
    fields_each: int
    most: int
    """Operations a batch; sizes at which a Moodle 4.4 was fastest."""
    prepare: Prepare = need_nothing
    in_flight: int = 2


def done(batch: Sequence[Operation]) -> Outcomes:
    """All done, to objects that are linked already."""
    return {o.seq: Outcome("done", o.moodle_id) for o in batch}


def split_off(batch: Sequence[Operation], missing: Callable[[Operation], bool]) -> tuple[list[Operation], Outcomes]:
    """The operations that can be sent, and the outcomes of those whose object never came to be."""
    ready = [o for o in batch if not missing(o)]
    skipped = {o.seq: Outcome("skipped", code="DEPENDS_ON_FAILED") for o in batch if missing(o)}
    return ready, skipped


def with_warnings(batch: Sequence[Operation], answer: object) -> Outcomes:
    """Outcomes of a function that answers `{warnings: [{itemid, warningcode, message}]}` for what it did not do."""
    warnings = answer.get("warnings", []) if isinstance(answer, dict) else []
    refused = {int(w.get("itemid") or 0): w for w in warnings}
    return {
        o.seq: Outcome("failed", o.moodle_id, "LMS_WRITE_REJECTED", _words(refused[o.moodle_id]))
        if o.moodle_id in refused
        else Outcome("done", o.moodle_id)
        for o in batch
    }


def refused_with(outcome: Outcome, code: str) -> bool:
    """Whether Moodle refused it with a warning of this code."""
    return outcome.state == "failed" and outcome.answer.startswith(f"{code}:")


def _words(warning: dict[str, object]) -> str:
    return f"{warning.get('warningcode', '')}: {warning.get('message', '')}"
