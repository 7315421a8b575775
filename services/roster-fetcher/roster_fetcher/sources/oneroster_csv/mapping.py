"""From CSV rows to the roster of one school: OneRoster's mapping, and what users look up in other files. Pure."""

from collections.abc import Callable, Set

from roster_fetcher.findings import Notes
from roster_fetcher.roster import context_digest
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.mapping import USERS, SchoolMapping
from roster_fetcher.sources.protocol import Endpoint, Page, Records

ROLES = Endpoint("roles", "role")
PROFILES = Endpoint("userProfiles", "profile")
LOOKED_UP = (ROLES, PROFILES)


class CsvSchoolMapping(SchoolMapping):
    """OneRoster's mapping with what only CSV has."""

    malformed = "CSV_ROW_MALFORMED"

    def __init__(self, school_key: str) -> None:
        super().__init__(school_key)
        self._looked_up = b""

    def will_look_up(self, page: Page) -> None:
        """Users will be understood by this page too."""
        self._looked_up = context_digest(self._looked_up, page.digest)

    def context(self, endpoint: Endpoint) -> bytes | None:
        """Users are understood by their roles and profiles too, where these stand in files of their own."""
        context = super().context(endpoint)
        return context_digest(context, self._looked_up) if endpoint == USERS and self._looked_up else context

    def convert_of(self, endpoint: Endpoint, page: Page, away: Set[int]) -> Callable[..., Records | None]:
        """What turns an endpoint's rows into records."""
        return look_up if endpoint in LOOKED_UP else super().convert_of(endpoint, page, away)


def look_up(row: wire.Known, _: Notes) -> Records | None:
    """The row is kept for the user it belongs to, whose own row says what is wrong with it."""
    return ()
