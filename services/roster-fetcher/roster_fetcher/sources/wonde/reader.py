"""Reads one school from Wonde: everything, or what changed."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence, Set
from datetime import datetime
from urllib.parse import quote

import msgspec

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.http import PassingTrouble, digest
from roster_fetcher.sources.protocol import (
    Changes,
    ChangesRefusedError,
    Cursor,
    Endpoint,
    KnownPage,
    Page,
    SourceTrouble,
)
from roster_fetcher.sources.refusals import NotThereError
from roster_fetcher.sources.wonde import decoding, wire
from roster_fetcher.sources.wonde.client import Client, IncludesRefusedError, List, decode
from roster_fetcher.sources.wonde.lists import CONTACTS, DELETED, OWNERS, SCHOOL, Lists, deleted_type
from roster_fetcher.sources.wonde.mapping import SchoolMapping
from roster_fetcher.sources.wonde.parts import CONTACTS_OF_STUDENTS, Parts, left_out
from roster_fetcher.sources.wonde.region import Region, address_in, empty_here
from roster_fetcher.sources.wonde.settings import WondeSettings
from roster_fetcher.sources.wonde.since import Since
from roster_fetcher.values import text

REFUSED = ("AUTH_FORBIDDEN", "SOURCE_BAD_RESPONSE")
"""Codes of lists that a source does not give at all; the second one if it does not know them."""


class WondeReader:
    """Reads one school. Asks Wonde at `base_url` where its data are, and reads them there."""

    owners: Mapping[str, str] = OWNERS

    def __init__(self, client: Client, settings: WondeSettings, school_key: str, since: Since | None) -> None:
        lists = Lists(settings.families, settings.staff, since is not None)
        self.endpoints: Sequence[Endpoint] = lists.endpoints
        self.changes: Changes = lists.how
        self.proof: Mapping[str, Set[str]] = lists.proof
        self.mapping = SchoolMapping(staff=settings.staff, changes=since is not None)
        self._client = client
        self._base_url = settings.base_url
        self._path = f"schools/{quote(school_key, safe='')}"
        self._school_key = school_key
        self._since = since
        self._parts = Parts(families=settings.families)
        self._region = Region("", "")
        self._address = settings.base_url
        self._began: datetime | None = None
        self._rows: Counter[str] = Counter()

    async def pages(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        """The pages of an endpoint. Raises `SourceTrouble`, `ChangesRefusedError`."""
        if endpoint == SCHOOL:
            yield await self._school(entry, known)
            return
        async for page in self._list(endpoint, entry, known):
            self._rows[endpoint.entity] += page.received
            self._note_left_out(endpoint, page, entry)
            yield page
        if endpoint == self.endpoints[-1]:
            self._look_back(entry)

    def decode(self, endpoint: Endpoint, page: Page) -> list[wire.Row]:
        """The rows of a page."""
        if endpoint == SCHOOL and page.rows is None:
            page.rows = [decoding.decode_one("schools", page.content)]
        return decode(_rows_of(endpoint), page)

    def cursor(self) -> Cursor | None:
        """When this reading began."""
        if self._began is None:
            return None
        since = Since(self._began, sorted(self._parts.refused))
        doubt = ""
        if CONTACTS_OF_STUDENTS.name in self._parts.refused:
            doubt = "The source does not tell students' contacts, and a contact may not change with a new child."
        return Cursor(since.value(), doubt)

    async def _school(self, entry: Entry, known: Sequence[KnownPage]) -> Page:
        """Look the school up: which also tells where its data are, and what time it is there."""
        try:
            single = await self._client.single(f"{self._base_url}/{self._path}", "the school", entry)
        except NotThereError:
            raise _not_found(self._school_key) from None
        row = decoding.decode_one("schools", single.data)
        if not isinstance(row, wire.School) or not text(row.id):
            raise _not_found(self._school_key)
        if isinstance(row.region, wire.Place):
            self._region = Region(text(row.region.code), text(row.region.domain))
        self._address = address_in(self._region, self._base_url)
        self._began = single.given_at
        entry.pages += 1
        # Only what matters to us: anything else that moves would make us read everything.
        content = msgspec.json.encode(row)
        page = Page(content, digest(content, packed=False), 1, 1, rows=[row])
        if known and known[0].digest == page.digest:
            page.rows = None
        return page

    async def _list(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        try:
            async for page in self._with_parts(endpoint, entry, known):
                yield page
        except SourceTrouble as trouble:
            if isinstance(trouble, PassingTrouble) or trouble.code not in REFUSED:
                raise
            if endpoint in DELETED:
                raise ChangesRefusedError(f"{trouble} So what was deleted is not known.") from None
            if endpoint != CONTACTS or entry.pages or trouble.code != "AUTH_FORBIDDEN":
                raise
            # Without families the rest of the roster is still worth having.
            entry.remark("INCLUDE_NOT_AVAILABLE", str(trouble))
            entry.miss("The source does not give the contacts. Grant that permission, or switch families off.")

    async def _with_parts(
        self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]
    ) -> AsyncGenerator[Page, None]:
        """The pages with all that can be included; if the source refuses, with what it gives when asked one by one."""
        try:
            async for page in self._client.rows(self._asked(endpoint), entry, known):
                yield page
            return
        except IncludesRefusedError:
            if entry.pages:
                raise
        for part in self._parts.of(endpoint.name):
            alone = self._asked(endpoint)._replace(includes=(part.include,))
            if not await self._client.gives(alone, entry):
                self._parts.refuse(part, entry)
        self._compare_parts(self._parts.refused - set(self._since.refused if self._since else ()))
        async for page in self._client.rows(self._asked(endpoint), entry, known):
            yield page

    def _asked(self, endpoint: Endpoint) -> List:
        """The list as it is asked for, with the parts that are not refused."""
        query: dict[str, str] = {}
        if self._since and endpoint.name in self.changes.endpoints:
            query["updated_after"] = self._since.updated_after()
        if endpoint in DELETED:
            query["type"] = deleted_type(endpoint)
        name = _rows_of(endpoint)
        includes = tuple(part.include for part in self._parts.given(endpoint.name))
        return List(f"{self._address}/{self._path}/{name}", name, includes, query)

    def _note_left_out(self, endpoint: Endpoint, page: Page, entry: Entry) -> None:
        """Pages that are known were whole the last time."""
        lacking = left_out(self._parts.given(endpoint.name), page.rows or ())
        if lacking and self._since:
            raise ChangesRefusedError(lacking)
        if lacking:
            entry.miss(lacking)

    def _compare_parts(self, others: Set[str]) -> None:
        if self._since and others:
            raise ChangesRefusedError(f"The source gives other parts than the last time: {', '.join(sorted(others))}.")

    def _look_back(self, entry: Entry) -> None:
        """All was read: is it of the same kind as the last time, and is there anything at all?"""
        if self._since:
            self._compare_parts(set(self._since.refused) - self._parts.refused)
        nothing = not self._rows["class"] and (self._since is not None or not self._rows["user"])
        elsewhere = empty_here(self._region, self._address) if nothing else None
        if elsewhere and self._since:
            raise ChangesRefusedError("The source gives no classes, and may not be the one that has them.")
        if elsewhere:
            raise elsewhere
        if nothing and not self._since:
            where = f" Its data are in the region {self._region.code} at {self._region.domain}, which was asked."
            what = "The source gives no people and no classes of this school."
            entry.remark("SOURCE_EMPTY", what + (where if self._region.domain else ""))


def _rows_of(endpoint: Endpoint) -> str:
    """What an endpoint's rows are: a key of `decoding.ROWS`."""
    return "schools" if endpoint == SCHOOL else endpoint.name.partition("/")[0]


def _not_found(school_key: str) -> SourceTrouble:
    return SourceTrouble(
        "SCHOOL_NOT_FOUND",
        f"The source shares no school with the id {school_key}, or base_url leads to the server of another region. "
        "Share it, correct base_url, or list the district's schools again.",
    )
