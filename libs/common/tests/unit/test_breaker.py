"""What another run without an answer makes of a breaker."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from common.breaker import FIRST_PAUSE, LONGEST_PAUSE, LeftAlone, State, after_failure

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def opened(most: int) -> State:
    state = State()
    for _ in range(most):
        state = after_failure(state, "It is down.", NOON, most, trial=False)
    return state


@given(most=st.integers(1, 20))
def test_it_opens_for_a_minute_with_the_last_of_so_many_failures_and_not_before(most: int) -> None:
    state = State()
    for failures in range(1, most):
        state = after_failure(state, "It is down.", NOON, most, trial=False)
        assert (state.failures, state.opened_at) == (failures, None)
    assert opened(most) == State(most, "It is down.", NOON, FIRST_PAUSE, NOON + FIRST_PAUSE * SECOND)


@given(most=st.integers(1, 20), trials=st.integers(1, 10))
def test_each_trial_that_fails_doubles_the_pause_up_to_a_quarter_of_an_hour(most: int, trials: int) -> None:
    state = opened(most)
    for trial in range(1, trials + 1):
        state = after_failure(state, "Still down.", NOON, most, trial=True)
        assert state.pause == min(FIRST_PAUSE * 2**trial, LONGEST_PAUSE)
        assert state.retry_at == NOON + state.pause * SECOND
    assert (state.opened_at, state.failures) == (NOON, most + trials)


@given(later=st.integers(0, 1000))
def test_a_run_that_began_before_it_opened_is_no_news(later: int) -> None:
    assert after_failure(opened(5), "Late.", NOON + later * SECOND, 5, trial=False) == opened(5)


def test_who_may_not_ask_is_told_since_when_why_and_until_when() -> None:
    assert str(LeftAlone("site", opened(3))) == (
        "The site is left alone since 2026-11-23 12:00:00 UTC, after 3 runs in a row failed. "
        "The last one: It is down. It is tried again at 2026-11-23 12:01:00 UTC; run again then."
    )
