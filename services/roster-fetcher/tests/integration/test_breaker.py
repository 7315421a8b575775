"""Sources that do not answer are left alone for a while, by all workers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from common.db import Pool
from common.envelope import Envelope
from common.events import RosterFetched, SettingsChanged, SyncFailed
from common.registry import Source
from common.testing.fixtures import PoolOf
from common.uow import UnitOfWork
from roster_fetcher import breaker
from roster_fetcher.handlers import list_schools
from roster_fetcher.sources.protocol import SourceTrouble
from simulators.generate import District, generate
from simulators.oneroster import OneRosterSimulator

from ..support.north import DISTRICT, HURRIED, North, serving, sources, the_only

SCHOOL = "school-0001"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOURCE = Source(DISTRICT, "sis", "oneroster", {}, b"")
OTHER_SOURCE = Source(DISTRICT, "another", "oneroster", {}, b"")


@pytest.fixture
async def workers(pool_of: PoolOf) -> tuple[Pool, Pool]:
    """The pools of two workers."""
    return await pool_of("roster-fetcher"), await pool_of("roster-fetcher")


@pytest.fixture
def district() -> District:
    return generate(seed=41, schools=1, students_per_school=30)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def measured(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


async def failing(pool: Pool, now: datetime, *, trial: bool = False, times: int = 1, source: Source = SOURCE) -> None:
    async with pool.acquire() as conn:
        for _ in range(times):
            await breaker.fail(conn, source, "It is down.", 5, trial=trial, now=now)


async def entering(pool: Pool, now: datetime, source: Source = SOURCE) -> bool:
    async with pool.acquire() as conn:
        return await breaker.enter(conn, source, 120, now)


async def refused(pool: Pool, now: datetime) -> str:
    with pytest.raises(SourceTrouble) as raised:
        await entering(pool, now)
    assert raised.value.code == "SOURCE_CIRCUIT_OPEN"
    return str(raised.value)


async def test_five_failures_in_a_row_open_the_breaker_for_all_workers(workers: tuple[Pool, Pool]) -> None:
    await failing(workers[0], NOON, times=4)
    assert not await entering(workers[1], NOON)
    opened = measured("rosterbus_source_breaker_total", state="open")
    with capture_logs() as logged:
        await failing(workers[1], NOON, times=3)
    assert await refused(workers[0], after(59)) == (
        "The source is left alone since 2026-11-23 12:00:00 UTC, after 5 runs in a row failed. "
        "The last one: It is down. It is tried again at 2026-11-23 12:01:00 UTC; run again then."
    )
    assert [line["event"] for line in logged] == ["the source is left alone for a while"]
    assert measured("rosterbus_source_breaker_total", state="open") == opened + 1
    assert not await entering(workers[0], NOON, OTHER_SOURCE)


async def test_a_success_between_failures_keeps_the_breaker_closed(workers: tuple[Pool, Pool]) -> None:
    await failing(workers[0], NOON, times=4, source=OTHER_SOURCE)
    await failing(workers[0], NOON, times=4)
    async with workers[1].acquire() as conn:
        await breaker.close(conn, SOURCE)
    await failing(workers[0], NOON, times=1)
    assert not await entering(workers[1], NOON)
    assert await workers[0].fetchval("SELECT failures FROM breaker WHERE subject = 'another'") == 4


async def test_after_the_pause_one_of_many_workers_tries(workers: tuple[Pool, Pool]) -> None:
    await failing(workers[0], NOON, times=5)
    tries = [entering(workers[number % 2], after(60)) for number in range(10)]
    entered = await asyncio.gather(*tries, return_exceptions=True)
    assert [result for result in entered if not isinstance(result, SourceTrouble)] == [True]


async def test_each_trial_that_fails_doubles_the_pause_up_to_a_quarter_of_an_hour(workers: tuple[Pool, Pool]) -> None:
    await failing(workers[0], NOON, times=5)
    now, pauses = 60, list[int]()
    for _ in range(6):
        assert await entering(workers[0], after(now))
        await failing(workers[1], after(now), trial=True)
        pauses.append(await workers[0].fetchval("SELECT pause FROM breaker"))
        await refused(workers[1], after(now + pauses[-1] - 1))
        now += pauses[-1]
    assert pauses == [120, 240, 480, 900, 900, 900]
    assert "since 2026-11-23 12:00:00 UTC, after 11 runs" in await refused(workers[1], after(now - 1))


async def test_a_trial_that_succeeds_closes_the_breaker_and_one_that_is_lost_is_repeated(
    workers: tuple[Pool, Pool],
) -> None:
    await failing(workers[0], NOON, times=5)
    assert await entering(workers[0], after(60))
    await refused(workers[1], after(179))
    assert await entering(workers[1], after(180))
    with capture_logs() as logged:
        async with workers[1].acquire() as conn:
            await breaker.close(conn, SOURCE)
            await breaker.close(conn, SOURCE)
    assert [line["event"] for line in logged] == ["the source answers again"]
    assert not await entering(workers[0], after(181))


@pytest.fixture
async def dead(north: North, district: District) -> AsyncIterator[OneRosterSimulator]:
    """A server that answers nothing but 503, declared as the test district's source."""
    async with serving(district) as server:
        server.mishaps.set(unavailable=9999)
        await north.declare_rest(server, SCHOOL)
        yield server


