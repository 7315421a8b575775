from datetime import UTC, datetime

import pytest

from common.testing.fixtures import PoolOf

from ..support.plant import HandClock, Plant


@pytest.fixture
async def at_work(pool_of: PoolOf) -> Plant:
    """A scheduler that somebody ticks by hand, at noon of a Monday in winter."""
    clock = HandClock(datetime(2027, 1, 11, 12, tzinfo=UTC))
    return Plant(await pool_of("dashboard-api"), await pool_of("scheduler"), clock)
