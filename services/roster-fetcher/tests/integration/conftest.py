from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from common.db import create_pool
from common.settings import CommonSettings

from ..support.north import North


@pytest.fixture
async def north(database_url: SecretStr) -> AsyncIterator[North]:
    """The test district, without a source yet. No broker: what is told stays in the outbox."""
    settings = CommonSettings(database_url=database_url, amqp_url=SecretStr("amqp://none"), database_connections=4)
    dashboard, fetcher = await create_pool(settings, "dashboard-api"), await create_pool(settings, "roster-fetcher")
    yield North(dashboard, fetcher)
    dashboard.terminate()
    fetcher.terminate()
