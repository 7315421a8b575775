"""What every kind of source offers the fetcher, so that one pipeline reads them all.

A `Source` is opened with a district's settings and secrets. Its `SchoolReader` reads one school: endpoint after
endpoint, page after page. Pages arrive as bytes; the pipeline has them decoded, turns each row into records of the
roster model, keeps these and forgets the page. When every page is the same as last time, none is decoded.
"""

from collections.abc import AsyncGenerator, Callable, Sequence, Set
from collections.abc import Mapping as Mapping_
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from common.db import Pool
from common.errors import Permanent
from common.reach import Sockets
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


class Cursor(NamedTuple):
    """From where the next reading of changes begins: a moment or an event before the first row of this reading.

    `value` is the kind's own. `doubt`, if any, is a sentence that says why changes since then could not be trusted.
    """

    value: str
    doubt: str = ""


class ChangesRefusedError(Exception):
    """What changed cannot be told reliably, so that everything must be read. The text is a sentence that says why."""


class Changes(NamedTuple):
    """How changes are read. Everything but `endpoints` is about a reading that has some.

    `endpoints`: names of those that give only rows that changed. A row of theirs that is no record any more ends the
    record, and a row stands for the parts of its record too (`SchoolReader.owners`).
    `carried`: entities that these endpoints tell of, whose unmentioned records stand.
    `must_stand`: names of endpoints, read whole, on which records of unmentioned rows depend: if one of them changed,
    everything is read.
    `recalled`: entities of which the mapping must know the last snapshot's keys (`Mapping.recall`).
    """

    endpoints: Set[str] = frozenset()
    carried: Set[str] = frozenset()
    must_stand: Set[str] = frozenset()
    recalled: Set[str] = frozenset()


EVERYTHING = Changes()


class Mapping(Protocol):
    """From the rows of one school to its records. Pure but for what it remembers of rows that others refer to."""

    def about(self, endpoint: Endpoint, row: Any) -> tuple[str, str] | None:
        """The record that a row is about: entity and key; None if it says neither."""
        ...

    def strangers(self, rows: Sequence[Any]) -> dict[int, str]:
        """Users among these rows who belong to the school only if they are enrolled in a class of it: place → key."""
        ...

    def converter(self, endpoint: Endpoint, page: Page, away: Set[int]) -> Convert:
        """What turns this page's rows into records; `away` are the numbers of the strangers' rows who do not belong."""
        ...

    def ended(self, endpoint: Endpoint, *, complete: bool) -> None:
        """All rows of the endpoint were converted. Raises `SourceTrouble` if the rest is of no use."""
        ...

    def context(self, endpoint: Endpoint) -> bytes | None:
        """A digest of all that decides, beside a page's own rows, what becomes of them; asked before each page.

        None for endpoints whose rows the mapping remembers, so that they must be decoded, and where it is not known.
        Who is enrolled need not be part of it.
        """
        ...

    def recall(self, entity: str, keys: Set[str]) -> None:
        """Records of the last snapshot, which count as known where their rows do not all come."""
        ...


class SchoolReader(Protocol):
    """Reads one school's roster, once: everything, or what changed since a cursor.

    Reading changes, some endpoints give only the rows that changed; the records that these do not mention stand as
    they were. The others are read whole. So a reading of changes ends in the same snapshot as one of everything, or it
    is refused (`ChangesRefusedError`, from any method) and everything is read.
    """

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """In the order of reading: what others refer to comes first, enrolments before users."""
        ...

    @property
    def changes(self) -> Changes:
        """Which endpoints tell only what changed; `EVERYTHING` in a full reading."""
        ...

    @property
    def proof(self) -> Mapping_[str, Set[str]]:
        """Entity → names of all endpoints that could show a record of it. If all were read, a missing one is gone."""
        ...

    @property
    def owners(self) -> Mapping_[str, str]:
        """Entities whose records are parts of another's row, and the entity of that row: `{"enrolment": "class"}`.

        A part that does not fit the others is left out without its row.
        """
        ...

    @property
    def mapping(self) -> Mapping:
        """What the rows mean."""
        ...

    def pages(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        """The endpoint's pages. Notes pages, announced rows, bytes, answers, quirks and what is missing in `entry`.

        A page that equals the known one at its place is not decoded. Raises `SourceTrouble`.
        """
        ...

    def decode(self, endpoint: Endpoint, page: Page) -> list[Any]:
        """The page's rows, without those repeated. Called for pages in the order in which they were read."""
        ...

    def cursor(self) -> Cursor | None:
        """Where to read on the next time. Asked when all was read; None if this kind tells no changes."""
        ...


class Source(Protocol):
    """An opened source."""

    async def schools(self) -> list[ListedSchool]:
        """The schools that the source shares. Raises `SourceTrouble`."""
        ...

    def school(self, source_school_id: str, since: str | None = None) -> SchoolReader:
        """A reader of one school: of what changed since a cursor's value, or of everything."""
        ...


class Opening(NamedTuple):
    """What a source is opened with. In `pool` workers share the pace of their requests; None: there are no others.

    `sockets` makes the sockets, and refuses addresses that workers must not open; None: any are opened.
    """

    settings: dict[str, Any]
    secrets: dict[str, str]
    patience: Patience
    pool: Pool | None = None
    sockets: Sockets | None = None


Opener = Callable[[Opening], AbstractAsyncContextManager[Source]]
"""Opens a source. Raises `SourceTrouble` (SETTINGS_INVALID and the like) for what cannot be opened."""
