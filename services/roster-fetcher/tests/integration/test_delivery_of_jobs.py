"""Jobs on a real broker: told twice, killed in the middle, taken by two workers, failing for good."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from common.bus import Bus
from common.db import Pool
from common.delivery import Routes
from common.envelope import Envelope, encode
from common.events import Event, RosterFetched, SettingsChanged, SyncFailed, SyncProgressed, SyncRequested
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from common.testing.running import running
from common.testing.waiting import wait_for
from roster_fetcher.handlers import fetch_roster, list_schools, report_parked
from simulators.generate import District, generate
from simulators.oneroster import OneRosterSimulator

from ..support.expected import enrolments_at
from ..support.north import North, a_request, serving, sources

SCHOOL = "school-0001"


@pytest.fixture
def district() -> District:
    return generate(seed=31, schools=1, students_per_school=60)


@pytest.fixture
async def server(district: District) -> AsyncIterator[OneRosterSimulator]:
    async with serving(district) as running_server:
        yield running_server


@pytest.fixture
async def fetcher(pool_of: PoolOf) -> Pool:
    return await pool_of("roster-fetcher")


@pytest.fixture
async def declared(pool_of: PoolOf, fetcher: Pool, server: OneRosterSimulator) -> North:
    north = North(await pool_of("dashboard-api"), fetcher)
    await north.declare_rest(server, SCHOOL, page_size=50)
    return north


def routes() -> Routes:
    return {
        SyncRequested: partial(fetch_roster, sources=sources()),
        SettingsChanged: partial(list_schools, sources=sources()),
    }


def worker(bus: Bus, pool: Pool, **options: Any) -> Any:
    return running("roster-fetcher", routes(), bus, pool, on_park=report_parked, prefetch=2, **options)


async def publish(bus: Bus, event: Event) -> None:
    envelope = Envelope(event, "scheduler")
    await bus.publish(event.versioned_type(), event.pool, encode(envelope), str(envelope.id))


async def publish_twice(bus: Bus, event: Event) -> None:
    envelope = Envelope(event, "scheduler")
    for _ in range(2):
        await bus.publish(event.versioned_type(), event.pool, encode(envelope), str(envelope.id))


async def count(pool: Pool, tables: tuple[str, ...] = ("snapshot", "inbox")) -> Mapping[str, int]:
    return {table: await pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


async def test_a_job_told_twice_is_done_once(
    declared: North, fetcher: Pool, bus: Bus, probe: EventProbe, district: District
) -> None:
    async with worker(bus, fetcher):
        await publish_twice(bus, a_request(SCHOOL))
        await probe.wait_for(RosterFetched)
    assert await count(fetcher) == {"snapshot": 1, "inbox": 1}
    assert len(probe.all(RosterFetched)) == 1
    assert await declared.keys(SCHOOL, "enrolment") == enrolments_at(district, SCHOOL)


async def test_a_worker_killed_in_mid_job_leaves_nothing_and_the_next_one_does_it(
    declared: North, fetcher: Pool, bus: Bus, probe: EventProbe, server: OneRosterSimulator, pool_of: PoolOf
) -> None:
    server.mishaps.set(latency=0.3, only=("users",))
    async with worker(bus, fetcher, stop_budget=0):
        await publish(bus, a_request(SCHOOL))
        await wait_for(lambda: server.requests["users"] >= 1)
    assert await count(fetcher) == {"snapshot": 0, "inbox": 0}
    server.mishaps.clear()
    async with worker(bus, await pool_of("roster-fetcher")):
        (fetched,) = await probe.wait_for(RosterFetched)
    assert fetched.snapshot == 1
    assert await count(fetcher) == {"snapshot": 1, "inbox": 1}


async def test_a_job_that_still_runs_elsewhere_waits_its_turn(
    declared: North, fetcher: Pool, bus: Bus, probe: EventProbe, server: OneRosterSimulator, pool_of: PoolOf
) -> None:
    server.mishaps.set(latency=0.2, only=("users",))
    request = a_request(SCHOOL)
    async with worker(bus, fetcher), worker(bus, await pool_of("roster-fetcher")):
        await publish(bus, request)
        await wait_for(lambda: server.requests["orgs"] >= 1)
        await publish(bus, request)
        await probe.wait_for(RosterFetched, 2)
    assert await fetcher.fetchval("SELECT count(*) FROM snapshot") == 1
    assert server.requests["orgs"] == 1
    assert probe.all(RosterFetched)[0] == probe.all(RosterFetched)[1]


async def test_a_school_that_is_not_declared_fails_its_run(fetcher: Pool, bus: Bus, probe: EventProbe) -> None:
    async with worker(bus, fetcher):
        await publish(bus, a_request("unknown"))
        (failed,) = await probe.wait_for(SyncFailed)
    assert (failed.code, failed.phase) == ("SCHOOL_NOT_FOUND", "fetching")


async def test_trouble_of_our_own_is_tried_again_and_then_told(
    declared: North, fetcher: Pool, bus: Bus, probe: EventProbe, server: OneRosterSimulator
) -> None:
    await declared.dashboard.execute("UPDATE source SET settings = '[]'")
    async with worker(bus, fetcher):
        await publish(bus, a_request(SCHOOL))
        (failed,) = await probe.wait_for(SyncFailed)
    assert (failed.code, failed.mode) == ("INTERNAL", "full")
    assert "report it" in failed.detail


async def test_progress_is_told_once_a_second_at_the_most(
    declared: North, fetcher: Pool, bus: Bus, probe: EventProbe, server: OneRosterSimulator
) -> None:
    server.mishaps.set(latency=0.15)
    async with worker(bus, fetcher):
        began = asyncio.get_running_loop().time()
        await publish(bus, a_request(SCHOOL))
        await probe.wait_for(RosterFetched)
        seconds = asyncio.get_running_loop().time() - began
    told = probe.all(SyncProgressed)
    assert 2 <= len(told) <= seconds + 1
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert told[0].bytes_down == 0 < told[-1].bytes_down


async def test_a_change_of_settings_lists_no_schools_unless_asked(
    declared: North, fetcher: Pool, bus: Bus, server: OneRosterSimulator
) -> None:
    async with worker(bus, fetcher):
        await publish(bus, SettingsChanged(district_id="north", what="source"))
        await wait_for(lambda: fetcher.fetchval("SELECT count(*) FROM inbox"))
    assert server.requests.total() == 0


async def test_an_event_of_another_district_touches_nothing(declared: North, fetcher: Pool, bus: Bus) -> None:
    async with worker(bus, fetcher):
        await publish(bus, SyncRequested(district_id="south", run_id=uuid4(), school_id=uuid4(), mode="full"))
        await wait_for(lambda: fetcher.fetchval("SELECT count(*) FROM inbox"))
    assert await fetcher.fetchval("SELECT count(*) FROM record") == 0
