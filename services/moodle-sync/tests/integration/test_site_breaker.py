"""A Moodle that does not answer, run after run, is left alone for a while, by the runs of all its schools."""

from collections.abc import AsyncIterator, Callable

import pytest
from prometheus_client import REGISTRY

from common.events import SyncCompleted, SyncFailed
from common.settings import CommonSettings
from simulators.moodle import ANY_FUNCTION, Mishap, MoodleSimulator

from ..support.bench import TOKEN, Bench, a_worker, settings_for
from ..support.district import Roster, a_school


@pytest.fixture
async def hurried(idle_bench: Bench, settings: CommonSettings) -> AsyncIterator[Bench]:
    """With a worker that asks but once."""
    async with a_worker(idle_bench, settings_for(settings, moodle_attempts=1, moodle_timeout_seconds=60)):
        yield idle_bench


def break_down(moodle: MoodleSimulator) -> None:
    moodle.fail_next(ANY_FUNCTION, times=9999, kind=Mishap.UNAVAILABLE)


def measured(state: str) -> float:
    return REGISTRY.get_sample_value("rosterbus_moodle_breaker_total", {"state": state}) or 0


async def ended_with(bench: Bench, code: str, school: str = "hill", times: int = 1) -> str:
    """What the last of so many runs of a school says about its failure."""
    detail = ""
    for _ in range(times):
        ended = await bench.run(a_school(school))
        assert isinstance(ended, SyncFailed)
        assert ended.code == code
        detail = ended.detail
    return detail


async def completed(bench: Bench, school: str = "hill") -> None:
    ended = await bench.run(a_school(school))
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome in ("clean", "nothing_to_do")


async def failures(bench: Bench) -> int | None:
    found: int | None = await bench.sync.fetchval("SELECT failures FROM breaker")
    return found


async def let_the_pause_pass(bench: Bench) -> None:
    await bench.sync.execute("UPDATE breaker SET retry_at = clock_timestamp()")


async def test_after_five_runs_without_an_answer_no_school_asks_any_more(
    hurried: Bench, moodle: MoodleSimulator
) -> None:
    break_down(moodle)
    opened = measured("open")
    await ended_with(hurried, "LMS_UNREACHABLE", "hill", times=3)
    await ended_with(hurried, "LMS_UNREACHABLE", "lake", times=2)
    asked = moodle.calls.total()
    detail = await ended_with(hurried, "LMS_CIRCUIT_OPEN", "dune")
    assert "after 5 runs in a row failed. The last one: Moodle answered " in detail
    assert " with HTTP 503. It is tried again at " in detail
    await ended_with(hurried, "LMS_CIRCUIT_OPEN", "hill")
    assert moodle.calls.total() == asked
    assert measured("open") == opened + 1


async def test_a_run_that_needs_no_call_goes_on_and_says_nothing(hurried: Bench, moodle: MoodleSimulator) -> None:
    await completed(hurried, "calm")
    break_down(moodle)
    await ended_with(hurried, "LMS_UNREACHABLE", times=4)
    ended = await hurried.run(a_school("calm"), mode="nightly")
    assert isinstance(ended, SyncCompleted)
    assert await failures(hurried) == 4
    await ended_with(hurried, "LMS_UNREACHABLE")
    ended = await hurried.run(a_school("calm"), mode="nightly")
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, await failures(hurried)) == ("nothing_to_do", 5)


async def test_after_the_pause_one_run_tries_and_its_first_answer_lets_all_others_in(
    hurried: Bench, moodle: MoodleSimulator
) -> None:
    break_down(moodle)
    await ended_with(hurried, "LMS_UNREACHABLE", times=5)
    await let_the_pause_pass(hurried)
    await hurried.sync.execute("DELETE FROM site")  # so that the trial is not the only one that may call
    moodle.mishaps.clear()
    tried, closed = measured("half_open"), measured("closed")
    before, after = moodle.hold(ANY_FUNCTION), moodle.hold("core_user_create_users")
    trial = await hurried.fetched(a_school("trial"))
    await before.reached.wait()
    await ended_with(hurried, "LMS_CIRCUIT_OPEN")
    before.release()
    await after.reached.wait()
    ended = await hurried.run(Roster("lake"))
    assert isinstance(ended, SyncCompleted)
    after.release()
    assert isinstance(await hurried.ended(trial), SyncCompleted)
    assert (measured("half_open"), measured("closed")) == (tried + 1, closed + 1)
    assert await failures(hurried) is None


async def test_a_trial_that_fails_makes_the_pause_twice_as_long(hurried: Bench, moodle: MoodleSimulator) -> None:
    break_down(moodle)
    await ended_with(hurried, "LMS_UNREACHABLE", times=5)
    await let_the_pause_pass(hurried)
    await ended_with(hurried, "LMS_UNREACHABLE")
    detail = await ended_with(hurried, "LMS_CIRCUIT_OPEN")
    assert "after 6 runs in a row" in detail
    assert await hurried.sync.fetchval("SELECT pause FROM breaker") == 120


def lose_the_token(moodle: MoodleSimulator) -> None:
    moodle.callers.clear()


def lack_a_function(moodle: MoodleSimulator) -> None:
    moodle.revoke("core_course_create_categories")


@pytest.mark.parametrize("refuses", [lose_the_token, lack_a_function])
async def test_a_refusal_is_an_answer(
    hurried: Bench, moodle: MoodleSimulator, refuses: Callable[[MoodleSimulator], None]
) -> None:
    break_down(moodle)
    await ended_with(hurried, "LMS_UNREACHABLE", times=5)
    await let_the_pause_pass(hurried)
    moodle.mishaps.clear()
    refuses(moodle)
    ended = await hurried.run(a_school())
    assert isinstance(ended, SyncFailed)
    assert ended.code != "LMS_CIRCUIT_OPEN"
    assert await failures(hurried) is None


async def test_a_run_that_succeeds_makes_failures_forgotten(hurried: Bench, moodle: MoodleSimulator) -> None:
    break_down(moodle)
    await ended_with(hurried, "LMS_UNREACHABLE", times=4)
    moodle.mishaps.clear()
    await completed(hurried)
    break_down(moodle)
    await ended_with(hurried, "LMS_UNREACHABLE", times=2)
    assert await failures(hurried) == 2


async def test_a_site_that_falls_silent_in_the_middle_of_a_run_has_failed_it(
    hurried: Bench, moodle: MoodleSimulator
) -> None:
    moodle.fail_next("core_user_create_users", times=9999, kind=Mishap.DROP)
    await ended_with(hurried, "LMS_UNREACHABLE", times=2)
    assert await failures(hurried) == 2


@pytest.mark.parametrize("changed", ["address", "token"])
async def test_a_target_with_another_address_or_token_is_asked_at_once(
    hurried: Bench, moodle: MoodleSimulator, changed: str
) -> None:
    break_down(moodle)
    await ended_with(hurried, "LMS_UNREACHABLE", times=5)
    if changed == "address":
        await hurried.dashboard.execute("UPDATE target SET base_url = base_url || '/'")
    else:
        await hurried.dashboard.execute("UPDATE target SET secrets = $1", hurried.box.seal({"token": TOKEN}))
    await ended_with(hurried, "LMS_UNREACHABLE")
    assert await hurried.sync.fetchval("SELECT array_agg(failures) FROM breaker") == [1]
    moodle.mishaps.clear()
    await completed(hurried)
