"""What is counted, in the words of the pages, and in their order."""

from collections.abc import Callable
from dataclasses import dataclass

from common.language import listed, mark
from dashboard_api.language import _, plural
from dashboard_api.words.amounts import number

OVERVIEW = {
    "class": mark("Classes"),
    "teacher": mark("Teachers"),
    "student": mark("Students"),
    "administrator": mark("Admins"),
    "guardian": mark("Families"),
}
"""The columns of the schools page; families only where there are any."""
ENTITIES = {
    "school": mark("Schools"),
    "category": mark("Categories"),
    "term": mark("Terms"),
    "course": mark("Courses"),
    "class": mark("Classes"),
    "user": mark("People"),
    "teacher": mark("Teachers"),
    "student": mark("Students"),
    "administrator": mark("Administrators"),
    "guardian": mark("Families"),
    "enrolment": mark("Enrolments"),
    "guardian_link": mark("Ties to guardians"),
    "group": mark("Groups"),
    "group_member": mark("Places in groups"),
    "cohort": mark("Cohorts"),
    "cohort_member": mark("Places in cohorts"),
}
KINDS = {
    "create": mark("created"),
    "link": mark("linked"),
    "update": mark("updated"),
    "reactivate": mark("re-activated"),
    "enrol": mark("enrolled"),
    "hide": mark("hidden"),
    "suspend": mark("suspended"),
    "unenrol": mark("un-enrolled"),
    "add": mark("added"),
    "remove": mark("removed"),
    "added": mark("added"),
    "changed": mark("changed"),
    "removed": mark("removed"),
}
DONE: dict[str, Callable[[int], str]] = {
    "create": lambda n: plural("{n} created", "{n} created", n, n=number(n)),
    "link": lambda n: plural("{n} linked", "{n} linked", n, n=number(n)),
    "update": lambda n: plural("{n} updated", "{n} updated", n, n=number(n)),
    "reactivate": lambda n: plural("{n} re-activated", "{n} re-activated", n, n=number(n)),
    "enrol": lambda n: plural("{n} enrolled", "{n} enrolled", n, n=number(n)),
    "hide": lambda n: plural("{n} hidden", "{n} hidden", n, n=number(n)),
    "suspend": lambda n: plural("{n} suspended", "{n} suspended", n, n=number(n)),
    "unenrol": lambda n: plural("{n} un-enrolled", "{n} un-enrolled", n, n=number(n)),
    "add": lambda n: plural("{n} added", "{n} added", n, n=number(n)),
    "remove": lambda n: plural("{n} removed", "{n} removed", n, n=number(n)),
    "added": lambda n: plural("{n} added", "{n} added", n, n=number(n)),
    "changed": lambda n: plural("{n} changed", "{n} changed", n, n=number(n)),
    "removed": lambda n: plural("{n} removed", "{n} removed", n, n=number(n)),
}
"""How many of them, since some languages have the word agree with the number."""


@dataclass(frozen=True, slots=True)
class CountTable:
    """Numbers by entity (rows) and kind (columns); None where there is none. `total` adds them all."""

    kinds: list[str]
    rows: list[tuple[str, list[int | None]]]
    total: int


def entity_name(entity: str) -> str:
    """The plural of an entity, as headings have it."""
    return _(ENTITIES[entity]) if entity in ENTITIES else entity.capitalize()


def kind_name(kind: str) -> str:
    """What is done to a record: created, suspended."""
    return _(KINDS[kind]) if kind in KINDS else kind


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
    return CountTable([kind_name(kind) for kind in kinds], rows, total(filled))


@dataclass(frozen=True, slots=True)
class LinkedTable:
    """The same, with the keys: rows are entity, its name, and (kind, number) for each of `kinds`."""

    kinds: list[str]
    rows: list[tuple[str, str, list[tuple[str, int]]]]


def linked_table(counts: dict[str, dict[str, int]]) -> LinkedTable | None:
    """Counts by entity and kind for a table whose numbers lead on; None if empty."""
    kinds = sorted({kind for kinds in counts.values() for kind, n in kinds.items() if n}, key=_place(KINDS))
    rows = [
        (entity, entity_name(entity), [(kind, counts[entity].get(kind, 0)) for kind in kinds])
        for entity in sorted(counts, key=_place(ENTITIES))
    ]
    return LinkedTable([kind_name(kind) for kind in kinds], rows) if kinds else None


def counts_in_order(counts: dict[str, int] | None) -> list[tuple[str, int]]:
    """What is shared, by name."""
    return [(entity_name(kind), counts[kind]) for kind in sorted(counts, key=_place(ENTITIES))] if counts else []


def total(counts: dict[str, dict[str, int]] | None) -> int:
    """All numbers together."""
    return sum(n for kinds in (counts or {}).values() for n in kinds.values())


def summary(actions: dict[str, dict[str, int]] | None) -> str:
    """12 created and 3 suspended"""
    sums: dict[str, int] = {}
    for kinds in (actions or {}).values():
        for kind, n in kinds.items():
            sums[kind] = sums.get(kind, 0) + n
    return listed(
        DONE[kind](sums[kind]) if kind in DONE else f"{number(sums[kind])} {kind}"
        for kind in sorted(sums, key=_place(KINDS))
        if sums[kind]
    )


def _place(order: dict[str, str]) -> Callable[[str], tuple[int, str]]:
    places = {key: place for place, key in enumerate(order)}
    return lambda key: (places.get(key, len(places)), key)
