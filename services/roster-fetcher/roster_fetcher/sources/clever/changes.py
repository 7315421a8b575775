"""Reads what changed at one school since an event, from the events of the district.

The feed is not asked for by school: somebody who left is told of with the schools that they have now, contacts and
district admins have none, and neither has whoever is of another school and enrolled here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.client import Client, Listing, Pages, quoted
from roster_fetcher.sources.clever.endpoints import (
    MEMBERS,
    NEW_CONTACTS,
    SECTION_EVENTS,
    USER_EVENTS,
    changes_of,
    proof_of,
    what_changed,
)
from roster_fetcher.sources.clever.events import Told
from roster_fetcher.sources.clever.people import standing
from roster_fetcher.sources.clever.reader import CleverReader
from roster_fetcher.sources.clever.settings import CleverSettings
from roster_fetcher.sources.http import PassingTrouble
from roster_fetcher.sources.protocol import (
    ChangesRefusedError,
    Endpoint,
    KnownPage,
    Page,
    SourceTrouble,
)
from roster_fetcher.sources.refusals import NotThereError
from roster_fetcher.values import text

MOST_NEW_STUDENTS = 200
"""New students above which reading all contacts is less work than asking for those of each."""
ROWS_A_PAGE = 1000
EXPIRED = "Clever keeps events for 30 days, and the one at which the last reading ended is gone."
OFF = "Clever does not let us read events. Let them be enabled in the app's settings there."


class CleverChangesReader(CleverReader):
    """A reading of what changed."""

    def __init__(self, client: Client, settings: CleverSettings, school_key: str, since: str) -> None:
        super().__init__(client, settings, school_key)
        self.endpoints = what_changed(families=settings.families)
        self.changes = changes_of(self.endpoints)
        self.proof = proof_of(self.endpoints)
        self._since = since
        self._new_students: dict[str, None] = {}

    async def begin(self, entry: Entry) -> None:
        """Look at the district, and whether the event is still kept: from an unknown one Clever reads on in silence."""
        await super().begin(entry)
        event = Listing(f"events/{quoted(self._since)}", "events", single=True)
        async with aclosing(self._events(event, entry)) as pages:
            async for _ in pages:
                pass

    def pages_of(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> Pages:
        """The pages of an endpoint that has some."""
        if endpoint == SECTION_EVENTS:
            return self._sections(entry)
        if endpoint == USER_EVENTS:
            return self._people(entry)
        if endpoint == MEMBERS:
            return self._members(entry)
        if endpoint == NEW_CONTACTS:
            return self._contacts(entry)
        return super().pages_of(endpoint, entry, known)

    async def _sections(self, entry: Entry) -> Pages:
        told = await self._told("sections", entry)
        changes = told.changes()
        self.roll.name(change.row for change in changes if not change.gone and self._is_ours(change.row))
        for page in _in_pages(changes):
            yield page

    async def _people(self, entry: Entry) -> Pages:
        told = await self._told("users", entry)
        changes = told.changes()
        self.mapping.shared_since = told.created
        self.roll.enter(change.row for change in changes)
        self._note_new_students(change.row for change in changes if not change.gone)
        for page in _in_pages(changes):
            yield page

    async def _members(self, entry: Entry) -> Pages:
        """Members of the sections that changed of whom nothing is known."""
        self.roll.enter([wire.User(id=key) for key in self.mapping.recalled])
        async with aclosing(self.looked_up(self.roll.lookups(), entry)) as pages:
            async for page in pages:
                self._note_new_students(page.rows or (), visiting=True)
                yield page

    async def _contacts(self, entry: Entry) -> Pages:
        """Those of students who are new here: they need not have changed themselves."""
        if len(self._new_students) > MOST_NEW_STUDENTS:
            raise ChangesRefusedError(f"{len(self._new_students)} students are new, whose contacts are not known.")
        listings = [Listing(f"users/{quoted(key)}/mycontacts", "users") for key in self._new_students]
        async with aclosing(self.looked_up(listings, entry)) as pages:
            async for page in pages:
                yield page

    async def _told(self, collection: str, entry: Entry) -> Told:
        told = Told(collection)
        query = {"starting_after": self._since, "record_type": collection}
        async with aclosing(self._events(Listing("events", "events", query), entry)) as pages:
            async for page in pages:
                told.take(page.rows or ())
        return told

    async def _events(self, listing: Listing, entry: Entry) -> Pages:
        """Pages of events. Raises `ChangesRefusedError` where they are refused, `SourceTrouble` for what may pass."""
        try:
            async with aclosing(self.client.pages(listing, entry)) as pages:
                async for page in pages:
                    yield page
        except PassingTrouble:
            raise
        except SourceTrouble as trouble:
            if why := _why_refused(trouble):
                raise ChangesRefusedError(why) from None
            raise

    def _is_ours(self, row: wire.Row) -> bool:
        return isinstance(row, wire.Section) and text(row.school) == self.school_key

    def _note_new_students(self, rows: Iterable[wire.Row | wire.Malformed], *, visiting: bool = False) -> None:
        """Those of the school, and those of other schools whom a section of ours names, now or since before.

        `visiting`: a section of ours names all of these.
        """
        for row in rows:
            key = text(row.id) if isinstance(row, wire.User) else ""
            if isinstance(row, wire.User) and key not in self.mapping.recalled:
                found = standing(row, self.school_key)
                named = visiting or self.roll.names(key) or key in self.mapping.sections_of
                if found.role == "student" and (found.belongs or named):
                    self._new_students[key] = None


def _why_refused(trouble: SourceTrouble) -> str:
    """Why events are not given; blank for trouble that everything else would meet too."""
    if isinstance(trouble, NotThereError):
        return EXPIRED
    if trouble.code == "AUTH_FORBIDDEN":
        return OFF
    return f"{trouble} So what changed is not known." if trouble.code == "SOURCE_BAD_RESPONSE" else ""


def _in_pages(changes: Sequence[wire.Change]) -> Iterator[Page]:
    for start in range(0, len(changes), ROWS_A_PAGE):
        rows = list(changes[start : start + ROWS_A_PAGE])
        yield Page(b"", b"", 1, len(rows), rows=rows)
