"""What a district lets Rosterbus do."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rules.policy import Limit, Limits, Policy

README = Path(__file__).parents[4] / "README.md"


def test_what_is_left_out_has_its_usual_value() -> None:
    usual = Policy()
    assert (usual.changes, usual.leavers, usual.courses, usual.families) == ("new", "suspend", "class", False)
    assert Policy.model_validate({}) == usual


def test_the_readme_shows_the_usual_values() -> None:
    shown = README.read_text().split("```yaml\npolicy:")[1].split("```")[0]
    parsed = yaml.safe_load(f"policy:{shown}")["policy"]
    assert set(parsed) == set(Policy.model_fields)
    assert Policy.model_validate(parsed) == Policy()


@pytest.mark.parametrize(
    ("declared", "type_"),
    [
        ({"change": "all"}, "extra_forbidden"),
        ({"changes": "some"}, "literal_error"),
        ({"limits": {"removals": {"percent": 101}}}, "less_than_equal"),
        ({"templates": {"username": ["{name}"]}}, "value_error"),
        ({"templates": {"username": []}}, "too_short"),
        ({"templates": {"category": ["{school}"] * 5}}, "too_long"),
        ({"templates": {"idnumber": "{title}"}}, "value_error"),
        ({"account_days": -1}, "greater_than_equal"),
    ],
)
def test_what_is_no_policy_is_refused(declared: dict[str, object], type_: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Policy.model_validate(declared)
    assert [error["type"] for error in wrong.value.errors()] == [type_]


def test_a_limit_is_the_greater_of_a_number_and_a_share() -> None:
    assert [Limit().of(total) for total in (0, 20, 50, 59, 60, 1000)] == [5, 5, 5, 5, 6, 100]


def test_a_kind_of_record_may_have_a_limit_of_its_own() -> None:
    limits = Limits(users=Limit(count=0, percent=1))
    assert limits.removals_of("user").of(1000) == 10
    assert limits.removals_of("enrolment") == limits.removals_of("group_member") == Limit()


@given(st.integers(0, 1000), st.integers(0, 100), st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_records_never_allow_fewer_removals(count: int, percent: int, fewer: int, more: int) -> None:
    limit = Limit(count=count, percent=percent)
    assert limit.of(min(fewer, more)) <= limit.of(max(fewer, more))
    assert limit.of(fewer) >= count
