"""A small district, and simulators that are stopped after each test."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from simulators.clever import CleverSimulator
from simulators.clever.reader import Reader
from simulators.generate import District, Quirks, generate

from ..support.serving import serving

Serve = Callable[..., Awaitable[Reader]]


@pytest.fixture(scope="session")
def district() -> District:
    quirks = Quirks(
        deleted_user=1, missing_email=1, invalid_email=1, unknown_user=1, class_without_term=1, unlinked_guardian=1
    )
    return generate(seed=4, schools=3, students_per_school=60, two_schools=0.1, quirks=quirks)


@pytest.fixture
async def serve(district: District) -> AsyncIterator[Serve]:
    """Start a simulator of the district (or another one) and give a client of it."""
    async with serving(CleverSimulator, Reader, district) as start:
        yield start
