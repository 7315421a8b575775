"""The proofs' fixtures: the database's owner, the scheduler's effects, the dashboard's orders, worker processes."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from common.bus import Bus
from common.db import Connection
from common.settings import CommonSettings
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


WORKER = Path(__file__).parents[1] / "support" / "worker.py"
StartWorker = Callable[..., Awaitable[Process]]


@pytest.fixture
async def start_worker(settings: CommonSettings, effects: Effects) -> AsyncIterator[StartWorker]:
    """`await start_worker("waits", shutdown_seconds=1)`: a service process of its own, see support/worker.py."""
    workers: list[Process] = []

    async def start(behaviour: str, **more: object) -> Process:
        urls = {
            "database_url": settings.database_url.get_secret_value(),
            "amqp_url": settings.amqp_url.get_secret_value(),
        }
        env = {f"ROSTERBUS_{key.upper()}": str(value) for key, value in {**urls, "http_port": 0, **more}.items()}
        worker = await asyncio.create_subprocess_exec(
            sys.executable, str(WORKER), behaviour, env={**os.environ, **env}, stdout=DEVNULL
        )
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()
