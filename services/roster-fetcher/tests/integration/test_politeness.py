"""Workers that together keep within a source's limit."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from common.db import Pool
from common.envelope import Envelope
from common.events import RosterFetched
from common.testing.fixtures import PoolOf
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from roster_fetcher import pace
from roster_fetcher.handlers import fetch_roster
from roster_fetcher.ledger import Entry
from roster_fetcher.pace import Bucket, Closed, Place, bucket_of
from roster_fetcher.patience import Patience
from roster_fetcher.sources.http import PassingTrouble, http_of
from roster_fetcher.sources.pacing import Pace
from roster_fetcher.sources.protocol import Opening, SourceTrouble
from simulators.generate import District, generate

from ..support.north import North, a_request, serving, sources

SCHOOL, OTHER_SCHOOL = "school-0001", "school-0002"
OURS, OTHERS = pace.credential_of("ours"), pace.credential_of("others'")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
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
    waited = measured("rosterbus_source_pace_seconds_total")
    began = time.monotonic()  # before the answer: what passes until the other asks is part of the second
    await one.heard(429, {"Retry-After": "1"})
    await other.turn()
    assert time.monotonic() - began >= 1
    assert measured("rosterbus_source_pace_seconds_total") > waited


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
    full = await workers[0].fetchval("SELECT full_at FROM pace")
    waiting = asyncio.create_task(other.turn())
    await wait_for(lambda: workers[0].fetchval("SELECT true FROM pace WHERE full_at > $1", full))
    await one.heard(429, {"Retry-After": "2"})
    began = time.monotonic()
    await waiting
    assert time.monotonic() - began >= 1.9


async def test_a_limit_that_shows_later_is_noticed_by_those_who_knew_of_none(workers: tuple[Pool, Pool]) -> None:
    one, other = (Pace(pool, "ours", None, QUICK) for pool in workers)
    await other.turn()
    await one.heard(429, {"Retry-After": "3600"})

    async def notices() -> bool:
        try:
            await other.turn()
        except SourceTrouble:
            return True
        return False

    await wait_for(notices, seconds=5)


async def test_without_a_known_limit_nothing_is_kept(workers: tuple[Pool, Pool]) -> None:
    quick = Pace(workers[0], "ours", None, QUICK)
    for _ in range(3):
        await quick.turn()
        await quick.heard(200, {})
    assert await workers[0].fetchval("SELECT count(*) FROM pace") == 0


# A source with a limit, read by two workers


async def test_a_limit_known_beforehand_is_kept_by_every_request(
    workers: tuple[Pool, Pool], district: District
) -> None:
    began = time.monotonic()
    async with serving(district) as server:
        for pool in workers:
            async with http_of(Opening({}, {}, QUICK, pool), "ours", per_minute=40) as http:
                for _ in range(3):
                    await http.exchange("GET", f"{server.base_url}/orgs", Entry("orgs", "school"), {})
    assert time.monotonic() - began >= 2 * bucket_of(40).interval
    assert await workers[0].fetchval("SELECT count(*) FROM pace") == 1


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
