"""What unit tests of commands share."""

from collections.abc import Iterator

import pytest

from .described_dashboard import DescribedDashboard, described_dashboard


@pytest.fixture(scope="session")
def listening() -> Iterator[DescribedDashboard]:
    with described_dashboard() as dashboard:
        yield dashboard


@pytest.fixture
def described(listening: DescribedDashboard) -> DescribedDashboard:
    """A dashboard that was asked nothing yet."""
    listening.asked.clear()
    listening.refuses.clear()
    listening.instead.clear()
    return listening
