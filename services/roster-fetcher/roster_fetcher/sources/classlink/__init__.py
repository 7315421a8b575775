"""ClassLink: a district's Roster Server, asked directly or through the OneRoster proxy. OneRoster all the way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from roster_fetcher.sources.classlink.access import authorization_of
from roster_fetcher.sources.classlink.settings import settings_of
from roster_fetcher.sources.http import http_of
from roster_fetcher.sources.oneroster.client import Client, Service
from roster_fetcher.sources.oneroster.source import OneRosterSource
from roster_fetcher.sources.protocol import Opening, Source


@asynccontextmanager
async def open_source(opening: Opening) -> AsyncIterator[Source]:
    """A source that talks to one district's Roster Server while the context lasts."""
    settings = settings_of(opening)
    service = Service(settings.service_url, settings.page_size, settings.parallel)
    credential = settings.service_url
    async with http_of(opening, credential, per_minute=settings.requests_per_minute) as http:
        client = Client(http, service, authorization_of(settings), opening.patience)
        yield OneRosterSource(client, settings.school_types)
