"""Workers that together keep a source's limit, and leave it alone while it does not answer."""

import asyncio
import time
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
from roster_fetcher import breaker, pace
from roster_fetcher.handlers import fetch_roster, list_schools
from roster_fetcher.pace import Bucket, Closed, Place, bucket_of
from roster_fetcher.patience import Patience
from roster_fetcher.sources.http import PassingTrouble
from roster_fetcher.sources.pacing import Pace
from roster_fetcher.sources.protocol import SourceTrouble
from simulators.generate import District, generate
from simulators.oneroster import OneRosterSimulator

from ..support.north import DISTRICT, HURRIED, North, a_request, serving, sources, the_only

SCHOOL, OTHER_SCHOOL = "school-0001", "school-0002"
OURS, OTHERS = pace.credential_of("ours"), pace.credential_of("others'")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOURCE = Source(DISTRICT, "sis", "oneroster", {}, b"")
OTHER_SOURCE = Source(DISTRICT, "another", "oneroster", {}, b"")
QUICK = Patience(attempts=3, budget=5, answer=2, first_wait=0.01, longest_wait=0.02)


@pytest.fixture
async def workers(pool_of: PoolOf) -> tuple[Pool, Pool]:
    """The pools of two workers."""
    return await pool_of("roster-fetcher"), await pool_of("roster-fetcher")


@pytest.fixture
def district() -> District:
    return generate(seed=41, schools=2, students_per_school=30)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def measured(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


async def begin(pool: Pool) -> None:
    async with pool.acquire() as conn:
        await pace.begin(conn, OURS)


async def took(pool: Pool, bucket: Bucket, now: datetime, credential: bytes = OURS) -> Place:
    async with pool.acquire() as conn:
        place = await pace.take(conn, credential, bucket, 3600, now)
    assert place is not None
    return place


async def looked(pool: Pool, now: datetime) -> Closed | None:
    async with pool.acquire() as conn:
        return await pace.look(conn, OURS, Bucket(), now)


# The pace


async def test_two_workers_with_one_credential_never_exceed_its_limit(workers: tuple[Pool, Pool]) -> None:
    limit, sent, clocks = 600, list[float](), [0.0, 0.3]
    await begin(workers[0])
    while len(sent) < 2 * limit:
        turn = clocks.index(min(clocks))
        place = await took(workers[turn], bucket_of(limit), after(clocks[turn]))
        sent.append(clocks[turn] + place.wait)
        clocks[turn] = sent[-1] + 0.02
    assert sent == sorted(sent)
    assert min(later - earlier for earlier, later in zip(sent, sent[limit:], strict=False)) >= 60
    assert sent[-1] < 2 * 60 * 1.1


async def test_tokens_taken_at_the_same_moment_are_one_after_the_other(workers: tuple[Pool, Pool]) -> None:
    bucket = bucket_of(600)
    await begin(workers[0])
    places = await asyncio.gather(*(took(workers[number % 2], bucket, NOON) for number in range(80)))
    waits = sorted(place.wait for place in places)
    assert waits[:60] == [0] * 60
    assert waits[60:] == pytest.approx([bucket.interval * number for number in range(1, 21)], abs=0.001)


@pytest.mark.parametrize("limit", [1, 2, 9, 60, 1200])
def test_no_minute_whatever_has_more_requests_than_the_limit(limit: int) -> None:
    interval, filling = bucket_of(limit)
    at_once = round(filling / interval)
    assert at_once >= 1
    assert (limit + 1 - at_once) * interval >= 60


async def test_a_token_that_would_come_too_late_is_not_taken(workers: tuple[Pool, Pool]) -> None:
    bucket = bucket_of(1)
    await begin(workers[0])
    assert (await took(workers[0], bucket, NOON)).wait == 0
    async with workers[1].acquire() as conn:
        for _ in range(2):
            assert await pace.take(conn, OURS, bucket, 30, after(1)) is None
            assert await pace.look(conn, OURS, bucket, after(1)) == pytest.approx((0, 60))
        assert await pace.take(conn, OURS, bucket, 30, after(62)) == Place(0, None)


async def test_another_credential_has_a_pace_of_its_own(workers: tuple[Pool, Pool]) -> None:
    async with workers[0].acquire() as conn:
        await pace.begin(conn, OTHERS)
        await pace.close(conn, OURS, 60, NOON)
        await pace.note(conn, OURS, 3, 60, NOON)
    assert (await took(workers[1], bucket_of(1), NOON, OTHERS)) == Place(0, None)
    assert await workers[1].fetchval("SELECT remaining FROM pace WHERE credential = $1", OTHERS) is None


async def test_what_the_server_says_to_remain_is_shared_out_among_workers(workers: tuple[Pool, Pool]) -> None:
    async with workers[0].acquire() as conn:
        await pace.note(conn, OURS, 3, 40, NOON)
    places = [await took(workers[number % 2], Bucket(), after(1)) for number in range(3)]
    assert places == [Place(0, 2), Place(0, 1), Place(0, 0)]
    assert await looked(workers[0], after(1)) == Closed(39, 0)
    assert await took(workers[1], Bucket(), after(40)) == Place(0, None)


async def test_of_what_remains_in_one_window_the_lower_number_holds(workers: tuple[Pool, Pool]) -> None:
    async with workers[0].acquire() as conn:
        for said, seconds in ((9, 40), (5, 39.2), (7, 41)):
            await pace.note(conn, OURS, said, seconds, NOON)
        assert await took(workers[1], Bucket(), NOON) == Place(0, 4)
        await pace.note(conn, OURS, 99, 60, NOON)
        assert await took(workers[1], Bucket(), NOON) == Place(0, 98)


async def test_what_closed_a_server_ends_by_time_only(workers: tuple[Pool, Pool]) -> None:
    async with workers[0].acquire() as conn:
        await pace.close(conn, OURS, 30, NOON)
        await pace.close(conn, OURS, 10, NOON)
        await pace.note(conn, OURS, 50, 90, NOON)
        assert await looked(workers[1], after(10)) == Closed(20, 0)
        await pace.note(conn, OURS, 50, 90, after(31))
    assert await looked(workers[1], after(31)) == Closed(0, 0)


async def test_after_429_no_other_worker_asks_before_its_time(workers: tuple[Pool, Pool]) -> None:
    one, other = (Pace(pool, "ours", None, QUICK) for pool in workers)
    await one.turn()
    await one.heard(429, {"Retry-After": "1"})
    waited = measured("rosterbus_source_pace_seconds_total")
    began = time.monotonic()
    await other.turn()
    assert time.monotonic() - began >= 1
    assert measured("rosterbus_source_pace_seconds_total") - waited >= 1


async def test_a_wait_longer_than_the_budget_ends_at_once_and_says_until_when(workers: tuple[Pool, Pool]) -> None:
    one, other = (Pace(pool, "ours", None, QUICK) for pool in workers)
    await one.heard(200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 3600)})
    began = time.monotonic()
    with pytest.raises(SourceTrouble, match=r"until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, longer than a run") as raised:
        await other.turn()
    assert raised.value.code == "SOURCE_RATE_LIMITED"
    assert not isinstance(raised.value, PassingTrouble)
    assert time.monotonic() - began < 1


