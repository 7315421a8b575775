"""Reads the files of OneRoster CSV packages as pages of rows."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence, Set
from hashlib import blake2b

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.mapping import CLASSES, COURSES, ENROLLMENTS, ORGS, OWNERS, PROOF, SESSIONS, USERS
from roster_fetcher.sources.oneroster_csv.files import OpenFile, open_file
from roster_fetcher.sources.oneroster_csv.lookups import Lookups
from roster_fetcher.sources.oneroster_csv.mapping import LOOKED_UP, PROFILES, ROLES, CsvSchoolMapping
from roster_fetcher.sources.oneroster_csv.stock import Stock
from roster_fetcher.sources.protocol import EVERYTHING, Changes, Cursor, Endpoint, KnownPage, Page

ENDPOINTS = (ORGS, SESSIONS, COURSES, CLASSES, ENROLLMENTS, ROLES, PROFILES, USERS)
"""In the order of reading: roles and profiles before the users that they belong to."""
DIGEST_BYTES = 16


class CsvReader:
    """Reads one school, always everything: nobody sees that there were deltas."""

    def __init__(self, stock: Stock, lookups: Lookups, school_key: str) -> None:
        self._stock = stock
        self._lookups = lookups
        self._files: dict[str, OpenFile] = {}
        self.endpoints: Sequence[Endpoint] = [e for e in ENDPOINTS if e.name in stock.chain.files]
        self.mapping = CsvSchoolMapping(school_key)

    changes: Changes = EVERYTHING
    proof: Mapping[str, Set[str]] = PROOF
    owners: Mapping[str, str] = OWNERS

    async def pages(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        """The blocks of a file. Reading to the end checks the zip's own checksum, so what was read is complete."""
        await self._stock.bring(entry)
        first = 1
        with open_file(self._stock.parts(endpoint.name)) as file:
            self._files[endpoint.name] = file
            while (block := await asyncio.to_thread(next, file.blocks, None)) is not None:
                page = Page(block, blake2b(file.salt + block, digest_size=DIGEST_BYTES).digest(), first, 0)
                _count(file, page, known[entry.pages] if entry.pages < len(known) else None)
                if not page.received:  # blank lines only
                    continue
                entry.pages += 1
                first += page.received
                yield page
        for quirk in file.quirks:
            entry.quirk(quirk)

    def decode(self, endpoint: Endpoint, page: Page) -> list[wire.Row]:
        """The rows of a block. Roles and profiles are taken in here and given to the users, whose file comes later."""
        file = self._files[endpoint.name]
        parsed = page.rows if page.rows is not None else file.parse(page.content, page.first)
        rows = [*map(file.make, parsed)]
        self._look_up(endpoint, page, rows)
        return rows

    def cursor(self) -> Cursor | None:
        """Packages are read whole."""
        return None

    def _look_up(self, endpoint: Endpoint, page: Page, rows: list[wire.Row]) -> None:
        if endpoint in LOOKED_UP:
            self.mapping.will_look_up(page)
        if endpoint == ROLES:
            self._lookups.add_roles(rows)
        elif endpoint == PROFILES:
            self._lookups.add_profiles(rows)
        elif endpoint == USERS and ROLES in self.endpoints:
            self._lookups.give_roles(rows)
            self._lookups.give_usernames(rows)


async def read_orgs(stock: Stock) -> list[wire.Row]:
    """All organisations."""
    await stock.bring(Entry(*ORGS))
    return await asyncio.to_thread(_all_rows, stock)


def _all_rows(stock: Stock) -> list[wire.Row]:
    with open_file(stock.parts(ORGS.name)) as file:
        return [file.make(row) for block in file.blocks for row in file.parse(block, 1)]


def _count(file: OpenFile, page: Page, expected: KnownPage | None) -> None:
    if expected and expected.digest == page.digest:
        page.received = expected.rows
    else:
        page.rows = file.parse(page.content, page.first)
        page.received = len(page.rows)
