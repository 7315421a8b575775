"""The dashboard, served on a free port; with consumer and relay where a test asks for them."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from common.bus import Bus
from common.db import create_web_pool
from common.health import Health
from common.sealing import SecretBox
from common.settings import CommonSettings
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from dashboard_api.__main__ import ROUTES
from dashboard_api.app import around, create_app
from dashboard_api.auth import passwords
from dashboard_api.auth.shown import shown
from dashboard_api.context import Context
from dashboard_api.hints import Hints
from dashboard_api.http_server import make_server, serve
from dashboard_api.settings import Settings

from .surroundings import NORTH, SECRET_KEY, Dashboard
from .workers import Workers

APP = create_app()
"""One for all tests of a process, one after the other: FastAPI takes a third of a second to make its routes."""


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is slow on purpose, and tests sign in a thousand times."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
async def context(settings: CommonSettings, pool_of: PoolOf) -> AsyncIterator[Context]:
    pool = await pool_of("dashboard-api")
    own = Settings(
        database_url=settings.database_url,
        amqp_url=settings.amqp_url,
        secret_key=SecretStr(SECRET_KEY),
        database_connections=settings.database_connections,
    )
    box = SecretBox(own.secret_key)
    web = await create_web_pool(settings, "dashboard-api", shown)
    yield Context(own, web, pool, Health(), box, Hints(pool), lambda: UnitOfWork(web, "dashboard-api"))
    web.terminate()


@pytest.fixture
async def dashboard(context: Context, pool_of: PoolOf) -> AsyncIterator[Dashboard]:
    """With nothing in it, and no broker: events are handed to their handlers."""
    server = make_server(around(context, APP), "127.0.0.1", 0, shutdown_seconds=2)
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(serve(server, context, stopping)), asyncio.create_task(context.hints.run())]
    await wait_for(lambda: server.started)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    fetcher = await pool_of("roster-fetcher")
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Dashboard(context, context.whole, fetcher, http, url)
    stopping.set()
    await tasks[0]
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def north(dashboard: Dashboard) -> Dashboard:
    """With a district of two schools, all set up."""
    await dashboard.declare(NORTH)
    await dashboard.list_schools({"1": "Ashgrove Primary", "2": "Beech Hill School"})
    return dashboard


@pytest.fixture
async def delivering(north: Dashboard, bus: Bus, probe: EventProbe) -> AsyncIterator[Dashboard]:
    """With its consumer and relay at work; the probe hears all that these send, the district's declaration first."""
    async with running("dashboard-api", ROUTES, bus, north.pool):
        yield north


@pytest.fixture
async def workers(dashboard: Dashboard, pool_of: PoolOf) -> Workers:
    """The tables that roster-fetcher and moodle-sync keep."""
    return Workers(dashboard.fetcher, await pool_of("moodle-sync"))
