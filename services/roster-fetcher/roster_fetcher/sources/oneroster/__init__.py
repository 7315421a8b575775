"""OneRoster REST, versions 1.1 and 1.2, with OAuth 2 client credentials."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence, Set
from contextlib import asynccontextmanager

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.checked_settings import checked
from roster_fetcher.sources.http import http_of
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.client import Client, decode
from roster_fetcher.sources.oneroster.mapping import CLASSES, ENDPOINTS, ENROLLMENTS, ORGS, OWNERS, PROOF, SchoolMapping
from roster_fetcher.sources.oneroster.schools import listed_schools
from roster_fetcher.sources.oneroster.settings import OneRosterSettings
from roster_fetcher.sources.protocol import (
    EVERYTHING,
    Changes,
    Cursor,
    Endpoint,
    KnownPage,
    ListedSchool,
    Opening,
    Page,
    SchoolReader,
    Source,
    SourceTrouble,
)

BY_SCHOOL = (CLASSES, ENROLLMENTS)
"""What is asked for school by school. Not users, since the standard has no list of all of a school's; and not courses,
since servers differ on whether a school's include the district's."""


@asynccontextmanager
async def open_source(opening: Opening) -> AsyncIterator[Source]:
    """A source that talks to one service while the context lasts."""
    settings = checked(OneRosterSettings, opening)
    async with http_of(opening, f"{settings.base_url} {settings.client_id.get_secret_value()}") as http:
        yield OneRosterSource(Client(http, settings, opening.patience))


class OneRosterSource:
    """One OneRoster service."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def schools(self) -> list[ListedSchool]:
        """The organisations of type school. Raises `SourceTrouble`, also when not all of them came."""
        entry = Entry(*ORGS)
        rows = [row async for page in self._client.collection(ORGS.name, "", entry, ()) for row in page.rows or ()]
        if not entry.complete:
            raise SourceTrouble("SOURCE_INCOMPLETE", f"The list of schools is incomplete. {entry.reason} Run again.")
        return listed_schools(rows)

    def school(self, source_school_id: str, since: str | None = None) -> SchoolReader:
        """A reader of one school."""
        return OneRosterReader(self._client, source_school_id)


class OneRosterReader:
    """Reads one school from the service."""

    endpoints: Sequence[Endpoint] = ENDPOINTS
    changes: Changes = EVERYTHING
    proof: Mapping[str, Set[str]] = PROOF
    owners: Mapping[str, str] = OWNERS

    def __init__(self, client: Client, school_key: str) -> None:
        self._client = client
        self._school_key = school_key
        self.mapping = SchoolMapping(school_key)

    def pages(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        """The pages of an endpoint."""
        school = self._school_key if endpoint in BY_SCHOOL else ""
        return self._client.collection(endpoint.name, school, entry, known)

    def decode(self, endpoint: Endpoint, page: Page) -> list[wire.Row]:
        """The rows of a page."""
        return decode(endpoint.name, page)

    def cursor(self) -> Cursor | None:
        """Changes are not told apart yet."""
        return None
