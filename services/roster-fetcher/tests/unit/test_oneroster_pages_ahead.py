"""Pages that are asked for ahead come in order, and are given up when they are not wanted any more."""

import asyncio

import pytest

from roster_fetcher.sources.oneroster.pages_ahead import PagesAhead


class Server:
    """Answers when it is told to, and knows what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        self.given_up: list[int] = []
        self.open = asyncio.Event()

    async def page(self, offset: int, number: int) -> str:
        self.asked.append((offset, number))
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.given_up.append(offset)
            raise
        if offset == 666:
            raise ValueError("no such page")
        return f"page {number}"


async def test_pages_are_asked_for_together_and_come_in_order() -> None:
    server = Server()
    async with PagesAhead(server.page) as ahead:
        await ahead.prepare({100: 1, 200: 2, 300: 3})
        first = asyncio.ensure_future(ahead.page(100, 1))
        await asyncio.sleep(0)
        assert server.asked == [(100, 1), (200, 2), (300, 3)]
        server.open.set()
        assert [await first, await ahead.page(200, 2), await ahead.page(300, 3)] == ["page 1", "page 2", "page 3"]
    assert len(server.asked) == 3


async def test_a_page_that_was_not_prepared_is_asked_for_in_its_turn() -> None:
    server = Server()
    server.open.set()
    async with PagesAhead(server.page) as ahead:
        assert await ahead.page(0, 0) == "page 0"
    assert server.asked == [(0, 0)]


async def test_pages_that_are_not_wanted_any_more_are_given_up() -> None:
    server = Server()
    async with PagesAhead(server.page) as ahead:
        await ahead.prepare({100: 1, 200: 2})
        await asyncio.sleep(0)
        await ahead.prepare({100: 1})
        assert server.given_up == [200]
    assert server.given_up == [200, 100]


async def test_a_page_that_fails_fails_in_its_turn() -> None:
    server = Server()
    server.open.set()
    async with PagesAhead(server.page) as ahead:
        await ahead.prepare({100: 1, 666: 2})
        assert await ahead.page(100, 1) == "page 1"
        with pytest.raises(ValueError, match="no such page"):
            await ahead.page(666, 2)
