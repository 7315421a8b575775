"""What a run did, or what waits, counted by kind of record: rows of a name and its numbers, in the spoken language."""

from collections.abc import Callable

from common.events import CountByEntity
from common.language import listed, mark
from notifier.amounts import number
from notifier.language import _, plural

ENTITIES = {
    "category": mark("Categories"),
    "course": mark("Courses"),
    "user": mark("Accounts"),
    "enrolment": mark("Enrolments"),
    "group": mark("Groups"),
    "group_member": mark("Places in groups"),
    "cohort": mark("Cohorts"),
    "cohort_member": mark("Places in cohorts"),
    "administrator": mark("Administrators"),
    "guardian": mark("Ties to guardians"),
}
"""In the order of a run. Some are named by limits only."""
WAITING = {
    "create": mark("{n} to create"),
    "link": mark("{n} to link"),
    "update": mark("{n} to update"),
    "reactivate": mark("{n} to re-activate"),
    "add": mark("{n} to add"),
    "suspend": mark("{n} to suspend"),
    "unenrol": mark("{n} to un-enrol"),
    "hide": mark("{n} to hide"),
    "remove": mark("{n} to remove"),
}
"""By kind, in the order in which they are told: what is taken away comes last."""

Row = tuple[str, str]


def what_was_done(actions: CountByEntity) -> list[Row]:
    """Such as `("Accounts", "12 created and 1 suspended")`."""
    return _rows(actions, _done)


def what_waits(operations: CountByEntity) -> list[Row]:
    """Such as `("Enrolments", "31 to suspend")`."""
    return _rows(operations, lambda kind, n: _(WAITING[kind], n=number(n)))


def entity_name(entity: str) -> str:
    """The plural of a kind of record, as headings have it."""
    return _(ENTITIES[entity]) if entity in ENTITIES else entity.capitalize()


def _rows(counts: CountByEntity, said: Callable[[str, int], str]) -> list[Row]:
    return [
        (entity_name(entity), listed(said(kind, kinds[kind]) for kind in WAITING if kinds.get(kind)))
        for entity in ENTITIES
        if any((kinds := counts.get(entity, {})).values())
    ]


def _done(kind: str, n: int) -> str:
    match kind:
        case "create":
            return plural("{n} created", "{n} created", n, n=number(n))
        case "link":
            return plural("{n} linked", "{n} linked", n, n=number(n))
        case "update":
            return plural("{n} updated", "{n} updated", n, n=number(n))
        case "reactivate":
            return plural("{n} re-activated", "{n} re-activated", n, n=number(n))
        case "add":
            return plural("{n} added", "{n} added", n, n=number(n))
        case "suspend":
            return plural("{n} suspended", "{n} suspended", n, n=number(n))
        case "unenrol":
            return plural("{n} un-enrolled", "{n} un-enrolled", n, n=number(n))
        case "hide":
            return plural("{n} hidden", "{n} hidden", n, n=number(n))
    return plural("{n} removed", "{n} removed", n, n=number(n))
