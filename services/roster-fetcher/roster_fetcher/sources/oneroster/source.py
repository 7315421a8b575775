"""One OneRoster service, whoever lets us in."""

from collections.abc import Collection

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.changes import read_cursor
from roster_fetcher.sources.oneroster.client import Client
from roster_fetcher.sources.oneroster.mapping import CLASSES, ORGS
from roster_fetcher.sources.oneroster.reader import OneRosterReader
from roster_fetcher.sources.oneroster.schools import SCHOOL, listed_schools, school_of
from roster_fetcher.sources.protocol import Endpoint, ListedSchool, SchoolReader, SourceTrouble


class OneRosterSource:
    """Lists and reads schools. `school_types` are the types of organisations that may be schools."""

    def __init__(self, client: Client, school_types: Collection[str] = (SCHOOL,)) -> None:
        self._client = client
        self._school_types = school_types

    async def schools(self) -> list[ListedSchool]:
        """The organisations that are schools. Raises `SourceTrouble`, also when not all of them came."""
        orgs = await self._all(ORGS)
        if {*self._school_types} <= {SCHOOL}:
            return listed_schools(orgs)
        taught_at = {school_of(row) for row in await self._all(CLASSES)}
        return listed_schools(orgs, self._school_types, taught_at)

    def school(self, source_school_id: str, since: str | None = None) -> SchoolReader:
        """A reader of one school."""
        return OneRosterReader(self._client, source_school_id, read_cursor(since) if since else None)

    async def _all(self, endpoint: Endpoint) -> list[wire.Row]:
        entry = Entry(*endpoint)
        rows = [row async for page in self._client.collection(endpoint.name, entry) for row in page.rows or ()]
        if not entry.complete:
            raise SourceTrouble("SOURCE_INCOMPLETE", f"The list of schools is incomplete. {entry.reason} Run again.")
        return rows
