"""Simulators inside a test, with a client of each, that are stopped after it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

import aiohttp

from simulators.generate import District
from simulators.shared.simulator import Simulator

AnySimulator = TypeVar("AnySimulator", bound=Simulator)
AnyReader = TypeVar("AnyReader")


@asynccontextmanager
async def serving(
    simulator: Callable[..., AnySimulator],
    reader: Callable[[AnySimulator, aiohttp.ClientSession], AnyReader],
    district: District,
) -> AsyncIterator[Callable[..., Awaitable[AnyReader]]]:
    """Give a function that starts a simulator of the district (or another one) and gives a client of it."""
    async with AsyncExitStack() as stack, aiohttp.ClientSession() as http:

        async def start(served: District = district, **settings: object) -> AnyReader:
            started = simulator(served, **settings)
            await stack.enter_async_context(started)
            return reader(started, http)

        yield start
