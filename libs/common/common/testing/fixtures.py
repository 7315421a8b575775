"""Fixtures on top of `database_url` and `amqp_url`, which the repository's conftest gives each test."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pydantic import SecretStr

from common.bus import Bus
from common.db import Pool, create_pool
from common.events import Service
from common.settings import CommonSettings
from common.testing.probe import EventProbe

NOWHERE = SecretStr("amqp://nowhere.invalid")
PoolOf = Callable[[Service], Awaitable[Pool]]


@pytest.fixture
def settings(request: pytest.FixtureRequest, database_url: SecretStr) -> CommonSettings:
    """Settings that lead to this test's database, and to its virtual host if it needs one: making it takes its time."""
    needed = {"bus", "amqp_url"} & {*request.fixturenames}
    amqp_url = request.getfixturevalue("amqp_url") if needed else NOWHERE
    return CommonSettings(database_url=database_url, amqp_url=amqp_url, database_connections=8)


@pytest.fixture
async def pool_of(settings: CommonSettings) -> AsyncIterator[PoolOf]:
    """`await pool_of("scheduler")`: a pool that works in the schema, and with the role, of that service."""
    pools: list[Pool] = []

    async def make(service: Service) -> Pool:
        pools.append(await create_pool(settings, service))
        return pools[-1]

    yield make
    for pool in pools:
        pool.terminate()


@pytest.fixture
async def bus(amqp_url: SecretStr) -> AsyncIterator[Bus]:
    """A connection to this test's virtual host."""
    async with Bus(amqp_url, "test") as connected:
        yield connected


@pytest.fixture
async def probe(bus: Bus) -> AsyncIterator[EventProbe]:
    """Hears every event from now on."""
    async with EventProbe(bus) as listening:
        yield listening
