"""Reads collections of a OneRoster REST service, page by page."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.sources.http import Answer, Http, patiently
from roster_fetcher.sources.oneroster import traits
from roster_fetcher.sources.oneroster.authorization import Authorization
from roster_fetcher.sources.oneroster.changes import REFUSES_FILTER, server_time
from roster_fetcher.sources.oneroster.pages import Part, join, page_of
from roster_fetcher.sources.oneroster.pages_ahead import PagesAhead
from roster_fetcher.sources.oneroster.paging import Paging, announced_rows
from roster_fetcher.sources.protocol import ChangesRefusedError, KnownPage, Page
from roster_fetcher.sources.refusals import NotThereError, refusal

T = TypeVar("T")

LACKS_LIST = (405, 501)
"""Answers, besides 404, of servers that have no lists of a school."""


class Service(NamedTuple):
    """Where a service is and how it is asked: rows a page, and pages at once."""

    base_url: str
    page_size: int
    parallel: int


class Wanted(NamedTuple):
    """What is asked for: a collection, at a path below the base, perhaps filtered; and the pages of last time.

    `of_school`: the path is that of one school's list, which not all servers have.
    """

    name: str
    path: str
    filter: str
    known: Sequence[KnownPage]
    of_school: bool = False


class Client:
    """One service. `began` is when it was asked first, by its own clock if it shows one."""

    def __init__(self, http: Http, service: Service, authorization: Authorization, patience: Patience) -> None:
        self._http = http
        self._service = service
        self._authorization = authorization
        self._patience = patience
        self._asked = False
        self.began = datetime.now(UTC)

    async def collection(
        self, name: str, entry: Entry, known: Sequence[KnownPage] = (), *, school: str = "", chosen: str = ""
    ) -> AsyncGenerator[Page, None]:
        """The pages of a collection: of one school if it is named and the server has that, else of all.

        `chosen` is a filter. Raises `ChangesRefusedError` if the server does not know it.
        """
        if school:
            path = f"schools/{quote(school, safe='')}/{name}"
            try:
                async with aclosing(self._pages(Wanted(name, path, chosen, known, of_school=True), entry)) as pages:
                    async for page in pages:
                        page.narrowed = True
                        yield page
                return
            except NotThereError:
                if entry.pages:
                    raise
                entry.quirk(traits.no_list_of_a_school(name))
        async with aclosing(self._pages(Wanted(name, name, chosen, known), entry)) as pages:
            async for page in pages:
                yield page

    async def _pages(self, wanted: Wanted, entry: Entry) -> AsyncGenerator[Page, None]:
        paging = Paging()
        before: Part | None = None
        async with PagesAhead(partial(self._page, wanted, entry)) as ahead:
            while not paging.ended:
                await ahead.prepare(paging.ahead(self._service.parallel))
                answer, page = await ahead.page(paging.position - paging.overlap, paging.pages)
                moved = before is not None and not join(wanted.name, page, before, paging.overlap)
                fresh = page.received > page.repeated
                if before and fresh:
                    self._note_cut(before, entry)
                announced = announced_rows(answer.headers.get("X-Total-Count"))
                paging.took(page.received, page.repeated, announced, moved=moved)
                entry.pages += 1
                entry.announced = paging.announced
                if page.received:
                    yield page
                before = page if fresh or before is None else before
        _conclude(paging, entry)

    def _note_cut(self, page: Part, entry: Entry) -> None:
        if (rows := page.received + page.overlap) < self._service.page_size:
            entry.quirk(traits.cut(rows, self._service.page_size))

    async def _page(self, wanted: Wanted, entry: Entry, offset: int, number: int) -> tuple[Answer, Part]:
        # The order is asked for always: servers promise none, and paging by offset needs one.
        # A page of one row has no place for a new one behind an overlap.
        query = {"limit": max(self._service.page_size, 2), "offset": offset, "sort": "sourcedId", "orderBy": "asc"}
        if wanted.filter:
            query["filter"] = wanted.filter
        url = f"{self._service.base_url}/{wanted.path}?{urlencode(query, quote_via=quote)}"
        expected = wanted.known[number] if number < len(wanted.known) else None

        def accept(answer: Answer) -> tuple[Answer, Part]:
            return answer, page_of(wanted.name, answer, offset, expected)

        return await patiently(self._patience, lambda: self._get(url, wanted, entry, accept, first=offset == 0))

    async def _get(self, url: str, wanted: Wanted, entry: Entry, accept: Callable[[Answer], T], *, first: bool) -> T:
        header = await self._authorization.header(url, entry)
        answer = await self._ask(url, entry, header)
        if answer.status == 401 and self._authorization.refused(header):
            answer = await self._ask(url, entry, await self._authorization.header(url, entry))
        if first:
            _must_offer(answer, wanted)
        if trouble := refusal(answer, wanted.name, self._authorization.meanings):
            raise trouble
        return accept(answer)

    async def _ask(self, url: str, entry: Entry, header: str) -> Answer:
        answer = await self._http.exchange("GET", url, entry, {"Authorization": header})
        if not self._asked:
            self._asked, self.began = True, server_time(answer.headers) or self.began
        return answer


def _must_offer(answer: Answer, wanted: Wanted) -> None:
    """Whether a server knows a filter, or a school's list, shows at the first page."""
    what, status = wanted.name, answer.status
    if wanted.filter and status in REFUSES_FILTER:
        raise ChangesRefusedError(f"The source refuses to tell which {what} changed (HTTP {status}).")
    if wanted.of_school and status in LACKS_LIST:
        raise NotThereError("SOURCE_BAD_RESPONSE", f"The source has no list of a school's {what} (HTTP {status}).")


def _conclude(paging: Paging, entry: Entry) -> None:
    if paging.announced is None:
        entry.quirk(traits.NOT_ANNOUNCED)
    if missing := paging.missing():
        entry.miss(missing)
