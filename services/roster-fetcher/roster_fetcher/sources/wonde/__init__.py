"""Wonde, v1.0."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b

from yarl import URL

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.checked_settings import checked
from roster_fetcher.sources.http import http_of
from roster_fetcher.sources.protocol import ListedSchool, Opening, SchoolReader, Source, SourceTrouble
from roster_fetcher.sources.wonde import wire
from roster_fetcher.sources.wonde.client import Client, List
from roster_fetcher.sources.wonde.reader import WondeReader
from roster_fetcher.sources.wonde.settings import WondeSettings
from roster_fetcher.sources.wonde.since import read_since
from roster_fetcher.values import text

NO_SCHOOLS = (
    "The source answers, but shares no school. Either none has approved access yet, or their data are in another "
    "region than {host}: then set base_url to that region's server."
)
"""Each region lists its own schools only."""


@asynccontextmanager
async def open_source(opening: Opening) -> AsyncIterator[Source]:
    """A source that talks to Wonde while the context lasts."""
    settings = checked(WondeSettings, opening)
    key = blake2b(settings.token.get_secret_value().encode(), digest_size=8).hexdigest()
    credential = f"{settings.base_url} {key}"
    async with http_of(opening, credential, per_minute=settings.requests_per_minute) as http:
        yield WondeSource(Client(http, settings, opening.patience), settings)


class WondeSource:
    """Wonde, as far as one key opens it."""

    def __init__(self, client: Client, settings: WondeSettings) -> None:
        self._client = client
        self._settings = settings

    async def schools(self) -> list[ListedSchool]:
        """The schools that have approved access. Raises `SourceTrouble`, also when not all of them came."""
        entry = Entry("schools", "school")
        asked = List(f"{self._settings.base_url}/schools", "schools")
        rows = [row async for page in self._client.rows(asked, entry, ()) for row in page.rows or ()]
        if not entry.complete:
            raise SourceTrouble("SOURCE_INCOMPLETE", f"The list of schools is incomplete. {entry.reason} Run again.")
        if not rows:
            raise SourceTrouble("SOURCE_EMPTY", NO_SCHOOLS.format(host=URL(self._settings.base_url).authority))
        return listed_schools(rows)

    def school(self, source_school_id: str, since: str | None = None) -> SchoolReader:
        """A reader of one school."""
        return WondeReader(self._client, self._settings, source_school_id, None if since is None else read_since(since))


def listed_schools(rows: list[wire.Row]) -> list[ListedSchool]:
    """The schools among these rows, each once."""
    schools: dict[str, ListedSchool] = {}
    for row in rows:
        if isinstance(row, wire.School) and (key := text(row.id)):
            number = text(row.urn) or text(row.establishment_number)
            schools.setdefault(key, ListedSchool(key, text(row.name) or key, number))
    return list(schools.values())
