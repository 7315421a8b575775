"""Pages are set aside as long as they are the known ones, and come back when one differs."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence, Set
from typing import Any
from uuid import uuid4

import pytest

from common.testing.waiting import wait_for
from roster_fetcher.ahead import ahead
from roster_fetcher.ledger import Entry
from roster_fetcher.page_memory import Memory
from roster_fetcher.reading import Reading
from roster_fetcher.sources.oneroster.mapping import ORGS, USERS, SchoolMapping
from roster_fetcher.sources.protocol import EVERYTHING, Changes, Cursor, Endpoint, KnownPage, Page


class Reader:
    """Reads pages that are given; each holds as many rows as it has bytes."""

    endpoints: Sequence[Endpoint] = (ORGS, USERS)
    proof: Mapping[str, Set[str]] = {}
    owners: Mapping[str, str] = {}
    changes: Changes = EVERYTHING

    def __init__(self, **pages: list[bytes]) -> None:
        self.mapping = SchoolMapping("o-1")
        self._pages = pages

    async def pages(self, endpoint: Endpoint, entry: Entry, known: Sequence[KnownPage]) -> AsyncGenerator[Page, None]:
        for place, content in enumerate(self._pages[endpoint.name]):
            expected = known[place].digest if place < len(known) else None
            rows = None if expected == content else [*content]
            yield Page(content, content, 1, len(content), rows=rows)

    def decode(self, endpoint: Endpoint, page: Page) -> list[Any]:
        return page.rows or [*page.content]

    def cursor(self) -> Cursor | None:
        return None


def memory(**pages: list[bytes]) -> Memory:
    known = {name: [KnownPage(content, len(content)) for content in contents] for name, contents in pages.items()}
    return Memory(1, uuid4(), known, {})


async def read(reading: Reading) -> list[tuple[str, bytes | None]]:
    return [
        (arrival.endpoint.name, arrival.page.content if arrival.page else None) async for arrival in reading.arrivals()
    ]


async def test_without_a_memory_everything_arrives_in_order() -> None:
    reading = Reading(Reader(orgs=[b"o"], users=[b"ab", b"c"]), None)
    assert await read(reading) == [
        ("orgs", b"o"), ("orgs", None), ("users", b"ab"), ("users", b"c"), ("users", None),
    ]  # fmt: skip
    assert (reading.unchanged, reading.rows) == (False, 4)


async def test_when_every_page_is_known_nothing_arrives() -> None:
    pages = {"orgs": [b"o"], "users": [b"ab", b"c"]}
    reading = Reading(Reader(**pages), memory(**pages))
    assert await read(reading) == []
    assert (reading.unchanged, reading.rows) == (True, 4)


@pytest.mark.parametrize(
    "users", [[b"ab", b"d"], [b"ab"], [b"ab", b"c", b"e"], [b"x", b"ab", b"c"]], ids=["other", "fewer", "more", "first"]
)
async def test_one_page_that_differs_brings_all_back(users: list[bytes]) -> None:
    reading = Reading(Reader(orgs=[b"o"], users=users), memory(orgs=[b"o"], users=[b"ab", b"c"]))
    assert await read(reading) == [
        ("orgs", b"o"), ("orgs", None), *(("users", content) for content in users), ("users", None),
    ]  # fmt: skip
    assert not reading.unchanged


async def test_an_endpoint_that_is_not_read_any_more_is_a_difference() -> None:
    reader = Reader(orgs=[b"o"], users=[])
    reader.endpoints = (ORGS,)
    reading = Reading(reader, memory(orgs=[b"o"], users=[]))
    assert await read(reading) == [("orgs", b"o"), ("orgs", None)]


async def test_the_pages_read_are_remembered_unless_some_are_missing() -> None:
    reading = Reading(Reader(orgs=[b"o"], users=[b"ab"]), None)
    await read(reading)
    assert reading.pages == memory(orgs=[b"o"], users=[b"ab"]).pages
    reading.ledger["users"].miss("a page failed")
    assert reading.pages is None


async def test_an_error_comes_after_what_came_before_it() -> None:
    async def broken() -> AsyncGenerator[int, None]:
        yield 1
        yield 2
        raise LookupError("here")

    items = ahead(broken())
    assert [await anext(items), await anext(items)] == [1, 2]
    with pytest.raises(LookupError, match="here"):
        await anext(items)


async def test_working_ahead_is_one_item_ahead_and_stops_when_nobody_wants_more() -> None:
    made, closed = [], asyncio.Event()

    async def endless() -> AsyncGenerator[int, None]:
        try:
            for number in range(1000):
                made.append(number)
                yield number
        finally:
            closed.set()

    items = ahead(endless())
    assert await anext(items) == 0
    await wait_for(lambda: len(made) == 3, what="one item in use, one that waits, one being handed over")
    await items.aclose()
    assert closed.is_set()
