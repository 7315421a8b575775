"""How many calls at once a site bears."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from moodle_sync.load import CALL_ITSELF, GOOD, HEALTHY, LEAST_RECORDS, SLOWER, Load, Timed, after_answer, after_trouble

ENROL, CREATE = "enrol_manual_enrol_users", "core_user_create_users"
numbers = st.integers(1, 64)
speeds = st.floats(HEALTHY, 10)


def took(speed: float, *, records: int = 100, function: str = ENROL) -> Timed:
    """A call that takes so many seconds for each record, itself counted as some."""
    return Timed(function, records, speed * (records + CALL_ITSELF))


def answered(load: Load, most: int, calls: Sequence[Timed]) -> Load:
    for call in calls:
        load = after_answer(load, most, [call])
    return load


@given(numbers, st.lists(st.one_of(st.none(), st.tuples(speeds, st.integers(0, 500)))))
def test_it_is_never_less_than_one_and_never_more_than_the_setting(
    most: int, happens: list[tuple[float, int] | None]
) -> None:
    load = Load(most)
    for what in happens:
        before = load.in_flight
        load = after_answer(load, most, [Timed(ENROL, what[1], what[0])]) if what else after_trouble(load)
        assert 1 <= load.in_flight <= most
        assert load.in_flight in (before, before + 1, max(1, before // 2))


@given(numbers)
def test_trouble_halves_it(number: int) -> None:
    assert after_trouble(Load(number, good=7, changes=3)) == Load(max(1, number // 2), changes=4)


@given(numbers, numbers)
def test_so_many_good_answers_in_a_row_raise_it_by_one(number: int, more: int) -> None:
    load = Load(number)
    for _ in range(GOOD - 1):
        load = after_answer(load, number + more)
        assert load.in_flight == number
    assert after_answer(load, number + more) == Load(number + 1, changes=1)


@given(numbers)
def test_trouble_in_between_begins_the_row_anew(number: int) -> None:
    load = Load(number)
    for _ in range(GOOD - 1):
        load = after_answer(load, 2 * number)
    assert after_trouble(load).good == 0


@given(numbers)
def test_at_the_setting_a_good_answer_changes_nothing(most: int) -> None:
    assert after_answer(Load(most), most) == Load(most)


@given(st.lists(st.tuples(st.floats(1, SLOWER - 0.01), st.sampled_from([(CREATE, 0.5), (ENROL, 0.005)]))))
def test_a_site_may_take_up_to_three_times_as_long_and_differ_by_function(
    calls: list[tuple[float, tuple[str, float]]],
) -> None:
    timed = [took(factor * speed, function=function) for factor, (function, speed) in calls]
    assert answered(Load(2), 2, timed).in_flight == 2


@given(speeds, st.floats(SLOWER + 0.5, 100))
def test_a_site_that_takes_longer_than_that_for_some_calls_has_trouble(speed: float, factor: float) -> None:
    load = answered(Load(2), 2, [took(speed)] * 3)
    slow = [took(factor * speed)] * 6
    assert 1 in {answered(load, 2, slow[:n]).in_flight for n in range(1, 7)}


@given(st.lists(st.floats(1e-6, SLOWER * HEALTHY)))
def test_what_is_as_quick_as_a_moodle_in_good_health_is_no_trouble(paces: list[float]) -> None:
    assert answered(Load(2), 2, [took(speed) for speed in paces]).in_flight == 2


@given(speeds, st.floats(SLOWER + 0.5, 100))
def test_what_was_slow_once_is_the_measure_afterwards(speed: float, factor: float) -> None:
    load = after_trouble(answered(Load(2), 2, [took(speed)] * 3))
    assert answered(load, 2, [took(factor * speed)] * (GOOD - 1)).good == GOOD - 1
    assert answered(load, 2, [took(factor * speed)] * GOOD).in_flight == 2


@given(st.lists(st.tuples(speeds, st.integers(0, LEAST_RECORDS - 1))))
def test_calls_of_few_records_say_nothing_about_the_pace(calls: list[tuple[float, int]]) -> None:
    assert answered(Load(2), 2, [took(speed, records=records) for speed, records in calls]) == Load(2)


def test_a_call_of_some_hundred_records_is_no_slower_than_one_of_ten() -> None:
    """Recorded from a Moodle 4.4: 500 updates take 387 ms, 10 take 35 ms."""
    few, many = Timed("core_user_update_users", 10, 0.035), Timed("core_user_update_users", 500, 0.387)
    calls = [few, *[many] * 9, *[few] * 9]
    assert answered(Load(2), 2, calls).in_flight == 2
