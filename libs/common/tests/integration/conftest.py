"""The proofs' fixtures: the database's owner, the scheduler's effects, the dashboard's orders, worker processes."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from common.bus import Bus
from common.db import Connection
from common.settings import CommonSettings
from common.testing.effects import Effects, Orders
from common.testing.fixtures import PoolOf
from common.testing.running import relaying
from rosterbus_local.servers import Servers

EMPTY = ", ".join(f"{schema}.{table}" for schema in ("scheduler", "dashboard_api") for table in ("inbox", "outbox"))


@pytest.fixture(scope="module")
async def modules_database(servers: Servers, template_database: str) -> AsyncIterator[SecretStr]:
    """A database for the tests of one module, with the tables of their effects."""
    name = f"rosterbus_proof_{uuid4().hex[:12]}"
    url = f"{servers.database_url.rpartition('/')[0]}/{name}"
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY FILE_COPY")
    yield SecretStr(url)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def database_url(modules_database: SecretStr) -> SecretStr:
    """Emptied for each test, which takes a tenth of the time that a database of its own would."""
    conn = await asyncpg.connect(modules_database.get_secret_value())
    await conn.execute(f"TRUNCATE {EMPTY}")
    await conn.close()
    return modules_database


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
async def start_worker(settings: CommonSettings, amqp_url: SecretStr, effects: Effects) -> AsyncIterator[StartWorker]:
    """`await start_worker("waits", shutdown_seconds=1)`: a service process of its own, see support/worker.py."""
    workers: list[Process] = []

    async def start(behaviour: str, **more: object) -> Process:
        urls = {
            "database_url": settings.database_url.get_secret_value(),
            "amqp_url": amqp_url.get_secret_value(),
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
