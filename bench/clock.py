"""The night's wave: `python -m bench.clock`. How fast 10,000 schools that are due at once are admitted and published,
how long a small district waits among big ones, and how much faster more workers are.

The burst is measured from the tick that finds them due to the broker's last confirmation, on private servers. Fairness:
one district of 1,000 schools and 20 of ten begin together; four workers take what was told in its order, each run one
unit of time; the last small district's end against ten times its fair share of the workers. Scaling: workers that wait
for a source, as many runs on one and on four.
"""

import argparse
import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import structlog
from pydantic import SecretStr

from common import topology
from common.bus import Bus
from common.db import Pool, create_pool
from common.envelope import Envelope, decode
from common.event_model import ALL_SERVICES
from common.events import SyncCompleted, SyncRequested
from common.migrate import migrate
from common.outbox import Relay
from common.registry import school_id
from common.settings import CommonSettings
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from rosterbus_local.servers import Servers, ensure_servers, unused_folder
from rosterbus_local.vhosts import create_vhost, delete_vhost, with_vhost
from scheduler import clock
from scheduler.__main__ import ROUTES
from scheduler.admission import AT_ONCE, admit_in

FOLDER = Path(__file__).parents[1] / ".local" / "bench"
NIGHT = datetime(2027, 1, 11, 19, tzinfo=UTC)
BURST_SECONDS = 60
WAITS_AT_MOST = 3.0
SCALES_AT_LEAST = 3.2
LATENCY_SECONDS = 0.05
WORKERS = 4


@dataclass(frozen=True)
class Stage:
    """Private servers, and the pools of those who take part."""

    settings: CommonSettings
    scheduler: Pool
    dashboard: Pool
    bus: Bus

    async def plant(self, district: str, schools: int, parallel: int) -> None:
        """A district whose schools all sync at 20:00 in Amsterdam."""
        await self.dashboard.execute(
            "INSERT INTO district (id, name, timezone, nightly, spread_minutes, max_parallel) "
            "VALUES ($1, $1, 'Europe/Amsterdam', '20:00', 0, $2)",
            district,
            parallel,
        )
        await self.dashboard.execute("INSERT INTO source VALUES ($1, 's', 'oneroster', '{}', '')", district)
        await self.dashboard.execute(
            "INSERT INTO target (district_id, id, name, base_url, roles, secrets, max_parallel) "
            "VALUES ($1, 'm', 'M', 'http://m', '{}', '', $2)",
            district,
            parallel,
        )
        await self.dashboard.executemany(
            "INSERT INTO school (district_id, id, source_id, source_school_id, target_id, name, scheduled_since) "
            "VALUES ($1, $2, 's', $3, 'm', $3, '2020-01-01')",
            [(district, school_id(district, "s", str(n)), str(n)) for n in range(schools)],
        )

    def work(self) -> UnitOfWork:
        """The scheduler's unit of work."""
        return UnitOfWork(self.scheduler, "scheduler")

    async def end(self, run: SyncRequested) -> None:
        """The workers are done with a run."""
        event = _end(run)
        cause = Envelope(event, "bench")
        await ROUTES[SyncCompleted](event, UnitOfWork(self.scheduler, "scheduler", cause=cause))

    async def tick(self, in_flight: int) -> None:
        """What the leader does when the night comes."""
        await clock.note_nights(self.work(), NIGHT)
        while await clock.start_nights(self.work(), NIGHT):
            pass
        while await admit_in(self.work(), in_flight) == AT_ONCE:
            pass

    async def told(self) -> list[SyncRequested]:
        """What stands in the outbox, taken out of it."""
        rows = await self.scheduler.fetch(
            "WITH gone AS (DELETE FROM outbox RETURNING id, body) SELECT body FROM gone ORDER BY id"
        )
        return [event for row in rows if isinstance(event := decode(row["body"]).event, SyncRequested)]

    async def forget(self) -> None:
        """Begin anew."""
        await self.scheduler.execute("TRUNCATE occurrence, run, turn, clock, inbox, outbox")
        await self.dashboard.execute("TRUNCATE district CASCADE")
        async with self.bus.connection.channel() as channel:
            for service in SyncRequested.subscribers:
                spec = topology.queue_of(service, "shared", [SyncRequested])
                await (await topology.declare_queue(channel, spec)).purge()


