"""Pools: how many workers there are is seen at the broker; more of them do more, and nothing twice."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from time import monotonic
from typing import Any

from prometheus_client import REGISTRY

from common.bus import Bus
from common.event_model import Service
from common.events import RosterFetched, SyncRequested
from common.outbox import Relay
from common.testing.fixtures import PoolOf
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from scheduler import pools

from ..support.plant import Plant, plant

LATENCY = 0.2


async def seen(at_work: Plant) -> dict[tuple[str, str], tuple[int, int]]:
    rows = await at_work.scheduler.fetch("SELECT pool, service, workers, messages FROM pool_state")
    return {(row["pool"], row["service"]): (row["workers"], row["messages"]) for row in rows}


def worker(service: Service, bus: Bus, pool: Any, handler: Any, pools_: tuple[str, ...] = ("shared",)) -> Any:
    taken = SyncRequested if service == "roster-fetcher" else RosterFetched
    return running(service, {taken: handler}, bus, pool, pools=pools_, prefetch=1)


async def nothing(event: Any, uow: UnitOfWork) -> None:
    """Do nothing."""


async def test_a_pool_without_workers_is_seen_and_measured_and_so_is_one_with_some(
    at_work: Plant, bus: Bus, pool_of: PoolOf
) -> None:
    await plant(at_work.dashboard, "north", 1)
    await plant(at_work.dashboard, "south", 1, pool="own")
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(
                worker("roster-fetcher", bus, await pool_of("roster-fetcher"), nothing, ("shared",))
            )
        await pools.look(bus, at_work.scheduler)
        found = await seen(at_work)
    assert found[("shared", "roster-fetcher")] == (2, 0)
    assert found[("shared", "moodle-sync")] == (0, 0)
    assert found[("own", "roster-fetcher")] == (0, 0)
    value = REGISTRY.get_sample_value("rosterbus_pool_workers", {"service": "roster-fetcher", "pool": "shared"})
    assert value == 2


async def test_runs_of_a_pool_without_workers_wait_in_its_queue_and_are_done_when_one_comes(
    at_work: Plant, bus: Bus, pool_of: PoolOf
) -> None:
    await plant(at_work.dashboard, "south", 3, pool="own")
    at_work.clock.put("2027-01-11 19:00")
    await at_work.tick()
    await Relay(at_work.scheduler, bus, "scheduler").drain()
    await pools.look(bus, at_work.scheduler)
    assert (await seen(at_work))[("own", "roster-fetcher")] == (0, 3)
    done: list[SyncRequested] = []

    async def fetch(event: SyncRequested, uow: UnitOfWork) -> None:
        done.append(event)

    async with worker("roster-fetcher", bus, await pool_of("roster-fetcher"), fetch, ("shared", "own")):
        await wait_for(lambda: len(done) == 3)


async def test_four_workers_do_nearly_four_times_as_much_and_nothing_twice(
    at_work: Plant, bus: Bus, pool_of: PoolOf
) -> None:
    seconds = {}
    for workers in (1, 4):
        await plant(at_work.dashboard, f"d{workers}", 40)
        at_work.clock.put(f"2027-01-{10 + workers} 19:00")
        await at_work.scheduler.execute("DELETE FROM run; DELETE FROM occurrence; DELETE FROM clock")
        await at_work.dashboard.execute("UPDATE district SET nightly = NULL WHERE id <> $1", f"d{workers}")
        await at_work.tick()
        await Relay(at_work.scheduler, bus, "scheduler").drain()
        done: Counter[object] = Counter()

        async def fetch(event: SyncRequested, uow: UnitOfWork, done: Counter[object] = done) -> None:
            await asyncio.sleep(LATENCY)  # the source's latency, which workers share out among them
            async with uow:
                done[event.school_id] += 1

        began = monotonic()
        async with AsyncExitStack() as stack:
            for _ in range(workers):
                await stack.enter_async_context(worker("roster-fetcher", bus, await pool_of("roster-fetcher"), fetch))
            await wait_for(lambda done=done: done.total() >= 40, seconds=60)  # type: ignore[misc]
        seconds[workers] = monotonic() - began
        assert set(done.values()) == {1}
    assert seconds[1] / seconds[4] > 2.5
