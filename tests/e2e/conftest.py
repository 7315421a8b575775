from collections.abc import AsyncIterator

import pytest

from common.bus import Bus
from common.settings import CommonSettings
from common.testing.fixtures import PoolOf

from .support.system import System, a_system


@pytest.fixture
async def system(settings: CommonSettings, pool_of: PoolOf, bus: Bus) -> AsyncIterator[System]:
    async with a_system(settings, pool_of, bus) as running:
        yield running
