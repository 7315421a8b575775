"""Reads one school from a OneRoster service: everything, or of the people only those who changed."""

from collections.abc import AsyncGenerator, Mapping, Sequence, Set
from contextlib import aclosing

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.oneroster import traits, wire
from roster_fetcher.sources.oneroster.changes import ASKED_FOR, Since, changed_since, cursor_of
from roster_fetcher.sources.oneroster.client import Client
from roster_fetcher.sources.oneroster.guardians import Families
from roster_fetcher.sources.oneroster.mapping import (
    CLASSES,
    ENDPOINTS,
    ENROLLMENTS,
    OWNERS,
    PROOF,
    USERS,
    SchoolMapping,
)
from roster_fetcher.sources.oneroster.pages import decode, traits_in
from roster_fetcher.sources.protocol import EVERYTHING, Changes, Cursor, Endpoint, KnownPage, Page

BY_SCHOOL = (CLASSES, ENROLLMENTS)
"""What is asked for school by school. Not users, since the standard has no list of all of a school's; and not courses,
since servers differ on whether a school's include the district's."""


class OneRosterReader:
    """Reads one school from the service."""

    endpoints: Sequence[Endpoint] = ENDPOINTS
    proof: Mapping[str, Set[str]] = PROOF
    owners: Mapping[str, str] = OWNERS

    def __init__(self, client: Client, school_key: str, since: Since | None) -> None:
        self._client = client
        self._school_key = school_key
        self._since = since
        self._seen = traits.Trait.NONE
        self.changes: Changes = ASKED_FOR if since else EVERYTHING
        self.mapping = SchoolMapping(school_key, Families(by_guardians=since.by_guardians) if since else None)

    async def pages(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        """The pages of an endpoint."""
        school = self._school_key if endpoint in BY_SCHOOL else ""
        chosen = changed_since(self._since) if self._since and endpoint == USERS else ""
        read = self._client.collection(endpoint.name, entry, known, school=school, chosen=chosen)
        async with aclosing(read) as pages:
            async for page in pages:
                seen = traits_in(page)
                traits.note(seen, entry)
                self._seen |= seen
                yield page

    def decode(self, endpoint: Endpoint, page: Page) -> list[wire.Row]:
        """The rows of a page."""
        return decode(endpoint.name, page)

    def cursor(self) -> Cursor:
        """The time at which the service was asked first; in doubt if a filter by date would leave rows out."""
        told = self._seen & (traits.Trait.STUDENTS_TELL | traits.Trait.GUARDIANS_TELL)
        by_guardians = self._since.by_guardians if self._since else told == traits.Trait.GUARDIANS_TELL
        return cursor_of(self._client.began, by_guardians=by_guardians, undated=traits.Trait.UNDATED in self._seen)
