"""When a plan must wait for a person."""

from hypothesis import given
from hypothesis import strategies as st

from moodle_sync.guards import Figures, Lost, Removals, Tripped, Turnover, tripped
from rules.policy import Limit, Limits

USUAL = Limits()
counts = st.integers(0, 10_000)


def removing(removed: int, there: int, entity: str = "user") -> Figures:
    return Figures(removals=[Removals(entity, there, removed, there - removed)], people=there)


def test_five_of_a_kind_or_a_tenth_may_go_without_asking() -> None:
    assert tripped(removing(5, 12), USUAL) == []
    assert tripped(removing(6, 12), USUAL) == [Tripped("CHANGE_THRESHOLD", "user", 6, 12, 5)]
    assert tripped(removing(100, 1000), USUAL) == []
    assert tripped(removing(101, 1000), USUAL) == [Tripped("CHANGE_THRESHOLD", "user", 101, 1000, 100)]


def test_a_kind_that_falls_to_zero_waits_however_small_it_is() -> None:
    assert tripped(removing(1, 1, "course"), USUAL) == [Tripped("CHANGE_THRESHOLD", "course", 1, 1, 0)]


def test_a_district_may_set_limits_of_its_own_by_kind() -> None:
    limits = Limits(removals=Limit(count=0, percent=0), enrolments=Limit(count=500, percent=50))
    assert [t.entity for t in tripped(removing(1, 100), limits)] == ["user"]
    assert tripped(removing(400, 450, "enrolment"), limits) == []


@given(there=counts, removed=counts, count=st.integers(0, 50), percent=st.integers(0, 100))
def test_no_more_than_the_limit_ever_goes_by_itself(there: int, removed: int, count: int, percent: int) -> None:
    removed = min(removed, there)
    limits = Limits(removals=Limit(count=count, percent=percent))
    free = not tripped(removing(removed, there), limits)
    if free and removed:
        assert removed <= max(count, there * percent // 100)
        assert removed < there


def test_a_quarter_of_the_people_may_get_new_ids_under_their_old_names() -> None:
    assert tripped(Figures(people=100, new_ids=25), USUAL) == []
    assert tripped(Figures(people=100, new_ids=26), USUAL) == [Tripped("IDENTITY_SHIFT", "user", 26, 100, 25)]


def test_a_class_of_some_size_may_lose_sixty_percent() -> None:
    assert tripped(Figures(turnovers=[Turnover("7a", 20, 12)]), USUAL) == []
    assert tripped(Figures(turnovers=[Turnover("7a", 20, 13)]), USUAL) == [
        Tripped("CLASS_TURNOVER", "enrolment", 13, 20, 12, "7a")
    ]
    assert tripped(Figures(turnovers=[Turnover("7a", 4, 4)]), USUAL) == []


def test_where_all_endings_of_enrolments_wait_no_class_is_named_beside_them() -> None:
    figures = Figures(removals=[Removals("enrolment", 100, 60, 40)], turnovers=[Turnover("7a", 20, 13)])
    assert tripped(figures, USUAL) == [Tripped("CHANGE_THRESHOLD", "enrolment", 60, 100, 10)]


def test_many_who_lose_a_value_wait() -> None:
    assert tripped(Figures(lost=[Lost("user", "email", 200, 50)]), USUAL) == []
    assert tripped(Figures(lost=[Lost("user", "email", 200, 51)]), USUAL) == [
        Tripped("VALUES_LOST", "user", 51, 200, 50, "email")
    ]
    assert tripped(Figures(lost=[Lost("course", "enddate", 8, 5)]), USUAL) == []