async def ended_with(north: North, *codes: str) -> None:
    for code in codes:
        assert the_only(await north.fetch(SCHOOL), SyncFailed).code == code


async def test_a_source_that_is_down_is_not_asked_any_more(north: North, dead: OneRosterSimulator) -> None:
    await ended_with(north, *["SOURCE_UNREACHABLE"] * 5)
    asked = dead.requests.total()
    await ended_with(north, *["SOURCE_CIRCUIT_OPEN"] * 2)
    assert dead.requests.total() == asked


async def test_a_change_of_settings_lets_the_source_be_asked_again(north: North, dead: OneRosterSimulator) -> None:
    await ended_with(north, *["SOURCE_UNREACHABLE"] * 5, "SOURCE_CIRCUIT_OPEN")
    await settings_changed(north, "south")
    await ended_with(north, "SOURCE_CIRCUIT_OPEN")
    await settings_changed(north, DISTRICT)
    dead.mishaps.clear()
    the_only(await north.fetch(SCHOOL), RosterFetched)


async def settings_changed(north: North, district_id: str) -> None:
    event = SettingsChanged(district_id=district_id, what="source")
    work = UnitOfWork(north.fetcher, "roster-fetcher", cause=Envelope(event, "test"))
    await list_schools(event, work, sources=sources())


def break_down(server: OneRosterSimulator) -> None:
    server.mishaps.clear()
    server.mishaps.set(unavailable=9999)


def refuse(server: OneRosterSimulator) -> None:
    server.mishaps.clear()
    server.mishaps.set(unauthorised=True)


def be_busy(server: OneRosterSimulator) -> None:
    server.mishaps.clear()
    server.mishaps.set(too_many=9999, retry_after=0)


@pytest.mark.parametrize(
    ("happens", "code", "failures"),
    [(refuse, "AUTH_INVALID", None), (be_busy, "SOURCE_RATE_LIMITED", 4), (break_down, "SOURCE_UNREACHABLE", 5)],
)
async def test_a_refusal_is_an_answer_and_a_busy_server_says_nothing(
    north: North,
    dead: OneRosterSimulator,
    happens: Callable[[OneRosterSimulator], None],
    code: str,
    failures: int | None,
) -> None:
    await ended_with(north, *["SOURCE_UNREACHABLE"] * 4)
    happens(dead)
    await ended_with(north, code)
    assert await north.fetcher.fetchval("SELECT failures FROM breaker") == failures


async def test_a_school_that_is_read_makes_failures_forgotten(north: North, dead: OneRosterSimulator) -> None:
    assert HURRIED.failures == 5
    await ended_with(north, *["SOURCE_UNREACHABLE"] * 4)
    dead.mishaps.clear()
    the_only(await north.fetch(SCHOOL), RosterFetched)
    dead.mishaps.set(unavailable=9999)
    await ended_with(north, *["SOURCE_UNREACHABLE"] * 2)
    assert await north.fetcher.fetchval("SELECT failures FROM breaker") == 2
