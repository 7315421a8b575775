"""Reads collections of a OneRoster REST service, page by page."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.sources.http import Answer, Http, digest, json_of, not_as_expected, patiently, unpack
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.paging import Paging, announced_rows
from roster_fetcher.sources.oneroster.settings import OneRosterSettings
from roster_fetcher.sources.oneroster.tokens import Tokens
from roster_fetcher.sources.protocol import KnownPage, Page
from roster_fetcher.sources.refusals import NotThereError, refusal

T = TypeVar("T")


class Client:
    """One service with its token."""

    def __init__(self, http: Http, settings: OneRosterSettings, patience: Patience) -> None:
        self._http = http
        self._settings = settings
        self._patience = patience
        self._tokens = Tokens(http, settings)

    async def collection(
        self, name: str, school: str, entry: Entry, known: Sequence[KnownPage]
    ) -> AsyncGenerator[Page, None]:
        """The pages of a collection: of one school if it is named and the server has that, else of all."""
        if school:
            path = f"schools/{quote(school, safe='')}/{name}"
            try:
                async for page in self._pages(name, path, entry, known):
                    page.narrowed = True
                    yield page
                return
            except NotThereError:
                if entry.pages:
                    raise
        async for page in self._pages(name, name, entry, known):
            yield page

    async def _pages(
        self, name: str, path: str, entry: Entry, known: Sequence[KnownPage]
    ) -> AsyncGenerator[Page, None]:
        paging, before = Paging(), None
        while not paging.ended:
            expected = known[entry.pages] if entry.pages < len(known) else None
            answer, page = await self._page(name, path, paging.received, entry, expected)
            if page.rows and before:
                drop_repeats(page, decode(name, before))
            paging.took(page.received, page.repeated, announced_rows(answer.headers.get("X-Total-Count")))
            entry.pages += 1
            entry.announced = paging.announced
            if page.received:
                yield page
            before = page
        if missing := paging.missing():
            entry.miss(missing)

    async def _page(
        self, name: str, path: str, offset: int, entry: Entry, expected: KnownPage | None
    ) -> tuple[Answer, Page]:
        # The order is asked for always: servers promise none, and paging by offset needs one.
        query = {"limit": self._settings.page_size, "offset": offset, "sort": "sourcedId", "orderBy": "asc"}
        url = f"{self._settings.base_url}/{path}?{urlencode(query)}"

        def accept(answer: Answer) -> tuple[Answer, Page]:
            page = Page(answer.body, digest(answer.body, packed=answer.packed), offset + 1, 0, packed=answer.packed)
            if expected and expected.digest == page.digest:
                page.received = expected.rows
            else:
                page.rows = _rows(name, answer)
                page.received = len(page.rows)
            return answer, page

        return await patiently(self._patience, lambda: self._get(url, name, entry, accept))

    async def _get(self, url: str, what: str, entry: Entry, accept: Callable[[Answer], T]) -> T:
        answer = await self._ask(url, entry)
        if answer.status == 401:
            self._tokens.forget()
            answer = await self._ask(url, entry)
        if trouble := refusal(answer, what):
            raise trouble
        return accept(answer)

    async def _ask(self, url: str, entry: Entry) -> Answer:
        token = await self._tokens.current(entry)
        return await self._http.exchange("GET", url, entry, {"Authorization": f"Bearer {token}"})


def decode(name: str, page: Page) -> list[wire.Row]:
    """The rows of a page."""
    if page.rows is None:
        page.rows = wire.decode(name, unpack(page.content, packed=page.packed))
    return page.rows


def drop_repeats(page: Page, before: Sequence[wire.Row]) -> None:
    """Take out rows that the page before had as well, in the same words: they slid while we were reading."""
    assert page.rows is not None
    earlier = {row.sourced_id: row for row in before if isinstance(row, wire.Known)}
    fresh = [row for row in page.rows if not isinstance(row, wire.Known) or earlier.get(row.sourced_id) != row]
    page.repeated = len(page.rows) - len(fresh)
    page.rows = fresh


def _rows(name: str, answer: Answer) -> list[wire.Row]:
    """The rows of an answer. Raises `PassingTrouble` for what is none."""
    try:
        return wire.decode(name, json_of(answer, name))
    except wire.WrongShapeError as error:
        raise not_as_expected(answer, name, error) from None
