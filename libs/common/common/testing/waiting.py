"""Waiting for what comes, with a limit and a clear failure, instead of sleeping."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


async def wait_for(condition: Callable[[], T | Awaitable[T]], *, seconds: float = 20, what: str = "") -> T:
    """The first truthy result of `condition`, asked about each 20 ms. Raises AssertionError after `seconds`."""
    end = monotonic() + seconds
    while True:
        result = condition()
        value: T = await result if inspect.isawaitable(result) else result
        if value:
            return value
        if monotonic() > end:
            raise AssertionError(f"did not happen within {seconds} s: {what or inspect.getsource(condition).strip()}")
        await asyncio.sleep(0.02)
