"""Waiting for what comes, with a limit and a clear failure, instead of sleeping."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def wait_for(
    condition: Callable[[], Awaitable[T | None]], *, seconds: float = 20, every: float = 0.02, what: str = ""
) -> T: ...


@overload
async def wait_for(
    condition: Callable[[], T | None], *, seconds: float = 20, every: float = 0.02, what: str = ""
) -> T: ...


async def wait_for(condition: Callable[[], Any], *, seconds: float = 20, every: float = 0.02, what: str = "") -> Any:
    """The first truthy result of `condition`, asked each `every` seconds. Raises AssertionError after `seconds`."""
    end = monotonic() + seconds
    while True:
        result = condition()
        value = await result if inspect.isawaitable(result) else result
        if value:
            return value
        if monotonic() > end:
            raise AssertionError(f"did not happen within {seconds} s: {what or inspect.getsource(condition).strip()}")
        await asyncio.sleep(every)
