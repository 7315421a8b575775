"""What is to be done about one record: pure decisions from the wanted state and what Moodle has.

State decides, not events: what failed last time is simply still different, and is planned again (ADR 5).
"""

from dataclasses import dataclass
from typing import Literal

from rules.people import Fields

Entity = Literal["category", "course", "user", "group", "cohort"]
"""Objects in Moodle. Relations are enrolments, and the memberships of `memberships.py`."""
Kind = Literal["create", "link", "update", "reactivate", "suspend", "hide"]

PHASES: dict[tuple[str, str], int] = {
    ("category", "create"): 10,
    ("category", "link"): 10,
    ("category", "update"): 10,
    ("course", "create"): 20,
    ("course", "link"): 25,
    ("course", "update"): 25,
    ("course", "reactivate"): 25,
    ("group", "create"): 27,
    ("group", "link"): 27,
    ("user", "create"): 30,
    ("user", "link"): 35,
    ("user", "update"): 35,
    ("user", "reactivate"): 35,
    ("cohort", "create"): 60,
    ("cohort", "link"): 60,
    ("user", "suspend"): 90,
    ("course", "hide"): 95,
}
"""Order of application: what others stand in first, removals last. Categories go level by level, 10 to 13."""
ENROL_STUDENTS, ENROL_TEACHERS = 40, 50
"""In a course students first and teachers last, or Moodle writes a welcome message to each student."""
ADD_MEMBERS = {"group_member": 55, "cohort_member": 62, "administrator": 65, "guardian": 70}
REMOVE_MEMBERS = {"guardian": 72, "administrator": 74, "cohort_member": 76, "group_member": 78}
END_ENROLMENTS = 80

REMOVALS = ("suspend", "unenrol", "hide", "remove")
"""Kinds of operation that take something from somebody. No proof, no removal; too many wait for a person."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One operation to be. `before` holds the fields that change, as Moodle has them."""

    entity: Entity
    kind: Kind
    source_key: str
    after: Fields
    before: Fields | None = None
    source_hash: bytes | None = None
    error: str = ""
    """A code, where it is known beforehand that it must not or cannot be done: nothing is sent then."""
    answer: str = ""
    """Why, in words."""
    warning: str = ""
    moodle_id: int | None = None
    match: str = ""
    """How the object in Moodle was found: link, idnumber, username, email; blank: it is to be made."""
    depth: int = 0
    """Of a category: how many stand above it."""

    @property
    def phase(self) -> int:
        """When it is done, among the phases of a run."""
        return PHASES[self.entity, self.kind] + self.depth


@dataclass(frozen=True, slots=True)
class Applied:
    """What the link says of the record's object: what Moodle has, as last sent or seen."""

    fields: Fields
    active: bool
    moodle_id: int
    drifted: bool = False
    """Somebody changed it in Moodle by hand."""


def operations_for(
    entity: Entity,
    key: str,
    wanted: Fields,
    source_hash: bytes,
    applied: Applied | None,
    *,
    enabled: bool = True,
    everything: bool,
) -> list[Planned]:
    """What makes Moodle's object equal to `wanted`, in the order of doing.

    Without `everything` a run only adds: new objects, and those that come back.
    """
    if applied is None:
        created = Planned(entity, "create", key, wanted, source_hash=source_hash)
        return [created] if enabled else [created, _end(entity, key, None)]
    operations: list[Planned] = []
    changed = {name: value for name, value in wanted.items() if applied.fields.get(name) != value}
    if changed and everything:
        operations.append(_update(entity, key, changed, source_hash, applied))
    if enabled and not applied.active:
        operations.append(
            Planned(entity, "reactivate", key, {}, source_hash=source_hash, moodle_id=applied.moodle_id, match="link")
        )
    if not enabled and applied.active and everything:
        operations.append(_end(entity, key, applied.moodle_id))
    return operations


def _update(entity: Entity, key: str, changed: Fields, source_hash: bytes, applied: Applied) -> Planned:
    before = {name: applied.fields[name] for name in changed if name in applied.fields}
    warning = "LMS_CONFLICT" if applied.drifted else ""
    return Planned(
        entity, "update", key, changed, before, source_hash, warning=warning, moodle_id=applied.moodle_id, match="link"
    )


def _end(entity: Entity, key: str, moodle_id: int | None) -> Planned:
    kind: Kind = "hide" if entity == "course" else "suspend"
    return Planned(entity, kind, key, {}, moodle_id=moodle_id, match="link" if moodle_id else "")
