"""Reads Wonde's lists, page by page."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode

from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.sources.http import Answer, Http, digest, json_of, not_as_expected, patiently
from roster_fetcher.sources.protocol import KnownPage, Page, SourceTrouble
from roster_fetcher.sources.refusals import Meaning, refusal
from roster_fetcher.sources.wonde import decoding, wire
from roster_fetcher.sources.wonde.paging import Paging
from roster_fetcher.sources.wonde.settings import WondeSettings

MEANINGS: dict[int, Meaning] = {
    **dict.fromkeys(
        (400, 422), ("SOURCE_BAD_RESPONSE", "does not take the request. Lower page_size, or check base_url")
    ),
    403: ("AUTH_FORBIDDEN", "does not let us read this. The school has not approved it, or a permission is missing"),
}


class IncludesRefusedError(SourceTrouble):
    """400 or 422 to a request with includes: one of them is not known or not permitted there."""


class List(NamedTuple):
    """A list to be read: its address, what its rows are (a key of `decoding.ROWS`), and how it is asked for."""

    url: str
    name: str
    includes: tuple[str, ...] = ()
    query: Mapping[str, str] = {}

    def first_page(self, rows: int) -> str:
        """The address of the first page of so many rows. Pages by cursor stand still while rows come and go."""
        included = {"include": ",".join(self.includes)} if self.includes else {}
        query = included | {"per_page": rows, "cursor": "true"} | dict(self.query)
        return f"{self.url}?{urlencode(query, safe=',:', quote_via=quote)}"


class Single(NamedTuple):
    """One record as it came, and when the source gave it, by its own clock if it tells the time."""

    data: bytes
    given_at: datetime


class Client:
    """Wonde with a key."""

    def __init__(self, http: Http, settings: WondeSettings, patience: Patience) -> None:
        self._http = http
        self._patience = patience
        self._page_size = settings.page_size
        self._headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}

    async def single(self, url: str, what: str, entry: Entry) -> Single:
        """One record. Raises `SourceTrouble`, `NotThereError` if there is none."""

        async def attempt() -> Single:
            answer = await self._get(url, what, entry)
            return Single(bytes(_body(answer, what).data), _moment_of(answer))

        return await patiently(self._patience, attempt)

    async def rows(self, asked: List, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        """The pages of a list. Raises `SourceTrouble`, `IncludesRefusedError` for the first page at once."""
        paging, before = Paging(asked.first_page(self._page_size), asked.name), None
        while paging.url:
            expected = known[entry.pages] if entry.pages < len(known) else None
            page, links = await self._page(asked, paging, entry, expected)
            if page.rows and before:
                drop_repeats(page, decode(asked.name, before))
            paging.took(page.received, page.repeated, links, entry)
            entry.pages += 1
            if page.received:
                yield page
            before = page

    async def gives(self, asked: List, entry: Entry) -> bool:
        """Whether the source gives this list with these includes."""
        try:
            await patiently(self._patience, lambda: self._get(asked.first_page(1), asked.name, entry))
        except IncludesRefusedError:
            return False
        return True

    async def _page(
        self, asked: List, paging: Paging, entry: Entry, expected: KnownPage | None
    ) -> tuple[Page, decoding.Links | None]:
        async def attempt() -> tuple[Page, decoding.Links | None]:
            answer = await self._get(paging.url, asked.name, entry)
            body = _body(answer, asked.name)
            # Only the rows count: links may differ from time to time.
            data = bytes(body.data)
            page = Page(data, digest(data, packed=False), paging.received + 1, 0)
            if expected and expected.digest == page.digest:
                page.received = expected.rows
            else:
                page.rows = _rows(asked.name, data, answer)
                page.received = len(page.rows)
            meta = body.meta if isinstance(body.meta, decoding.Meta) else decoding.Meta()
            return page, meta.pagination if isinstance(meta.pagination, decoding.Links) else None

        return await patiently(self._patience, attempt)

    async def _get(self, url: str, what: str, entry: Entry) -> Answer:
        answer = await self._http.exchange("GET", url, entry, self._headers)
        trouble = refusal(answer, what, MEANINGS)
        if trouble is None:
            return answer
        if answer.status in (400, 422) and "include=" in url:
            raise IncludesRefusedError(trouble.code, str(trouble), answer=trouble.answer)
        raise trouble


def decode(name: str, page: Page) -> list[wire.Row]:
    """The rows of a page."""
    if page.rows is None:
        page.rows = decoding.decode(name, page.content)
    return page.rows


def drop_repeats(page: Page, before: Sequence[wire.Row]) -> None:
    """Take out rows that the page before had as well: they slid while we were reading."""
    assert page.rows is not None
    earlier = {row.id for row in before if isinstance(row, wire.Known)}
    fresh = [row for row in page.rows if not isinstance(row, wire.Known) or row.id not in earlier]
    page.repeated = len(page.rows) - len(fresh)
    page.rows = fresh


def _body(answer: Answer, what: str) -> decoding.Body:
    try:
        return decoding.open_body(json_of(answer, what))
    except decoding.WrongShapeError as error:
        raise not_as_expected(answer, what, error) from None


def _rows(name: str, data: bytes, answer: Answer) -> list[wire.Row]:
    try:
        return decoding.decode(name, data)
    except decoding.WrongShapeError as error:
        raise not_as_expected(answer, name, error) from None


def _moment_of(answer: Answer) -> datetime:
    """When an answer was given: its Date header, else our own clock (RFC 9110, 6.6.1)."""
    try:
        moment = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return datetime.now(UTC)
    return moment.astimezone(UTC)
