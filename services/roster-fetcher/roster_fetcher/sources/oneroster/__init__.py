"""OneRoster REST, versions 1.1 and 1.2, with OAuth 2 client credentials or signed by OAuth 1.0a."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from roster_fetcher.sources.checked_settings import checked
from roster_fetcher.sources.http import http_of
from roster_fetcher.sources.oneroster.authorization import Authorization
from roster_fetcher.sources.oneroster.client import Client, Service
from roster_fetcher.sources.oneroster.settings import OneRosterSettings
from roster_fetcher.sources.oneroster.signatures import Signatures
from roster_fetcher.sources.oneroster.source import OneRosterSource
from roster_fetcher.sources.oneroster.tokens import Tokens
from roster_fetcher.sources.protocol import Opening, Source


@asynccontextmanager
async def open_source(opening: Opening) -> AsyncIterator[Source]:
    """A source that talks to one service while the context lasts."""
    settings = checked(OneRosterSettings, opening)
    service = Service(settings.base_url, settings.page_size, settings.parallel)
    credential = f"{settings.base_url} {settings.client_id.get_secret_value()}"
    async with http_of(opening, credential, per_minute=settings.requests_per_minute) as http:
        authorization: Authorization = Tokens(http, settings)
        if settings.auth == "oauth1":
            authorization = Signatures(settings.client_id, settings.client_secret, settings.signature_method)
        yield OneRosterSource(Client(http, service, authorization, opening.patience), settings.school_types)
