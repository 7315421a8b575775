"""What is counted, in the words of the pages, and in their order."""

from collections.abc import Callable
from dataclasses import dataclass

OVERVIEW = {
    "class": "Classes",
    "teacher": "Teachers",
    "student": "Students",
    "administrator": "Admins",
    "guardian": "Families",
}
"""The columns of the schools page; families only where there are any."""
ENTITIES = {
    "school": "Schools",
    "category": "Categories",
    "term": "Terms",
    "course": "Courses",
    "class": "Classes",
    "user": "People",
    "teacher": "Teachers",
    "student": "Students",
    "administrator": "Administrators",
    "guardian": "Families",
    "enrolment": "Enrolments",
    "guardian_link": "Ties to guardians",
    "group": "Groups",
    "group_member": "Places in groups",
    "cohort": "Cohorts",
    "cohort_member": "Places in cohorts",
}
KINDS = {
    "create": "created",
    "link": "linked",
    "update": "updated",
    "reactivate": "re-activated",
    "enrol": "enrolled",
    "hide": "hidden",
    "suspend": "suspended",
    "unenrol": "un-enrolled",
    "add": "added",
    "remove": "removed",
    "added": "added",
    "changed": "changed",
    "removed": "removed",
}


@dataclass(frozen=True, slots=True)
class CountTable:
    """Numbers by entity (rows) and kind (columns); None where there is none. `total` adds them all."""

    kinds: list[str]
    rows: list[tuple[str, list[int | None]]]
    total: int


def entity_name(entity: str) -> str:
    """The plural of an entity, as headings have it."""
    return ENTITIES.get(entity, entity.capitalize())


def table(counts: dict[str, dict[str, int]] | None) -> CountTable | None:
    """Counts by entity and kind as a table, in the pages' order, without rows that are all zero; None if empty."""
    filled = {entity: kinds for entity, kinds in (counts or {}).items() if any(kinds.values())}
    if not filled:
        return None
    present = {kind for kinds in filled.values() for kind, n in kinds.items() if n}
    kinds = sorted(present, key=_place(KINDS))
    rows = [
        (entity_name(entity), [filled[entity].get(kind) or None for kind in kinds])
        for entity in sorted(filled, key=_place(ENTITIES))
    ]
    return CountTable([KINDS.get(kind, kind) for kind in kinds], rows, total(filled))


def counts_in_order(counts: dict[str, int] | None) -> list[tuple[str, int]]:
    """What is shared, by name."""
    return [(entity_name(kind), counts[kind]) for kind in sorted(counts, key=_place(ENTITIES))] if counts else []


def total(counts: dict[str, dict[str, int]] | None) -> int:
    """All numbers together."""
    return sum(n for kinds in (counts or {}).values() for n in kinds.values())


def summary(actions: dict[str, dict[str, int]] | None) -> str:
    """12 created, 3 suspended"""
    sums: dict[str, int] = {}
    for kinds in (actions or {}).values():
        for kind, n in kinds.items():
            sums[kind] = sums.get(kind, 0) + n
    return ", ".join(
        f"{sums[kind]:,} {KINDS.get(kind, kind)}" for kind in sorted(sums, key=_place(KINDS)) if sums[kind]
    )


def _place(order: dict[str, str]) -> Callable[[str], tuple[int, str]]:
    places = {key: place for place, key in enumerate(order)}
    return lambda key: (places.get(key, len(places)), key)