async def burst(here: Stage, schools: int) -> float:
    """Seconds from the tick to the last confirmation, for so many schools in districts of 250."""
    each = 250
    for n in range(schools // each):
        await here.plant(f"d{n}", each, each)
    relay = Relay(here.scheduler, here.bus, "scheduler")
    began = perf_counter()
    await here.tick(in_flight=schools)
    decided = perf_counter() - began
    await relay.drain()
    seconds = perf_counter() - began
    assert await here.scheduler.fetchval("SELECT count(*) FROM run WHERE state = 'running'") == schools
    assert await here.scheduler.fetchval("SELECT count(*) FROM outbox") == 0
    print(f"  {schools:,} schools decided in {decided:.1f} s, published after {seconds:.1f} s")
    return seconds


async def waiting(here: Stage, in_flight: int = 100) -> float:
    """How many times its fair ideal the slowest of 20 small districts waits beside one of 1,000 schools."""
    small = {f"small{n}": 10 for n in range(20)}
    await here.plant("big", 1000, 100)
    for name, schools in small.items():
        await here.plant(name, schools, 4)
    queue: deque[SyncRequested] = deque()
    now = 0
    ideal = 10 * (len(small) + 1) / WORKERS
    while any(small.values()):
        await here.tick(in_flight)
        queue += await here.told()
        now += 1
        for run in [queue.popleft() for _ in range(min(WORKERS, len(queue)))]:
            await here.end(run)
            if run.district_id in small:
                small[run.district_id] -= 1
    return now / ideal


async def scaling(here: Stage, runs: int) -> float:
    """How many times faster four workers are than one, where a run is mostly waiting for the source."""
    one = await _with_workers(here, 1, runs)
    return one / await _with_workers(here, WORKERS, runs)


async def _with_workers(here: Stage, workers: int, runs: int) -> float:
    done: list[SyncRequested] = []

    async def fetch(event: SyncRequested, uow: UnitOfWork) -> None:
        await asyncio.sleep(LATENCY_SECONDS)
        async with uow:
            done.append(event)

    await here.forget()
    await here.plant("d", runs, runs)
    await here.tick(in_flight=runs)
    await Relay(here.scheduler, here.bus, "scheduler").drain()
    pools = [await create_pool(here.settings, "roster-fetcher") for _ in range(workers)]
    began = perf_counter()
    started = [running("roster-fetcher", {SyncRequested: fetch}, here.bus, pool, prefetch=1) for pool in pools]
    for worker in started:
        await worker.__aenter__()
    await wait_for(lambda: len(done) >= runs, seconds=300, what="all runs are done")
    seconds = perf_counter() - began
    for worker, pool in zip(started, pools, strict=True):
        await worker.__aexit__(None, None, None)
        await pool.close()
    assert len({run.run_id for run in done}) == len(done) == runs, "a run was done twice"
    return seconds


def _end(run: SyncRequested) -> SyncCompleted:
    about = run.model_dump(include={"district_id", "pool", "run_id", "school_id", "mode"})
    return SyncCompleted.model_validate(about | {"outcome": "clean"})


@asynccontextmanager
async def stage(servers: Servers) -> AsyncIterator[Stage]:
    """A database of its own use, and a virtual host."""
    vhost = f"bench-{uuid4().hex[:8]}"
    create_vhost(servers.management_url, vhost)
    settings = CommonSettings(
        database_url=SecretStr(servers.database_url),
        amqp_url=SecretStr(with_vhost(servers.amqp_url, vhost)),
        database_connections=4,
    )
    for service in ALL_SERVICES:
        await migrate(settings.database_url, service)
    async with (
        await create_pool(settings, "scheduler") as scheduler,
        await create_pool(settings, "dashboard-api") as dashboard,
        Bus(settings.amqp_url, "bench") as bus,
    ):
        async with bus.connection.channel() as channel:
            await topology.declare_exchange(channel)
        here = Stage(settings, scheduler, dashboard, bus)
        await here.forget()
        yield here
        await here.forget()
    delete_vhost(servers.management_url, vhost)


async def main(schools: int) -> None:
    """Measure and print a table."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ensure_servers(unused_folder(FOLDER / "clock"), durable=False) as servers:
        async with stage(servers) as here:
            seconds = await burst(here, schools)
            await here.forget()
            ratio = await waiting(here)
            faster = await scaling(here, 200)
    print(f"{'':<58} {'measured':>8} {'limit':>7}")
    what = f"{schools:,} schools due at once, admitted and published, s"
    _show(what, seconds, BURST_SECONDS, seconds <= BURST_SECONDS)
    _show("a small district's wait, times its fair ideal", ratio, WAITS_AT_MOST, ratio <= WAITS_AT_MOST)
    _show("four workers against one, times faster", faster, SCALES_AT_LEAST, faster >= SCALES_AT_LEAST)


def _show(what: str, measured: float, limit: float, within: bool) -> None:
    print(f"{what:<58} {measured:8.2f} {limit:7.1f}  {'within' if within else 'OVER'}")


def run(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, default=10_000)
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(given.schools))


if __name__ == "__main__":
    run()