async def test_who_waits_for_a_token_while_the_server_closes_waits_for_that_as_well(workers: tuple[Pool, Pool]) -> None:
    one, other = (Pace(pool, "ours", 120, QUICK) for pool in workers)
    for _ in range(12):
        await one.turn()
    waiting = asyncio.create_task(other.turn())
    await one.heard(429, {"Retry-After": "2"})
    began = time.monotonic()
    await waiting
    assert time.monotonic() - began >= 1.9


async def test_without_a_known_limit_nothing_is_kept(workers: tuple[Pool, Pool]) -> None:
    quick = Pace(workers[0], "ours", None, QUICK)
    for _ in range(3):
        await quick.turn()
        await quick.heard(200, {})
    assert await workers[0].fetchval("SELECT count(*) FROM pace") == 0


# A source with a limit, read by two workers


async def run(pool: Pool, school: str) -> None:
    event = a_request(school)
    work = UnitOfWork(pool, "roster-fetcher", cause=Envelope(event, "test"))
    await fetch_roster(event, work, sources=sources(QUICK))


async def test_two_schools_read_at_once_stay_within_a_limit_that_the_server_tells(
    north: North, workers: tuple[Pool, Pool], district: District
) -> None:
    async with serving(district, per_minute=30) as server:
        server.mishaps.set(window=1)
        await north.declare_rest(server, SCHOOL, OTHER_SCHOOL, page_size=20)
        await asyncio.gather(*(run(pool, school) for pool, school in zip(workers, (SCHOOL, OTHER_SCHOOL), strict=True)))
        assert server.requests.total() > 40
        assert server.counters.statuses[429] == 0
    assert len([event for event in await north.told() if isinstance(event, RosterFetched)]) == 2


# The breaker


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
    assert await workers[0].fetchval("SELECT failures FROM breaker WHERE source_id = 'another'") == 4


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
