"""What must be said before something dangerous is done."""

import pytest

from dashboard_api.confirmation import approval_needs_another, is_over_limit, require_typed
from dashboard_api.declare.second_person import SecondPerson
from dashboard_api.problems import Problem

GUARDS = [{"limit": 5}, {"limit": 12}]


def test_the_schools_name_is_typed_and_a_reason_given() -> None:
    require_typed("Ashgrove Primary", " ashgrove primary ", "wrong year")
    for typed, reason, code in (
        ("", "wrong year", "confirm_needed"),
        ("Ashgrove", "wrong year", "confirm_needed"),
        ("Ashgrove Primary", "  ", "reason_needed"),
    ):
        with pytest.raises(Problem) as refused:
            require_typed("Ashgrove Primary", typed, reason)
        assert (refused.value.status, refused.value.code) == (422, code)
    with pytest.raises(Problem, match="Ashgrove Primary"):
        require_typed("Ashgrove Primary", "", "")


@pytest.mark.parametrize(
    ("removals", "policy", "over", "another"),
    [
        (5, SecondPerson(), False, False),
        (6, SecondPerson(), True, False),
        (6, SecondPerson(approvals_over_limit=10), False, False),
        (11, SecondPerson(approvals_over_limit=10), True, True),
        (1, SecondPerson(approvals_over_limit=0), True, True),
        (0, SecondPerson(approvals_over_limit=0), False, False),
    ],
)
def test_the_limit_is_the_districts_or_the_strictest_of_the_plan(
    removals: int, policy: SecondPerson, over: bool, another: bool
) -> None:
    assert is_over_limit(removals, GUARDS, policy) is over
    assert approval_needs_another(removals, policy) is another
