"""Moodle's form encoding, and batches that PHP reads whole."""

from hypothesis import given
from hypothesis import strategies as st

from moodle_sync.moodle.wire import FIXED_FIELDS, Params, batches, count_records, flatten


def test_nested_values_become_bracketed_fields() -> None:
    params: Params = {"users": [{"username": "ada", "suspended": True}, {"id": 7}], "field": "idnumber"}
    assert flatten(params) == {
        "users[0][username]": "ada",
        "users[0][suspended]": "1",
        "users[1][id]": "7",
        "field": "idnumber",
    }


@given(
    items=st.lists(st.integers(), max_size=300),
    fields_each=st.integers(1, 40),
    most_fields=st.integers(50, 1000),
    most_items=st.integers(1, 200),
)
def test_batches_keep_everything_in_order_and_below_the_limits(
    items: list[int], fields_each: int, most_fields: int, most_items: int
) -> None:
    cut = list(batches(items, fields_each, most_fields=most_fields, most_items=most_items))
    assert [item for batch in cut for item in batch] == items
    for batch in cut:
        assert 1 <= len(batch) <= most_items
        assert len(batch) * fields_each + FIXED_FIELDS < most_fields


def test_a_call_is_about_as_many_records_as_its_longest_list_has() -> None:
    assert count_records({"field": "idnumber", "values": ["a", "b", "c"]}) == 3
    assert count_records({"courseid": 7, "options": [{"name": "userfields", "value": "id"}]}) == 1
    assert count_records({}) == 1
