"""A run that was taken from its worker leaves no trace of it; one that is cancelled stops and says so."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.db import Pool
from common.envelope import Envelope
from common.event_model import RunScope
from common.events import Event, RosterFetched, SyncCancelOrdered, SyncCompleted, SyncFailed, SyncRequested
from common.fence import FenceLost
from common.testing.fixtures import PoolOf
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from roster_fetcher.handlers import fetch_roster, stop_run
from simulators.generate import generate
from simulators.oneroster import OneRosterSimulator

from ..support.north import DISTRICT, North, school_id, serving, sources

SCHOOL = "school-0001"
FENCE = 7


@pytest.fixture
async def server(north: North) -> AsyncIterator[OneRosterSimulator]:
    async with serving(generate(seed=31, schools=1, students_per_school=60)) as running_server:
        await north.declare_rest(running_server, SCHOOL, page_size=20)
        yield running_server


@pytest.fixture
async def scheduler(pool_of: PoolOf) -> Pool:
    return await pool_of("scheduler")


async def admitted(scheduler: Pool, **more: Any) -> SyncRequested:
    """A run that the scheduler has admitted under fence 7."""
    run_id = uuid4()
    await scheduler.execute(
        "INSERT INTO run (district_id, id, order_id, school_id, target_id, pool, mode, dry_run, trigger, state, fence) "
        "VALUES ($1, $2, $2, $3, 'm', 'shared', 'full', false, 'person', 'running', $4)",
        DISTRICT, run_id, school_id(SCHOOL), FENCE,
    )  # fmt: skip
    values = {"district_id": DISTRICT, "run_id": run_id, "school_id": school_id(SCHOOL), "mode": "full", "fence": FENCE}
    return SyncRequested.model_validate(values | more)


async def take_away(scheduler: Pool) -> None:
    await scheduler.execute("UPDATE run SET state = 'ended', outcome = 'stuck'")


async def handle(north: North, event: SyncRequested) -> list[Event]:
    uow = UnitOfWork(north.fetcher, "roster-fetcher", cause=Envelope(event, "scheduler"))
    await fetch_roster(event, uow, sources=sources())
    return await north.told()


async def cancel(north: North, run_id: UUID) -> None:
    event = SyncCancelOrdered(district_id=DISTRICT, run_id=run_id, school_id=school_id(SCHOOL), ordered_by="x")
    await stop_run(event, UnitOfWork(north.fetcher, "roster-fetcher", cause=Envelope(event, "dashboard-api")))


def told_end(told: list[Event]) -> Event:
    return next(event for event in told if isinstance(event, RosterFetched | SyncCompleted | SyncFailed))


async def snapshots(north: North) -> int:
    return int(await north.fetcher.fetchval("SELECT count(*) FROM snapshot"))


async def test_a_run_that_was_taken_away_before_its_worker_began_is_not_fetched(
    north: North, server: OneRosterSimulator, scheduler: Pool
) -> None:
    request = await admitted(scheduler)
    await take_away(scheduler)
    with pytest.raises(FenceLost):
        await handle(north, request)
    assert server.requests.total() == 0


async def test_a_run_that_is_taken_away_while_it_is_fetched_keeps_no_snapshot_and_tells_no_end(
    north: North, server: OneRosterSimulator, scheduler: Pool
) -> None:
    server.mishaps.set(latency=0.2, only=("users",))
    request = await admitted(scheduler)
    fetching = asyncio.create_task(handle(north, request))
    await wait_for(lambda: server.requests["users"] >= 1)
    await take_away(scheduler)
    with pytest.raises(FenceLost):
        await fetching
    assert await snapshots(north) == 0
    assert not [event for event in await north.told() if isinstance(event, RosterFetched | SyncCompleted | SyncFailed)]


async def test_a_run_beats_while_it_is_fetched_and_is_handed_on_when_it_is_done(
    north: North, server: OneRosterSimulator, scheduler: Pool
) -> None:
    server.mishaps.set(latency=0.2, only=("users",))
    request = await admitted(scheduler)
    fetching = asyncio.create_task(handle(north, request))
    await wait_for(lambda: scheduler.fetchval("SELECT heartbeat_at IS NOT NULL FROM run"))
    await fetching
    assert await scheduler.fetchval("SELECT heartbeat_at IS NULL AND handed_on_at IS NOT NULL FROM run")


async def test_a_run_that_is_cancelled_while_it_is_fetched_stops_and_keeps_nothing(
    north: North, server: OneRosterSimulator, scheduler: Pool
) -> None:
    server.mishaps.set(latency=0.3, only=("users", "enrollments"))
    request = await admitted(scheduler)
    fetching = asyncio.create_task(handle(north, request))
    await wait_for(lambda: server.requests["users"] >= 1)
    await cancel(north, request.run_id)
    end = told_end(await fetching)
    assert isinstance(end, SyncCompleted)
    assert (end.outcome, await snapshots(north)) == ("cancelled", 0)


async def test_a_run_that_is_cancelled_before_it_is_fetched_asks_the_source_nothing(
    north: North, server: OneRosterSimulator, scheduler: Pool
) -> None:
    request = await admitted(scheduler)
    await cancel(north, request.run_id)
    await cancel(north, uuid4())
    end = told_end(await handle(north, request))
    assert isinstance(end, SyncCompleted)
    assert (end.outcome, server.requests.total()) == ("cancelled", 0)


async def test_what_was_requested_goes_on_to_whoever_plans(
    north: North, server: OneRosterSimulator, scheduler: Pool
) -> None:
    scope = RunScope(entity="class", key="c-1")
    end = told_end(await handle(north, await admitted(scheduler, scope=scope, additions_only=True, retries_left=2)))
    assert isinstance(end, RosterFetched)
    assert (end.scope, end.fence, end.additions_only, end.retries_left) == (scope, FENCE, True, 2)


@pytest.mark.parametrize(("left", "planned"), [(2, True), (0, False)])
async def test_trouble_that_passes_is_told_as_such_while_retries_are_left(
    north: North, server: OneRosterSimulator, scheduler: Pool, left: int, planned: bool
) -> None:
    server.mishaps.set(latency=5)
    end = told_end(await handle(north, await admitted(scheduler, retries_left=left)))
    assert isinstance(end, SyncFailed)
    assert (end.code, end.retry_planned) == ("SOURCE_UNREACHABLE", planned)


async def test_runs_of_other_kinds_begin_elsewhere(north: North, server: OneRosterSimulator, scheduler: Pool) -> None:
    assert await handle(north, await admitted(scheduler, kind="undo")) == []
    assert server.requests.total() == 0
