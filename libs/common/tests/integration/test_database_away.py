"""PostgreSQL stops and comes back while events are handled: they are tried again, and each takes effect once."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from common.bus import Bus
from common.events import SyncOrdered
from common.migrate import migrate
from common.testing.effects import Effects, Orders
from common.testing.running import running
from common.testing.waiting import wait_for
from rosterbus_local.postgres import PrivatePostgres


@pytest.fixture
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PrivatePostgres]:
    """A server that this test may stop."""
    server = PrivatePostgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def database_url(postgres: PrivatePostgres) -> SecretStr:
    url = SecretStr(postgres.database_url)
    for service in ("scheduler", "dashboard-api"):
        await migrate(url, service)
    return url


async def test_no_event_is_lost_and_none_handled_twice_while_the_database_is_away(
    postgres: PrivatePostgres, bus: Bus, effects: Effects, orders: Orders
) -> None:
    told = await orders.tell(60)
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool, delays=(0.5, 1, 2, 2, 2, 2, 2)):
        await wait_for(effects.taken, what="the first effects")
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(postgres.start)
        await effects.wait_for(*told)
