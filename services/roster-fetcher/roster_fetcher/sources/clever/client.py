"""Reads Clever's lists page by page, and single records."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.decoding import WrongShapeError, decode_page, next_query
from roster_fetcher.sources.clever.refusals import refused
from roster_fetcher.sources.clever.settings import CleverSettings
from roster_fetcher.sources.clever.tokens import DistrictToken
from roster_fetcher.sources.http import Answer, Http, digest, json_of, not_as_expected, patiently, unpack
from roster_fetcher.sources.protocol import KnownPage, Page

T = TypeVar("T")
Query = Mapping[str, str]
Pages = AsyncGenerator[Page, None]
Rows = list[wire.Row | wire.Malformed]


class Listing(NamedTuple):
    """A list: its path below the base, what its rows are (`wire.ROWS`), and what is asked for beside the page.

    `single`: it is one record, which is read as a page of one row and takes no `limit`.
    """

    path: str
    collection: str
    query: Query = MappingProxyType({})
    single: bool = False


SMALLEST_PAGE = 100
"""Rows a page to which we go down when Clever says that a page is too large."""


class TooLargeError(Exception):
    """413: a page of this size is not given."""


class Client:
    """The Data API with one district's token."""

    def __init__(self, http: Http, settings: CleverSettings, patience: Patience) -> None:
        self._http = http
        self._base_url = settings.base_url
        self._patience = patience
        self._token = DistrictToken(http, settings)
        self._limit = settings.page_size

    async def pages(self, listing: Listing, entry: Entry, known: Sequence[KnownPage] = ()) -> Pages:
        """The pages of a list, by following `next` to the end; empty ones are left out.

        A page that equals the known one at its place is not decoded. Raises `NotThereError` if whose list it is does
        not exist, and `SourceTrouble`.
        """
        query: Query | None = listing.query
        places, cursors = iter(known), set[str]()
        while query is not None:
            page, query = await self._page(listing, query, entry, next(places, None))
            entry.pages += 1
            if page.received:
                yield page
            cursor = query.get("starting_after", "") if query else ""
            if query is not None and cursor in cursors:
                entry.miss(f"The source leads from page to page in a circle, at {cursor}.")
                return
            cursors.add(cursor)

    async def newest_event(self, entry: Entry) -> str:
        """The id of the newest event, blank if none is kept. Raises `SourceTrouble`."""
        path = f"events?{urlencode({'ending_before': 'last', 'limit': 1})}"
        rows = await self._get(path, "events", entry, lambda answer: _rows("events", answer))
        return next((str(row.id) for row in rows if isinstance(row, wire.Row) and row.id), "")

    async def _page(
        self, listing: Listing, query: Query, entry: Entry, expected: KnownPage | None
    ) -> tuple[Page, Query | None]:
        def accept(answer: Answer) -> tuple[Page, Query | None]:
            page = _page_of(answer)
            if expected and expected.digest == page.digest:
                page.received = expected.rows
            else:
                page.rows = _rows(listing.collection, answer)
                page.received = len(page.rows)
            return page, _next(listing.collection, answer)

        while True:
            asked = {} if listing.single else {**listing.query, **query, "limit": self._limit}
            path = f"{listing.path}?{urlencode(asked)}" if asked else listing.path
            try:
                return await self._get(path, listing.collection, entry, accept)
            except TooLargeError:
                self._limit = max(SMALLEST_PAGE, self._limit // 2)

    async def _get(self, path: str, what: str, entry: Entry, accept: Callable[[Answer], T]) -> T:
        async def attempt() -> T:
            answer = await self._ask(path, entry)
            if answer.status == 401 and self._token.replace():
                answer = await self._ask(path, entry)
            if answer.status == 413 and self._limit > SMALLEST_PAGE:
                raise TooLargeError
            if trouble := refused(answer, what):
                raise trouble
            return accept(answer)

        return await patiently(self._patience, attempt)

    async def _ask(self, path: str, entry: Entry) -> Answer:
        token = await self._token.current(entry)
        url = f"{self._base_url}/{path}"
        return await self._http.exchange("GET", url, entry, {"Authorization": f"Bearer {token}"})


def decode(collection: str, page: Page) -> Rows:
    """The rows of a page."""
    rows: Rows | None = page.rows
    return decode_page(collection, unpack(page.content, packed=page.packed)) if rows is None else rows


def quoted(key: str) -> str:
    """An id as part of a path."""
    return quote(key, safe="")


def _page_of(answer: Answer) -> Page:
    return Page(answer.body, digest(answer.body, packed=answer.packed), 1, 0, packed=answer.packed)


def _rows(collection: str, answer: Answer) -> Rows:
    """The rows of an answer. Raises `PassingTrouble` for what is none."""
    try:
        return decode_page(collection, json_of(answer, collection))
    except WrongShapeError as error:
        raise not_as_expected(answer, collection, error) from None


def _next(collection: str, answer: Answer) -> Query | None:
    """The next page's query, in which the limit is ours to choose; None after the last."""
    try:
        query = next_query(unpack(answer.body, packed=answer.packed))
    except WrongShapeError as error:
        raise not_as_expected(answer, collection, error) from None
    return None if query is None else dict(parse_qsl(query))
