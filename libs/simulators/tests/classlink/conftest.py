"""A small district, and ClassLinks that are stopped after each test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from simulators.classlink import ClassLinkSimulator
from simulators.generate import District, Quirks, generate

Serve = Callable[..., Awaitable[ClassLinkSimulator]]


@pytest.fixture(scope="session")
def district() -> District:
    return generate(seed=5, schools=2, students_per_school=30, quirks=Quirks(deleted_user=1))


@pytest.fixture
async def serve(district: District) -> AsyncIterator[Serve]:
    """Start a ClassLink of the district."""
    async with AsyncExitStack() as stack:

        async def start(**settings: object) -> ClassLinkSimulator:
            simulator = ClassLinkSimulator(district, **settings)  # type: ignore[arg-type]
            return await stack.enter_async_context(simulator)

        yield start
