"""A small district, and simulators that are stopped after each test."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from simulators.generate import District, Quirks, generate
from simulators.oneroster import OneRosterSimulator
from simulators.oneroster.reader import Reader

from ..support.serving import serving

Serve = Callable[..., Awaitable[Reader]]


@pytest.fixture(scope="session")
def district() -> District:
    quirks = Quirks(deleted_user=2, deleted_enrolment=1, inactive_enrolment=1, awkward_id=1, missing_email=1)
    return generate(seed=4, schools=3, students_per_school=60, two_schools=0.1, quirks=quirks)


@pytest.fixture
async def serve(district: District) -> AsyncIterator[Serve]:
    """Start a simulator of the district (or another one) and give a client of it."""
    async with serving(OneRosterSimulator, Reader, district) as start:
        yield start
