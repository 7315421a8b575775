"""What is to be done about one record: pure decisions from the wanted state and what was last applied.

State decides, not events: what failed last time is simply still different, and is planned again (ADR 5).
"""

from dataclasses import dataclass
from typing import Literal

from common.events import Mode
from moodle_sync.mapping import Fields

Entity = Literal["category", "course", "user", "enrolment"]
Kind = Literal["create", "update", "reactivate", "suspend", "hide"]

PHASES: dict[tuple[Entity, Kind], int] = {
    ("category", "create"): 10,
    ("category", "update"): 10,
    ("course", "create"): 20,
    ("course", "update"): 25,
    ("course", "reactivate"): 25,
    ("user", "create"): 30,
    ("user", "update"): 35,
    ("user", "reactivate"): 35,
    ("user", "suspend"): 90,
    ("course", "hide"): 95,
}
"""Order of application: what others stand in first, removals last."""
ENROL_STUDENTS, ENROL_TEACHERS, SUSPEND_ENROLMENTS = 40, 50, 80
"""Enrolments: in a course students first and teachers last, or Moodle writes a welcome message to each student."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One operation to be. `before` holds the fields that change, as last applied."""

    entity: Entity
    kind: Kind
    source_key: str
    after: Fields
    before: Fields | None = None
    source_hash: bytes | None = None
    error: str = ""
    """A code, where it is known beforehand that Moodle would refuse: nothing is sent then."""
    warning: str = ""

    @property
    def phase(self) -> int:
        """When it is done, among the phases of a run."""
        return PHASES[self.entity, self.kind]


@dataclass(frozen=True, slots=True)
class Applied:
    """What the link says of the record."""

    fields: Fields
    active: bool


def operations_for(
    entity: Entity, key: str, wanted: Fields, source_hash: bytes, applied: Applied | None, *, enabled: bool, mode: Mode
) -> list[Planned]:
    """What makes Moodle's object equal to `wanted`, in the order of doing.

    Nightly and partial runs only add: new objects, and those that come back. Full runs change and suspend as well.
    """
    if applied is None:
        created = Planned(entity, "create", key, wanted, source_hash=source_hash)
        return [created] if enabled else [created, _end(entity, key)]
    operations: list[Planned] = []
    changed = {name: value for name, value in wanted.items() if applied.fields.get(name) != value}
    if changed and mode == "full":
        before = {name: applied.fields[name] for name in changed if name in applied.fields}
        operations.append(Planned(entity, "update", key, changed, before, source_hash))
    if enabled and not applied.active:
        operations.append(Planned(entity, "reactivate", key, {}, source_hash=source_hash))
    if not enabled and applied.active and mode == "full":
        operations.append(_end(entity, key))
    return operations


def _end(entity: Entity, key: str) -> Planned:
    return Planned(entity, "hide" if entity == "course" else "suspend", key, {})
