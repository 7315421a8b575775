"""From CSV rows to the roster of one school: OneRoster's mapping, and roles.csv, which other rows only look up. Pure."""

from collections.abc import Set
from typing import Any

from roster_fetcher.findings import Notes
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.fields import is_gone
from roster_fetcher.sources.oneroster.mapping import SchoolMapping
from roster_fetcher.sources.protocol import Convert, Endpoint, Page, Records

ROLES = Endpoint("roles", "role")


class CsvSchoolMapping(SchoolMapping):
    """OneRoster's mapping with the two things that only CSV has."""

    def converter(self, endpoint: Endpoint, page: Page, enrolled: Set[str]) -> Convert:
        """What turns a page's rows into records."""
        convert = look_up_role if endpoint == ROLES else super().converter(endpoint, page, enrolled)

        def convert_row(row: Any, notes: Notes) -> Records | None:
            if type(row) is wire.Malformed:
                notes.add("CSV_ROW_MALFORMED", "", detail=f"row {notes.row}: {row.reason}")
                return None
            return convert(row, notes)

        return convert_row


def look_up_role(row: wire.Known, _: Notes) -> Records | None:
    """A role is kept for the user it belongs to, whose row says what is wrong with it."""
    return None if is_gone(row) else ()
