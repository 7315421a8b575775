"""Clever's Data API, 3.1 (and 3.0), by a district's token: everything, or what the district's events tell."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.checked_settings import checked
from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.changes import CleverChangesReader
from roster_fetcher.sources.clever.client import Client, Listing
from roster_fetcher.sources.clever.reader import CleverReader
from roster_fetcher.sources.clever.settings import CleverSettings
from roster_fetcher.sources.http import http_of
from roster_fetcher.sources.protocol import ListedSchool, Opening, SchoolReader, Source, SourceTrouble
from roster_fetcher.values import text


@asynccontextmanager
async def open_source(opening: Opening) -> AsyncIterator[Source]:
    """A source that talks to Clever while the context lasts."""
    settings = checked(CleverSettings, opening)
    credential = f"{settings.base_url} {settings.district_id}"
    async with http_of(opening, credential, per_minute=settings.requests_per_minute) as http:
        yield CleverSource(Client(http, settings, opening.patience), settings)


class CleverSource:
    """One district at Clever."""

    def __init__(self, client: Client, settings: CleverSettings) -> None:
        self._client = client
        self._settings = settings

    async def schools(self) -> list[ListedSchool]:
        """The schools that the district shares. Raises `SourceTrouble`, also when not all of them came."""
        entry = Entry("schools", "org")
        async with aclosing(self._client.pages(Listing("schools", "schools"), entry)) as pages:
            rows = [row async for page in pages for row in page.rows or ()]
        if not entry.complete:
            raise SourceTrouble("SOURCE_INCOMPLETE", f"The list of schools is incomplete. {entry.reason} Run again.")
        return [_listed(row) for row in rows if isinstance(row, wire.School) and text(row.id)]

    def school(self, source_school_id: str, since: str | None = None) -> SchoolReader:
        """A reader of one school: of what changed since an event, or of everything."""
        if since is None:
            return CleverReader(self._client, self._settings, source_school_id)
        return CleverChangesReader(self._client, self._settings, source_school_id, since)


def _listed(row: wire.School) -> ListedSchool:
    key = text(row.id)
    return ListedSchool(key, text(row.name) or key, text(row.school_number) or text(row.sis_id))
