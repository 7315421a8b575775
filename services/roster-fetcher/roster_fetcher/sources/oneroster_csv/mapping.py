"""From CSV rows to the roster of one school: OneRoster's mapping, and roles.csv, which users look up. Pure."""

from collections.abc import Callable, Set

from roster_fetcher.findings import Notes
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.mapping import SchoolMapping
from roster_fetcher.sources.protocol import Endpoint, Page, Records

ROLES = Endpoint("roles", "role")


class CsvSchoolMapping(SchoolMapping):
    """OneRoster's mapping with what only CSV has."""

    malformed = "CSV_ROW_MALFORMED"

    def convert_of(self, endpoint: Endpoint, page: Page, away: Set[int]) -> Callable[..., Records | None]:
        """What turns an endpoint's rows into records."""
        return look_up_role if endpoint == ROLES else super().convert_of(endpoint, page, away)


def look_up_role(row: wire.Known, _: Notes) -> Records | None:
    """A role is kept for the user it belongs to, whose own row says what is wrong with it."""
    return ()
