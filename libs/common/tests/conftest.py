"""The proofs' fixtures: the database's owner, the scheduler's effects, and the dashboard's orders with their relay."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from pydantic import SecretStr

from common.bus import Bus
from common.db import Connection
from common.testing.effects import Effects, Orders
from common.testing.fixtures import PoolOf
from common.testing.running import relaying


@pytest.fixture
async def owner(database_url: SecretStr) -> AsyncIterator[Connection]:
    """The database as its owner sees it, beyond the services' roles."""
    conn = await asyncpg.connect(database_url.get_secret_value())
    yield conn
    await conn.close()


@pytest.fixture
async def effects(pool_of: PoolOf, owner: Connection) -> Effects:
    """What handlers of the scheduler do and did."""
    return await Effects.create(owner, await pool_of("scheduler"))


@pytest.fixture
async def unrelayed(pool_of: PoolOf) -> Orders:
    """Orders that stay in the outbox until the test runs a relay."""
    return Orders(await pool_of("dashboard-api"))


@pytest.fixture
async def orders(unrelayed: Orders, bus: Bus) -> AsyncIterator[Orders]:
    """Orders that are published at once."""
    async with relaying("dashboard-api", bus, unrelayed.pool) as relay:
        yield Orders(unrelayed.pool, relay.wake)
