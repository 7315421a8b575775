import pytest

from common.testing.fixtures import PoolOf

from ..support.north import North


@pytest.fixture
async def north(pool_of: PoolOf) -> North:
    """The test district, without a source yet."""
    return North(await pool_of("dashboard-api"), await pool_of("roster-fetcher"))
