"""Reads the files of a OneRoster CSV package as pages of rows."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence, Set
from hashlib import blake2b
from typing import IO

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.mapping import CLASSES, COURSES, ENROLLMENTS, ORGS, OWNERS, PROOF, SESSIONS, USERS
from roster_fetcher.sources.oneroster_csv.blocks import blocks, parse, read_header
from roster_fetcher.sources.oneroster_csv.manifest import Manifest, read_manifest
from roster_fetcher.sources.oneroster_csv.mapping import ROLES, CsvSchoolMapping
from roster_fetcher.sources.oneroster_csv.package import Package
from roster_fetcher.sources.oneroster_csv.role_index import RoleIndex
from roster_fetcher.sources.oneroster_csv.wire import MakeRow, RoleRow, row_maker
from roster_fetcher.sources.protocol import EVERYTHING, Changes, Cursor, Endpoint, KnownPage, Page

ENDPOINTS = (ORGS, SESSIONS, COURSES, CLASSES, ENROLLMENTS, ROLES, USERS)
"""In the order of reading: roles before the users that they belong to."""
DIGEST_BYTES = 16


class CsvReader:
    """Reads one school from an opened package."""

    def __init__(self, package: Package, roles: RoleIndex, school_key: str) -> None:
        self._package = package
        self._roles = roles
        self._manifest: Manifest = read_manifest(package)
        self._makers: dict[str, MakeRow] = {}
        self.endpoints: Sequence[Endpoint] = [e for e in ENDPOINTS if e.name in self._manifest.files]
        self.mapping = CsvSchoolMapping(school_key)

    changes: Changes = EVERYTHING
    proof: Mapping[str, Set[str]] = PROOF
    owners: Mapping[str, str] = OWNERS

    async def pages(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        """The blocks of a file. Reading to the end checks the zip's own checksum, so what was read is complete."""
        first = 1
        with self._package.open(endpoint.name) as file:
            header, columns = read_header(file, endpoint.name)
            self._makers[endpoint.name] = row_maker(endpoint.name, columns, self._manifest.version)
            remaining = blocks(file, endpoint.name)
            while (block := await asyncio.to_thread(next, remaining, None)) is not None:
                page = Page(block, blake2b(header + block, digest_size=DIGEST_BYTES).digest(), first, 0)
                self._count(endpoint, page, known[entry.pages] if entry.pages < len(known) else None)
                entry.pages += 1
                first += page.received
                yield page

    def decode(self, endpoint: Endpoint, page: Page) -> list[wire.Row]:
        """The rows of a block. Roles are taken in here and given to the users, whose file comes later."""
        cells = page.rows if page.rows is not None else parse(page.content, endpoint.name, page.first)
        rows = [*map(self._makers[endpoint.name], cells)]
        if endpoint == ROLES:
            self._roles.add(row for row in rows if isinstance(row, RoleRow))
        if endpoint == USERS and ROLES in self.endpoints:
            self._roles.give(row for row in rows if isinstance(row, wire.User))
        return rows

    def cursor(self) -> Cursor | None:
        """Packages are read whole."""
        return None

    def _count(self, endpoint: Endpoint, page: Page, expected: KnownPage | None) -> None:
        if expected and expected.digest == page.digest:
            page.received = expected.rows
        else:
            page.rows = parse(page.content, endpoint.name, page.first)
            page.received = len(page.rows)


def read_orgs(package: Package) -> list[wire.Row]:
    """All organisations of a package."""
    manifest = read_manifest(package)
    with package.open(ORGS.name) as file:
        return _all_rows(file, manifest)


def _all_rows(file: IO[bytes], manifest: Manifest) -> list[wire.Row]:
    _, columns = read_header(file, ORGS.name)
    make = row_maker(ORGS.name, columns, manifest.version)
    return [make(cells) for block in blocks(file, ORGS.name) for cells in parse(block, ORGS.name, 1)]
