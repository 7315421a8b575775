"""How many calls at once a Moodle gets, from all workers together."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from common.events import SyncCompleted, SyncFailed
from common.settings import CommonSettings
from common.testing.fixtures import PoolOf
from common.testing.waiting import wait_for
from moodle_sync.moodle.errors import NoAnswer
from moodle_sync.site import Site, Turns
from simulators.moodle import ANY_FUNCTION, Mishap, MoodleSimulator

from ..support.bench import Bench, a_worker, settings_for
from ..support.district import DISTRICT, TARGET, a_school

SITE = Site(DISTRICT, TARGET)


@pytest.fixture
async def crew(idle_bench: Bench, settings: CommonSettings) -> AsyncIterator[Bench]:
    """With two workers that ask but once."""
    hurried = settings_for(settings, moodle_attempts=1, moodle_timeout_seconds=60)
    async with a_worker(idle_bench, hurried), a_worker(idle_bench, hurried):
        yield idle_bench


async def allowed(bench: Bench) -> int | None:
    found: int | None = await bench.sync.fetchval("SELECT in_flight FROM site")
    return found


async def waiting(bench: Bench) -> int:
    """How many calls wait for others to end."""
    found: int = await bench.sync.fetchval(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return found


async def calls_at_once(bench: Bench, moodle: MoodleSimulator, name: str, *, expected: int) -> int:
    """How many calls four schools make before the first is answered; the others wait."""

    async def the_others_wait() -> bool:
        return await waiting(bench) == 4 - expected

    moodle.reset_calls()
    gate = moodle.hold(ANY_FUNCTION)
    events = [await bench.fetched(a_school(f"{name}{n}", students=10)) for n in range(4)]
    await wait_for(the_others_wait, what=f"{4 - expected} calls that wait")
    peak = moodle.peak_in_flight
    gate.release()
    for event in events:
        assert isinstance(await bench.ended(event), SyncCompleted)
    return peak


async def test_a_site_that_answers_503_gets_one_call_at_a_time_and_two_again_later(
    crew: Bench, moodle: MoodleSimulator
) -> None:
    assert await calls_at_once(crew, moodle, "before", expected=2) == 2
    moodle.fail_next(ANY_FUNCTION, kind=Mishap.UNAVAILABLE)
    assert isinstance(await crew.run(a_school("unlucky")), SyncFailed)
    assert await allowed(crew) == 1
    assert await calls_at_once(crew, moodle, "meanwhile", expected=1) == 1
    assert await allowed(crew) == 2
    assert await calls_at_once(crew, moodle, "later", expected=2) == 2


async def test_a_site_that_becomes_slow_gets_one_call_at_a_time_and_two_again_later(
    crew: Bench, moodle: MoodleSimulator
) -> None:
    await crew.run(a_school("quick", students=10))
    moodle.options = replace(moodle.options, cost_ms_per_record=120)
    await crew.run(a_school("slow", students=10))
    assert await allowed(crew) == 1
    moodle.options = replace(moodle.options, cost_ms_per_record=0)
    assert await calls_at_once(crew, moodle, "meanwhile", expected=1) == 1
    assert await allowed(crew) == 2
    assert await calls_at_once(crew, moodle, "later", expected=2) == 2


async def test_what_sites_are_allowed_is_measured_without_naming_any(crew: Bench) -> None:
    before = REGISTRY.get_sample_value("rosterbus_moodle_in_flight_bucket", {"le": "2.0"}) or 0
    ended = await crew.run(a_school())
    assert isinstance(ended, SyncCompleted)
    after = REGISTRY.get_sample_value("rosterbus_moodle_in_flight_bucket", {"le": "2.0"}) or 0
    assert 0 < after - before <= ended.calls


async def test_a_site_that_wants_quiet_is_called_by_nobody_until_that_has_passed(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    async def quiet() -> bool | None:
        found: bool | None = await bench.sync.fetchval("SELECT quiet_until > clock_timestamp() FROM site")
        return found

    moodle.mishaps.retry_after = "3"
    moodle.fail_next(ANY_FUNCTION, kind=Mishap.TOO_MANY)
    gate = moodle.hold(ANY_FUNCTION)
    turned_away = await bench.fetched(a_school("hill"))
    await wait_for(quiet, what="the site's wish for quiet")
    another = await bench.fetched(a_school("lake"))
    await gate.reached.wait()
    assert await quiet() is False
    assert moodle.calls.total() == 2
    gate.release()
    for event in (turned_away, another):
        assert isinstance(await bench.ended(event), SyncCompleted)


async def test_a_site_that_wants_quiet_for_longer_than_a_run_can_wait_fails_it_at_once(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    moodle.mishaps.retry_after = "3600"
    moodle.fail_next(ANY_FUNCTION, kind=Mishap.TOO_MANY)
    ended = await bench.run(a_school())
    assert isinstance(ended, SyncFailed)
    assert (ended.code, moodle.calls.total()) == ("LMS_UNREACHABLE", 1)
    assert ended.detail.endswith(" with HTTP 429 and asks for 3600 seconds of quiet.")
    assert isinstance(await bench.run(a_school()), SyncCompleted)


async def test_who_waited_for_a_slot_that_is_given_no_more_waits_on(bench: Bench, pool_of: PoolOf) -> None:
    turns = Turns(await pool_of("moodle-sync"), 2)

    async def take_turn() -> int:
        async with turns.at(SITE) as turn:
            return (await turn.hold_slot()).lock

    async def it_waits() -> bool:
        return await waiting(bench) == 1

    async with turns.at(SITE) as first:
        lock = (await first.hold_slot()).lock
        async with turns.at(SITE) as second:
            await second.hold_slot()
            third = asyncio.create_task(take_turn())
            await wait_for(it_waits, what="the third waits")
            await bench.sync.execute("INSERT INTO site VALUES ($1, $2, 1, 0, 1, '{}', now())", *SITE)
        await wait_for(it_waits, what="the third waits on")
        assert not third.done()
    assert await third == lock


async def test_trouble_that_several_calls_meet_together_halves_the_number_once(bench: Bench, pool_of: PoolOf) -> None:
    turns = Turns(await pool_of("moodle-sync"), 4)
    all_there = asyncio.Barrier(3)

    async def meet_trouble(_: int) -> None:
        await all_there.wait()
        raise NoAnswer("Moodle answered with HTTP 503.")

    async def call() -> None:
        async with turns.at(SITE) as turn:
            await turn.insist(meet_trouble, 1)

    assert all(await asyncio.gather(call(), call(), call(), return_exceptions=True))
    assert await allowed(bench) == 2


async def test_trouble_at_one_site_is_none_at_another(bench: Bench, pool_of: PoolOf) -> None:
    turns = Turns(await pool_of("moodle-sync"), 2)
    await bench.sync.execute("INSERT INTO site VALUES ($1, $2, 1, 0, 1, '{}', now())", *SITE)
    for other in (SITE._replace(target_id="other"), SITE._replace(district_id="south")):
        async with turns.at(other) as turn:
            assert (await turn.hold_slot()).load.in_flight == 2
