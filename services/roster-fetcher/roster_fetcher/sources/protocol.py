"""What every kind of source offers the fetcher, so that one pipeline reads them all.

A `Source` is opened with a district's settings and secrets. Its `SchoolReader` reads one school: endpoint after
endpoint, page after page. Pages arrive as bytes; the pipeline has them decoded, turns each row into records of the
roster model, keeps these and forgets the page. When every page is the same as last time, none is decoded.
"""

from collections.abc import AsyncGenerator, Callable, Sequence, Set
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from common.errors import Permanent
from roster_fetcher.findings import Notes
from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.roster import Body

Records = Sequence[tuple[str, Body]]
"""What a row gives: keys and bodies; none for a row that is only looked up by others."""
Convert = Callable[[Any, Notes], Records | None]
"""Turns a row into records. None: the row is out of scope or, if a finding was noted, skipped."""
ANSWER_KEPT = 500


class SourceTrouble(Permanent):
    """The source cannot be read now. `code` is in the catalogue; the text is a sentence for the operator.

    `answer` is how the source's own answer began. It may hold personal data: never log or publish it.
    """

    def __init__(self, code: str, message: str, *, answer: str = "") -> None:
        super().__init__(message, code=code)
        self.answer = answer[:ANSWER_KEPT]


class Endpoint(NamedTuple):
    """Something that is read to its end: a collection, a file. `entity` says what its rows are."""

    name: str
    entity: str


class KnownPage(NamedTuple):
    """A page of the last complete fetch."""

    digest: bytes
    rows: int


class Page(Struct):
    """A page as it came. `content` is the source's own: bytes that it can decode, now or later.

    `received` counts its rows, `repeated` those of them that the page before had too; `first` is the number of its
    first row, from 1. `rows` holds what was decoded on arrival, None for a page that is known. `narrowed`: the source
    was asked for this school's rows only.
    """

    content: bytes
    digest: bytes
    first: int
    received: int
    repeated: int = 0
    rows: list[Any] | None = None
    packed: bool = False
    narrowed: bool = False


class ListedSchool(NamedTuple):
    """A school that a source shares."""

    source_school_id: str
    name: str
    identifier: str


class Mapping(Protocol):
    """From the rows of one school to its records. Pure but for what it remembers of rows that others refer to."""

    def strangers(self, rows: Sequence[Any]) -> dict[int, str]:
        """Users among these rows who belong to the school only if they are enrolled in a class of it: place → key."""
        ...

    def converter(self, endpoint: Endpoint, page: Page, away: Set[int]) -> Convert:
        """What turns this page's rows into records; `away` are the numbers of the strangers' rows who do not belong."""
        ...

    def ended(self, endpoint: Endpoint, *, complete: bool) -> None:
        """All rows of the endpoint were converted. Raises `SourceTrouble` if the rest is of no use."""
        ...

    def keep_classes(self, keys: Set[str]) -> None:
        """Classes of the last snapshot, which count as known where the classes were not read to their end."""
        ...


class SchoolReader(Protocol):
    """Reads one school's roster, once."""

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """In the order of reading: what others refer to comes first, enrolments before users."""
        ...

    @property
    def mapping(self) -> Mapping:
        """What the rows mean."""
        ...

    def pages(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        """The endpoint's pages. Notes pages, announced rows, bytes and what is missing in `entry`.

        A page that equals the known one at its place is not decoded. Raises `SourceTrouble`.
        """
        ...

    def decode(self, endpoint: Endpoint, page: Page) -> list[Any]:
        """The page's rows, without those repeated. Called for pages in the order in which they were read."""
        ...


class Source(Protocol):
    """An opened source."""

    async def schools(self) -> list[ListedSchool]:
        """The schools that the source shares. Raises `SourceTrouble`."""
        ...

    def school(self, source_school_id: str) -> SchoolReader:
        """A reader of one school."""
        ...


class Opening(NamedTuple):
    """What a source is opened with."""

    settings: dict[str, Any]
    secrets: dict[str, str]
    patience: Patience


Opener = Callable[[Opening], AbstractAsyncContextManager[Source]]
"""Opens a source. Raises `SourceTrouble` (SETTINGS_INVALID and the like) for what cannot be opened."""
