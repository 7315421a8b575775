"""Orders become runs: one a school, two a Moodle, four a district; the rest wait or are refused with a reason."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from common.bus import Bus
from common.db import Pool
from common.events import Event, SyncRefused, SyncRequested
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from scheduler.__main__ import ROUTES

from ..support.north import an_order, declare, school_id, the_end_of

Tell = Callable[[Event], Awaitable[None]]


@pytest.fixture
async def dashboard(pool_of: PoolOf) -> Pool:
    return await pool_of("dashboard-api")


@pytest.fixture
async def scheduler(pool_of: PoolOf) -> Pool:
    return await pool_of("scheduler")


@pytest.fixture
async def tell(pool_of: PoolOf, bus: Bus, probe: EventProbe, dashboard: Pool, scheduler: Pool) -> AsyncIterator[Tell]:
    """Publish an event to two schedulers that run side by side."""

    async def publish(event: Event) -> None:
        async with UnitOfWork(dashboard, "dashboard-api") as uow:
            uow.emit(event)

    async with (
        running("scheduler", ROUTES, bus, scheduler),
        running("scheduler", ROUTES, bus, await pool_of("scheduler")),
        running("dashboard-api", {}, bus, dashboard),
    ):
        yield publish


async def test_an_order_for_a_school_becomes_its_run(tell: Tell, dashboard: Pool, probe: EventProbe) -> None:
    await declare(dashboard, ["hill", "lake"])
    await tell(an_order("hill"))
    (run,) = await probe.wait_for(SyncRequested)
    assert (run.school_id, run.mode, run.trigger) == (school_id("hill"), "full", "person")


async def test_a_school_runs_once_at_a_time_and_the_refusal_names_the_run_in_the_way(
    tell: Tell, dashboard: Pool, scheduler: Pool, probe: EventProbe
) -> None:
    await declare(dashboard, ["hill"])
    await tell(an_order("hill"))
    (run,) = await probe.wait_for(SyncRequested)
    await tell(an_order("hill"))
    (refused,) = await probe.wait_for(SyncRefused)
    assert (refused.reason, refused.running_run_id) == ("already_running", run.run_id)
    await tell(the_end_of(run))
    await wait_for(lambda: scheduler.fetchval("SELECT true FROM run WHERE state = 'ended'"))
    await tell(an_order("hill"))
    await probe.wait_for(SyncRequested, 2)


async def test_a_school_without_a_target_and_an_unknown_one_are_refused(
    tell: Tell, dashboard: Pool, probe: EventProbe
) -> None:
    await declare(dashboard, ["hill"], not_set_up=["annex"])
    await tell(an_order("annex", "nowhere"))
    refused = await probe.wait_for(SyncRefused, 2)
    assert {(r.school_id, r.reason) for r in refused} == {
        (school_id("annex"), "not_set_up"),
        (school_id("nowhere"), "unknown_school"),
    }


async def test_a_moodle_takes_two_runs_at_once_and_each_end_lets_one_more_begin(
    tell: Tell, dashboard: Pool, probe: EventProbe
) -> None:
    await declare(dashboard, [f"school{n}" for n in range(5)], not_set_up=["annex"])
    await tell(an_order())
    seen = 2
    while seen < 5:
        runs = await probe.wait_for(SyncRequested, seen)
        assert len(runs) == seen
        await tell(the_end_of(runs[seen - 2]))
        seen += 1
    runs = await probe.wait_for(SyncRequested, 5)
    assert len({run.school_id for run in runs}) == 5


async def test_an_end_that_is_told_twice_ends_one_run(tell: Tell, dashboard: Pool, probe: EventProbe) -> None:
    await declare(dashboard, ["a", "b", "c", "d"])
    await tell(an_order())
    runs = await probe.wait_for(SyncRequested, 2)
    await tell(the_end_of(runs[0]))
    await tell(the_end_of(runs[0]))
    assert len(await probe.wait_for(SyncRequested, 3)) == 3
    await tell(the_end_of(runs[1]))
    assert len(await probe.wait_for(SyncRequested, 4)) == 4
