"""Which of a source's organisations are schools. Pure."""

from collections.abc import Collection, Iterable
from typing import Final

from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.fields import is_gone, reference
from roster_fetcher.sources.protocol import ListedSchool
from roster_fetcher.values import text

SCHOOL: Final = "school"


def listed_schools(
    rows: Iterable[wire.Row], types: Collection[str] = (SCHOOL,), taught_at: Collection[str] = ()
) -> list[ListedSchool]:
    """The schools among these organisations, each once, without tombstones.

    Organisations of type school are, and those of other `types` if classes name them as their school (`taught_at`).
    """
    schools: dict[str, ListedSchool] = {}
    for row in rows:
        if isinstance(row, wire.Org) and not is_gone(row):
            key, kind = text(row.sourced_id), text(row.type).casefold()
            if key and kind in types and (kind == SCHOOL or key in taught_at):
                schools.setdefault(key, ListedSchool(key, text(row.name) or key, text(row.identifier)))
    return list(schools.values())


def school_of(taught: wire.Row) -> str:
    """The organisation that a class names as its school; blank for none."""
    if not isinstance(taught, wire.Class) or is_gone(taught):
        return ""
    return reference(taught.school, taught.school_sourced_id)
