"""moodle-sync at work in the test's process: give it a roster, wait for the run's end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from cryptography.fernet import Fernet
from pydantic import SecretStr

from common.bus import Bus
from common.db import Pool, create_pool
from common.delivery import Consumer
from common.events import RosterFetched, RunEvent, SyncCompleted, SyncFailed
from common.sealing import SecretBox
from common.settings import CommonSettings
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from moodle_sync.__main__ import routes
from moodle_sync.handlers import fail_run
from moodle_sync.running import Tools
from moodle_sync.settings import Settings
from moodle_sync.site import Turns
from simulators.moodle import MoodleSimulator

from .district import Roster, declare_district, keep_snapshot, set_up_school

TOKEN = "token-of-the-test"


class Bench:
    """The service's surroundings: the registry, the rosters, the events."""

    def __init__(
        self, dashboard: Pool, fetcher: Pool, scheduler: Pool, sync: Pool, bus: Bus, probe: EventProbe
    ) -> None:
        self.dashboard, self.fetcher, self.scheduler, self.sync = dashboard, fetcher, scheduler, sync
        self.bus, self.probe = bus, probe
        self.box = SecretBox(SecretStr(Fernet.generate_key().decode()))

    async def fetched(self, roster: Roster, **facts: object) -> RosterFetched:
        """Keep a roster and announce it; does not wait."""
        await set_up_school(self.dashboard, roster.school)
        event = await keep_snapshot(self.fetcher, roster, **facts)  # type: ignore[arg-type]
        await self.announce(event)
        return event

    async def announce(self, event: RosterFetched) -> None:
        """Publish through the fetcher's outbox, as the fetcher would."""
        async with UnitOfWork(self.fetcher, "roster-fetcher") as uow:
            uow.emit(event)

    async def run(self, roster: Roster, **facts: object) -> SyncCompleted | SyncFailed:
        """Keep a roster, announce it, and wait for the end of its run."""
        event = await self.fetched(roster, **facts)
        return await self.ended(event)

    async def ended(self, event: RunEvent) -> SyncCompleted | SyncFailed:
        """The end of a run."""

        def end() -> SyncCompleted | SyncFailed | None:
            ends: list[SyncCompleted | SyncFailed] = [*self.probe.all(SyncCompleted), *self.probe.all(SyncFailed)]
            return next((e for e in ends if e.run_id == event.run_id), None)

        await wait_for(end, seconds=30, what="the run's end")
        found = end()
        assert found
        return found


@asynccontextmanager
async def a_worker(bench: Bench, settings: Settings, *, stop_budget: float = 5) -> AsyncIterator[Consumer]:
    """One moodle-sync worker in this process. Without a stop budget its work is cut off where it stands."""
    async with (
        aiohttp.ClientSession() as http,
        await create_pool(settings.model_copy(update={"database_connections": 30}), "moodle-sync") as locks,
    ):
        tools = Tools(settings, http, Turns(locks, settings.moodle_in_flight), bench.box)
        async with running(
            "moodle-sync", routes(tools), bench.bus, bench.sync, on_park=fail_run, stop_budget=stop_budget
        ) as consumer:
            yield consumer


@asynccontextmanager
async def a_bench(pool_of: PoolOf, bus: Bus, probe: EventProbe, moodle: MoodleSimulator) -> AsyncIterator[Bench]:
    """The surroundings, with the outboxes of the others relayed."""
    bench = Bench(
        await pool_of("dashboard-api"),
        await pool_of("roster-fetcher"),
        await pool_of("scheduler"),
        await pool_of("moodle-sync"),
        bus,
        probe,
    )
    await declare_district(bench.dashboard, moodle.base_url, TOKEN, bench.box)
    async with (
        running("roster-fetcher", {}, bus, bench.fetcher, pools=()),
        running("scheduler", {}, bus, bench.scheduler, pools=()),
        running("dashboard-api", {}, bus, bench.dashboard, pools=()),
    ):
        yield bench


def settings_for(settings: CommonSettings, **changes: object) -> Settings:
    """moodle-sync's settings on top of the test's common ones; quick to give up."""
    fields = {**settings.model_dump(), "secret_key": "unused", "moodle_timeout_seconds": 2, **changes}
    return Settings.model_validate(fields)
