"""The whole system in one process: five services on a real broker and database, between simulators."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

import dashboard_api.__main__ as dashboard_main
import moodle_sync.__main__ as moodle_main
import notifier.__main__ as notifier_main
import roster_fetcher.__main__ as fetcher_main
import scheduler.__main__ as scheduler_main
from common.bus import Bus
from common.db import Pool, create_pool, create_web_pool
from common.health import Health
from common.sealing import SecretBox
from common.settings import CommonSettings
from common.testing.fixtures import PoolOf
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from dashboard_api.app import around
from dashboard_api.auth.passwords import hash_password
from dashboard_api.auth.principal import SCOPES
from dashboard_api.auth.shown import shown
from dashboard_api.auth.tokens import hash_token, new_key
from dashboard_api.context import Context
from dashboard_api.hints import Hints
from dashboard_api.http_server import make_server, serve
from dashboard_api.queries import api_keys, operators
from dashboard_api.queries.api_keys import NewKey
from dashboard_api.queries.operators import NewOperator
from dashboard_api.settings import Settings as DashboardSettings
from moodle_sync.handlers import fail_run
from moodle_sync.moodle.reading import READS
from moodle_sync.running import Tools
from moodle_sync.settings import Settings as MoodleSettings
from moodle_sync.site import Turns
from notifier.settings import Settings as NotifierSettings
from roster_fetcher.handlers import Sources, report_parked
from roster_fetcher.settings import Settings as FetcherSettings
from roster_fetcher.sources import SOURCES
from simulators.moodle import MoodleSimulator
from simulators.smtp import MailSink

SECRET_KEY = base64.urlsafe_b64encode(bytes(32)).decode()
TOKEN = "token-of-moodle"


@dataclass(frozen=True)
class System:
    """What a person and the outside world see of it."""

    api: aiohttp.ClientSession
    url: str
    moodle: MoodleSimulator
    mails: MailSink
    fetcher: Pool
    dashboard: Pool
    context: Context

    @asynccontextmanager
    async def another_dashboard(self) -> AsyncIterator[str]:
        """The address of a second process's pages: it shares nothing with the first but database and broker."""
        async with _serving(replace(self.context, hints=Hints(self.dashboard), health=Health())) as url:
            yield url

    @property
    def writes(self) -> int:
        """Calls that Moodle has had so far, but for those that only look."""
        return sum(n for function, n in self.moodle.calls.items() if function not in READS)

    async def declare(self, source: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
        """Declare district `north`, and wait until its source or each of its `sources` has answered for its schools."""
        target = {"name": "North Moodle", "base_url": self.moodle.base_url, "token": TOKEN, "user_auth": "oauth2"}
        body = {
            "district": {"id": "north", "name": "North district", "timezone": "Europe/Amsterdam"},
            "source": source,
            "target": {**target, "roles": {"student": 5, "teacher": 3}},
            "schools": "all",
            **more,
        }
        async with self.api.put("/api/v1/districts/north", json=body) as answer:
            assert answer.status == 200, await answer.text()

        async def listed() -> bool:
            district = await self.get("/api/v1/districts/north")
            return all(source["listed_at"] or source["listing_error"] for source in district["sources"])

        await wait_for(listed, what="the list of schools")
        told: dict[str, Any] = await self.get("/api/v1/districts/north")
        return told

    async def sync(self, mode: str = "full", *, seconds: float = 90, **order: Any) -> list[dict[str, Any]]:
        """Order runs of all schools and wait for their ends."""
        async with self.api.post("/api/v1/districts/north/runs", json={"mode": mode, **order}) as answer:
            assert answer.status == 202, await answer.text()
            placed = await answer.json()

        async def ended() -> list[dict[str, Any]] | None:
            runs: list[dict[str, Any]] = (await self.get(f"/api/v1/runs?order={placed['order_id']}&limit=200"))["runs"]
            over = {"completed", "failed", "refused"}
            return runs if len(runs) == len(placed["runs"]) and all(r["status"] in over for r in runs) else None

        await wait_for(ended, seconds=seconds, every=0.2, what="the ends of all runs")
        runs = await ended()
        assert runs is not None
        return runs

    async def rest(self) -> None:
        """Wait until no run is under way or waits."""

        async def idle() -> bool:
            return not any(school["activity"] for school in (await self.get("/api/v1/schools"))["schools"])

        await wait_for(idle, seconds=90, every=0.2, what="the ends of all runs")

    async def operator(
        self, email: str, password: str, role: str = "operator", districts: list[str] | None = None
    ) -> None:
        """Somebody who may sign in to the dashboard."""
        async with self.dashboard.acquire() as conn:
            name = email.partition("@")[0].title()
            assert await operators.add(conn, NewOperator(email, name, role, districts, hash_password(password)))

    async def put(self, path: str, body: dict[str, Any]) -> None:
        """Set a resource of the API."""
        async with self.api.put(path, json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def get(self, path: str) -> Any:
        """A resource of the API."""
        async with self.api.get(path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


@asynccontextmanager
async def a_system(settings: CommonSettings, pool_of: PoolOf, bus: Bus) -> AsyncIterator[System]:
    """All of it, running while the context lasts."""
    plain = {**settings.model_dump(), "database_connections": 20}
    common = {**plain, "secret_key": SECRET_KEY}
    box = SecretBox(DashboardSettings.model_validate(common).secret_key)
    async with AsyncExitStack() as stack:
        moodle = await stack.enter_async_context(MoodleSimulator(token=TOKEN))
        mails = await stack.enter_async_context(MailSink())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        moodle_settings = MoodleSettings.model_validate(common)
        lock_settings = moodle_settings.model_copy(update={"database_connections": 30})
        locks = await stack.enter_async_context(await create_pool(lock_settings, "moodle-sync"))
        turns = Turns(locks, moodle_settings.moodle_in_flight)
        fetcher_settings = FetcherSettings.model_validate({**common, "prefetch": 4})
        notifier_settings = NotifierSettings.model_validate(
            {**plain, "smtp_host": mails.host, "smtp_port": mails.port, "dashboard_url": "https://bus.test"}
        )
        fetcher = await stack.enter_async_context(await create_pool(fetcher_settings, "roster-fetcher"))
        dashboard = await pool_of("dashboard-api")
        for started in (
            running("scheduler", scheduler_main.ROUTES, bus, await pool_of("scheduler")),
            running(
                "roster-fetcher",
                fetcher_main.routes(Sources(SOURCES, box, fetcher_settings.patience)),
                bus,
                fetcher,
                prefetch=fetcher_settings.prefetch,
                on_park=report_parked,
            ),
            running(
                "moodle-sync",
                moodle_main.routes(Tools(moodle_settings, http, turns, box)),
                bus,
                await pool_of("moodle-sync"),
                on_park=fail_run,
            ),
            running("notifier", notifier_main.routes(notifier_settings), bus, await pool_of("notifier")),
            running("dashboard-api", dashboard_main.ROUTES, bus, dashboard),
        ):
            await stack.enter_async_context(started)
        dashboard_settings = DashboardSettings.model_validate(common)
        web = await stack.enter_async_context(await create_web_pool(dashboard_settings, "dashboard-api", shown))
        context = Context(
            dashboard_settings,
            web,
            dashboard,
            Health(),
            box,
            Hints(dashboard),
            lambda: UnitOfWork(web, "dashboard-api"),
            bus,
        )
        url = await stack.enter_async_context(_serving(context))
        headers = {"Authorization": f"Bearer {await _key(dashboard)}"}
        api = await stack.enter_async_context(aiohttp.ClientSession(url, headers=headers))
        yield System(api, url, moodle, mails, fetcher, dashboard, context)


@asynccontextmanager
async def _serving(context: Context) -> AsyncIterator[str]:
    server = make_server(around(context), "127.0.0.1", 0, shutdown_seconds=2)
    stopping = asyncio.Event()
    hearing = asyncio.create_task(context.hints.run())
    serving = asyncio.create_task(serve(server, context, stopping))
    await wait_for(lambda: server.started and context.hints.listening.is_set())
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    stopping.set()
    await serving
    hearing.cancel()
    with suppress(asyncio.CancelledError):
        await hearing


async def _key(dashboard: Pool) -> str:
    token = new_key()
    async with dashboard.acquire() as conn:
        await api_keys.replace(conn, NewKey("e2e", hash_token(token), list(SCOPES), None, None))
    return token
