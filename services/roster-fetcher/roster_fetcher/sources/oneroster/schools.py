"""Which of a source's organisations are schools. Pure."""

from collections.abc import Iterable

from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.fields import is_gone
from roster_fetcher.sources.protocol import ListedSchool
from roster_fetcher.values import text


def listed_schools(rows: Iterable[wire.Row]) -> list[ListedSchool]:
    """The schools among these organisations, each once, without tombstones."""
    schools: dict[str, ListedSchool] = {}
    for row in rows:
        if isinstance(row, wire.Org) and text(row.type).casefold() == "school" and not is_gone(row):
            key = text(row.sourced_id)
            if key:
                schools.setdefault(key, ListedSchool(key, text(row.name) or key, text(row.identifier)))
    return list(schools.values())
