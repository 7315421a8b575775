"""Every school of an order ends as exactly one run or one refusal."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from common.events import SyncOrdered
from scheduler.orders import split

targets = st.tuples(st.none() | st.just("moodle"), st.just("shared"))
known = st.dictionaries(st.uuids(), targets, max_size=8)


def order(schools: tuple[UUID, ...] | None) -> SyncOrdered:
    return SyncOrdered(district_id="north", order_id=uuid4(), schools=schools, mode="full", ordered_by="x")


@given(known=known, strangers=st.sets(st.uuids(), max_size=4))
def test_each_named_school_becomes_a_run_or_a_refusal(
    known: dict[UUID, tuple[str | None, str]], strangers: set[UUID]
) -> None:
    named = tuple({*known, *strangers})
    runs, refusals = split(order(named), known)
    assert sorted([r.school_id for r in runs] + [r.school_id for r in refusals]) == sorted(named)
    assert all(known[run.school_id][0] == run.target_id for run in runs)


@given(known=known)
def test_an_order_without_names_reaches_every_known_school(known: dict[UUID, tuple[str | None, str]]) -> None:
    runs, refusals = split(order(None), known)
    assert {r.school_id for r in runs} | {r.school_id for r in refusals} == set(known)
