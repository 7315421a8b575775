"""Working ahead: the next item is being made while this one is used."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def ahead(items: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same items, in order; at most one waits while the next is made. An error comes where it happened.

    Close it (`contextlib.aclosing`) to stop what works ahead.
    """
    done: asyncio.Queue[T | _End] = asyncio.Queue(1)
    task = asyncio.create_task(_fill(done, items))
    try:
        while not isinstance(item := await done.get(), _End):
            yield item
        if item.error:
            raise item.error
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _End:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


async def _fill(done: "asyncio.Queue[T | _End]", items: AsyncGenerator[T, None]) -> None:
    try:
        async with aclosing(items):
            async for item in items:
                await done.put(item)
    except Exception as error:
        await done.put(_End(error))
    else:
        await done.put(_End())
