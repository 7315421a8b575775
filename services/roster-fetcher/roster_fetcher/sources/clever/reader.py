"""Reads one school from Clever: everything, or what its events tell."""

from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import aclosing

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.clever.client import Client, Listing, Pages, Rows, decode, quoted
from roster_fetcher.sources.clever.district import check_district
from roster_fetcher.sources.clever.endpoints import (
    CONTACTS,
    COURSES,
    DISTRICT,
    DISTRICT_ADMINS,
    MEMBERS,
    OWNERS,
    SCHOOL,
    SECTIONS,
    STAFF,
    STUDENTS,
    TEACHERS,
    TERMS,
    everything,
    proof_of,
)
from roster_fetcher.sources.clever.mapping import SchoolMapping
from roster_fetcher.sources.clever.roll import Roll
from roster_fetcher.sources.clever.settings import CleverSettings
from roster_fetcher.sources.protocol import (
    EVERYTHING,
    Changes,
    Cursor,
    Endpoint,
    KnownPage,
    Page,
    SourceTrouble,
)
from roster_fetcher.sources.refusals import NotThereError

LISTS_OF_PEOPLE = (STUDENTS, TEACHERS, STAFF, DISTRICT_ADMINS)
COLLECTIONS = {SCHOOL: "schools", TERMS: "terms", COURSES: "courses", SECTIONS: "sections"}
"""What the rows of an endpoint are, where they are not users."""
NO_EVENTS = "The source keeps no events. Let events be enabled in the app's settings at Clever."


class CleverReader:
    """A full reading of one school."""

    changes: Changes = EVERYTHING
    owners: Mapping[str, str] = OWNERS

    def __init__(self, client: Client, settings: CleverSettings, school_key: str) -> None:
        self.client = client
        self.school_key = school_key
        self.endpoints: Sequence[Endpoint] = everything(families=settings.families)
        self.proof: Mapping[str, Set[str]] = proof_of(self.endpoints)
        self.mapping = SchoolMapping(school_key, families=settings.families)
        self.roll = Roll()
        self._district_id = settings.district_id
        self._cursor: Cursor | None = None

    async def pages(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> Pages:
        """The pages of an endpoint."""
        if endpoint == DISTRICT:
            await self.begin(entry)
            return
        first = 1
        async with aclosing(self.pages_of(endpoint, entry, known)) as pages:
            async for page in pages:
                page.first = first
                first += page.received
                yield page

    def pages_of(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> Pages:
        """The pages of an endpoint that has some."""
        if endpoint == SCHOOL:
            return self._school(entry, known)
        if endpoint == MEMBERS:
            return self.looked_up(self.roll.lookups(), entry, known)
        return self._listed(endpoint, entry, known)

    def decode(self, endpoint: Endpoint, page: Page) -> Rows:
        """The rows of a page."""
        return decode(COLLECTIONS.get(endpoint, "users"), page)

    def cursor(self) -> Cursor | None:
        """The newest event as it was before anything else was read."""
        return self._cursor

    async def begin(self, entry: Entry) -> None:
        """Look at the district, which has no rows: what it says of itself changes with every sync of its own."""
        self._cursor = await self._newest_event(entry)
        async with aclosing(self.client.pages(Listing("districts", "districts", single=True), entry)) as pages:
            rows = [row async for page in pages for row in page.rows or ()]
        check_district(rows[0] if rows else None, self._district_id, entry)

    async def _newest_event(self, entry: Entry) -> Cursor:
        try:
            newest = await self.client.newest_event(entry)
        except SourceTrouble as trouble:
            if trouble.code not in ("AUTH_FORBIDDEN", "SOURCE_BAD_RESPONSE"):
                raise
            return Cursor("", NO_EVENTS)
        return Cursor(newest, "" if newest else NO_EVENTS)

    async def _school(self, entry: Entry, known: Sequence[KnownPage]) -> Pages:
        listing = Listing(f"schools/{quoted(self.school_key)}", "schools", single=True)
        try:
            async for page in self.client.pages(listing, entry, known):
                yield page
        except NotThereError:
            message = f"The source shares no school with the id {self.school_key}. "
            raise SourceTrouble(
                "SCHOOL_NOT_FOUND", message + "Share it, or list the district's schools again."
            ) from None

    async def _listed(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> Pages:
        async for page in self.client.pages(listing_of(endpoint, self.school_key), entry, known):
            if endpoint == SECTIONS:
                self.roll.name(self.decode(endpoint, page))
            elif endpoint in LISTS_OF_PEOPLE:
                self.roll.enter(self.decode(endpoint, page))
            yield page

    async def looked_up(self, listings: Iterable[Listing], entry: Entry, known: Sequence[KnownPage] = ()) -> Pages:
        """The pages of several lists, as far as they are shared: what is not there is nothing unusual."""
        rest = list(known)
        for listing in listings:
            try:
                async for page in self.client.pages(listing, entry, rest):
                    rest = rest[1:]
                    yield page
            except NotThereError:
                entry.pages += 1


def listing_of(endpoint: Endpoint, school_key: str) -> Listing:
    """How an endpoint of a full reading is asked for."""
    school = f"schools/{quoted(school_key)}"
    of_endpoint = {
        TERMS: Listing(f"{school}/terms", "terms"),
        COURSES: Listing(f"{school}/courses", "courses"),
        SECTIONS: Listing(f"{school}/sections", "sections"),
        STUDENTS: Listing(f"{school}/users", "users", {"role": "student"}),
        TEACHERS: Listing(f"{school}/users", "users", {"role": "teacher"}),
        STAFF: Listing(f"{school}/users", "users", {"role": "staff"}),
        DISTRICT_ADMINS: Listing("users", "users", {"role": "district_admin"}),
        CONTACTS: Listing("users", "users", {"role": "contact"}),
    }
    return of_endpoint[endpoint]
