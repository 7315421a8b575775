"""Pages that are asked for before it is their turn. They come in order."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Generic, Self, TypeVar

P = TypeVar("P")

Ask = Callable[[int, int], Awaitable[P]]
"""Asks for the page at an offset, which is the so-manieth (from 0)."""


class PagesAhead(Generic[P]):
    """Use with `async with`: what is under way at the end is given up."""

    def __init__(self, ask: Ask[P]) -> None:
        self._ask = ask
        self._under_way: dict[int, asyncio.Task[P]] = {}

    async def page(self, offset: int, number: int) -> P:
        """The page at an offset, be it under way or not."""
        task = self._under_way.pop(offset, None)
        return await (task if task is not None else self._ask(offset, number))

    async def prepare(self, places: Mapping[int, int]) -> None:
        """Ask for the pages at these offsets (with their numbers), and give up all others."""
        await self._give_up([offset for offset in self._under_way if offset not in places])
        for offset, number in places.items():
            if offset not in self._under_way:
                self._under_way[offset] = asyncio.ensure_future(self._ask(offset, number))

    async def _give_up(self, offsets: list[int]) -> None:
        tasks = [self._under_way.pop(offset) for offset in offsets]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._give_up([*self._under_way])
