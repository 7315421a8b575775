"""A small district, and simulators that are stopped after each test."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from simulators.generate import District, Quirks, generate
from simulators.wonde import WondeSimulator
from simulators.wonde.reader import Reader

from ..support.serving import serving

Serve = Callable[..., Awaitable[Reader]]


@pytest.fixture(scope="session")
def district() -> District:
    quirks = Quirks(deleted_user=1, deleted_enrolment=1, disabled_user=1, other_school=1, unknown_user=1)
    return generate(seed=4, schools=3, students_per_school=60, two_schools=0.1, quirks=quirks)


@pytest.fixture
async def serve(district: District) -> AsyncIterator[Serve]:
    """Start a simulator of the district (or another one) and give a client of it."""
    async with serving(WondeSimulator, Reader, district) as start:
        yield start
