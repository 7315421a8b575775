"""The next night of a school: over pauses, weekdays, blackouts and changes of the clocks."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dashboard_api.next_nights import Dates, add_next_nights

SCHOOL: dict[str, Any] = {
    "id": "s-1", "district_id": "north", "shared": True, "target": "North Moodle", "nightly": "20:00",
    "nights": [1, 2, 3, 4, 5, 6, 7], "timezone": "Europe/Amsterdam", "mode": "on", "mode_until": None,
}  # fmt: skip
FRIDAY_NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)


def next_of(now: datetime = FRIDAY_NOON, blackouts: tuple[Dates, ...] = (), **changes: Any) -> Any:
    school = {**SCHOOL, **changes}
    add_next_nights([school], {"north": blackouts}, now)
    return school["next_night"]


def test_it_is_tonight_where_the_time_has_not_come() -> None:
    assert next_of() == {"date": "2026-11-27", "at": "2026-11-27T19:00:00+00:00", "mode": "on"}


def test_it_is_tomorrow_once_the_time_has_passed() -> None:
    assert next_of(datetime(2026, 11, 27, 19, 0, tzinfo=UTC))["date"] == "2026-11-28"


def test_weekdays_without_a_night_are_passed_over() -> None:
    assert next_of(nights=[1, 2])["date"] == "2026-11-30"


def test_a_pause_ends_with_the_night_before_its_date() -> None:
    assert next_of(mode="paused", mode_until="2026-12-01") == {
        "date": "2026-12-01", "at": "2026-12-01T19:00:00+00:00", "mode": "on"
    }  # fmt: skip


def test_a_night_that_only_adds_says_so() -> None:
    assert next_of(mode="additions_only")["mode"] == "additions_only"


def test_blackouts_of_all_and_of_the_school_are_passed_over_and_not_those_of_others() -> None:
    dates = (
        (date(2026, 11, 27), date(2026, 11, 28), None),
        (date(2026, 11, 29), date(2026, 11, 29), "s-1"),
        (date(2026, 11, 30), date(2026, 11, 30), "s-2"),
    )
    assert next_of(blackouts=dates)["date"] == "2026-11-30"


def test_a_time_that_the_clocks_skip_comes_at_the_first_valid_instant() -> None:
    night = next_of(datetime(2026, 3, 28, 12, 0, tzinfo=UTC), nightly="02:30")
    assert night["at"] == "2026-03-29T01:00:00+00:00"


def test_midnight_belongs_to_the_local_date() -> None:
    assert next_of(nightly="00:00", timezone="America/New_York") == {
        "date": "2026-11-28", "at": "2026-11-28T05:00:00+00:00", "mode": "on"
    }  # fmt: skip


@pytest.mark.parametrize(
    "without",
    [{"shared": False}, {"target": None}, {"nightly": None}, {"mode": "paused"}],
    ids=lambda one: next(iter(one)),
)
def test_a_school_that_does_not_sync_by_itself_has_none(without: dict[str, Any]) -> None:
    assert next_of(**without) is None


def test_a_year_of_blackout_has_none() -> None:
    assert next_of(blackouts=((date(2026, 1, 1), date(2028, 1, 1), None),)) is None
