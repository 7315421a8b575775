"""How often one may ask."""

import pytest

from dashboard_api.pace import Pace
from dashboard_api.problems import Problem


def test_a_minutes_requests_are_answered_at_once_and_then_one_by_one() -> None:
    now = [0.0]
    pace = Pace(60, clock=lambda: now[0])
    for _ in range(60):
        pace.take("key-1")
    with pytest.raises(Problem) as refused:
        pace.take("key-1")
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "1")
    now[0] += 1
    pace.take("key-1")
    with pytest.raises(Problem):
        pace.take("key-1")


def test_callers_do_not_slow_each_other_down() -> None:
    pace = Pace(1, clock=lambda: 0.0)
    pace.take("key-1")
    pace.take("key-2")
    with pytest.raises(Problem):
        pace.take("key-1")
