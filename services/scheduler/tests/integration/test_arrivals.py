"""A package that arrives becomes a partial run of each school of its source, also where a run is in its way."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from common.bus import Bus
from common.db import Pool
from common.envelope import Envelope, encode
from common.events import Event, PackageArrived, SyncRefused, SyncRequested
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from common.testing.running import running
from common.testing.waiting import wait_for
from scheduler.__main__ import ROUTES

from ..support.north import DISTRICT, an_arrival, an_order, declare, school_id, the_end_of

Tell = Callable[[Event], Awaitable[None]]


@pytest.fixture
async def dashboard(pool_of: PoolOf) -> Pool:
    pool = await pool_of("dashboard-api")
    await declare(pool, ["hill", "lake"], not_set_up=["annex"])
    await pool.execute("UPDATE target SET max_parallel = 9; UPDATE district SET max_parallel = 9")
    return pool


@pytest.fixture
async def scheduler(pool_of: PoolOf) -> Pool:
    return await pool_of("scheduler")


@pytest.fixture
async def tell(bus: Bus, dashboard: Pool, scheduler: Pool) -> AsyncIterator[Tell]:
    async def publish(event: Event) -> None:
        envelope = Envelope(event, "test")
        await bus.publish(event.versioned_type(), event.pool, encode(envelope), str(envelope.id))

    async with running("scheduler", ROUTES, bus, scheduler), running("dashboard-api", {}, bus, dashboard):
        yield publish


async def handled(scheduler: Pool) -> None:
    """Wait until the arrival has been settled."""
    await wait_for(lambda: scheduler.fetchval("SELECT true FROM inbox WHERE type = 'package.arrived.v1'"))


async def test_each_school_of_the_source_that_is_set_up_gets_a_partial_run(tell: Tell, probe: EventProbe) -> None:
    await tell(an_arrival())
    runs = await probe.wait_for(SyncRequested, 2)
    assert {run.school_id for run in runs} == {school_id("hill"), school_id("lake")}
    assert {(run.mode, run.trigger, run.dry_run) for run in runs} == {("partial", "arrival", False)}


async def test_schools_of_other_sources_and_those_no_longer_shared_are_left_alone(
    tell: Tell, dashboard: Pool, scheduler: Pool, probe: EventProbe
) -> None:
    await dashboard.execute("UPDATE school SET shared = false WHERE id = $1", school_id("lake"))
    await tell(an_arrival("other"))
    await tell(an_arrival())
    (run,) = await probe.wait_for(SyncRequested)
    assert run.school_id == school_id("hill")
    assert await scheduler.fetchval("SELECT count(*) FROM run") == 1


async def test_an_arrival_that_is_told_twice_starts_one_run_a_school(
    tell: Tell, scheduler: Pool, probe: EventProbe
) -> None:
    arrival = an_arrival()
    await tell(arrival)
    runs = await probe.wait_for(SyncRequested, 2)
    for run in runs:
        await tell(the_end_of(run))
    await wait_for(lambda: scheduler.fetchval("SELECT count(*) = 2 FROM run WHERE state = 'ended'"))
    await tell(arrival)
    await wait_for(lambda: scheduler.fetchval("SELECT count(*) = 2 FROM inbox WHERE type = 'package.arrived.v1'"))
    assert await scheduler.fetchval("SELECT count(*) FROM run") == 2


async def test_a_school_whose_run_is_under_way_gets_its_own_when_that_has_ended(
    tell: Tell, scheduler: Pool, probe: EventProbe
) -> None:
    await tell(an_order("hill"))
    (before,) = await probe.wait_for(SyncRequested)
    await tell(an_arrival())
    lake = (await probe.wait_for(SyncRequested, 2))[-1]
    assert (lake.school_id, lake.trigger) == (school_id("lake"), "arrival")
    await tell(the_end_of(before))
    hill = (await probe.wait_for(SyncRequested, 3))[-1]
    assert (hill.school_id, hill.trigger, hill.mode) == (school_id("hill"), "arrival", "partial")
    await handled(scheduler)
    assert not probe.all(SyncRefused)


async def a_run_that_waits(scheduler: Pool, school: str, *, dry_run: bool) -> None:
    """An open run that is never admitted, since nobody knows its target."""
    await scheduler.execute(
        "INSERT INTO run (district_id, id, order_id, school_id, target_id, pool, mode, dry_run, trigger) "
        "VALUES ($1, gen_random_uuid(), gen_random_uuid(), $2, 'elsewhere', 'shared', 'full', $3, 'person')",
        DISTRICT,
        school_id(school),
        dry_run,
    )


async def test_a_run_that_has_not_begun_reads_the_package_itself(
    tell: Tell, scheduler: Pool, probe: EventProbe
) -> None:
    await a_run_that_waits(scheduler, "hill", dry_run=False)
    await tell(an_arrival())
    (run,) = await probe.wait_for(SyncRequested)
    assert run.school_id == school_id("lake")
    await handled(scheduler)
    assert await scheduler.fetchval("SELECT count(*) FROM run WHERE school_id = $1", school_id("hill")) == 1


async def test_a_dry_run_that_waits_does_not_stand_for_a_sync(tell: Tell, scheduler: Pool, probe: EventProbe) -> None:
    await a_run_that_waits(scheduler, "hill", dry_run=True)
    await tell(an_arrival())
    await probe.wait_for(SyncRequested)
    await scheduler.execute("UPDATE run SET state = 'ended' WHERE dry_run")
    runs = await probe.wait_for(SyncRequested, 2)
    assert {run.school_id for run in runs} == {school_id("hill"), school_id("lake")}
    await handled(scheduler)


async def test_an_arrival_of_another_district_touches_nothing(tell: Tell, scheduler: Pool) -> None:
    await tell(PackageArrived(district_id="south", arrival_id=an_arrival().arrival_id, source_id="sis"))
    await handled(scheduler)
    assert await scheduler.fetchval("SELECT count(*) FROM run") == 0
