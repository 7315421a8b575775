"""A time of day comes once on each local date, in every zone of the tz database and whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.nights import Night, night, nights

ZONES = sorted(available_timezones())
times = st.times().map(lambda t: t.replace(microsecond=0))


def at(zone: str, day: str, wall: str) -> tuple[str, str] | None:
    """The UTC instant and what the clocks did, for a local date and time."""
    found = night(ZoneInfo(zone), date.fromisoformat(day), time.fromisoformat(wall))
    return found and (found.at.strftime("%Y-%m-%d %H:%M"), found.oddity)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "instant", "oddity"),
    [
        ("Europe/Amsterdam", "2026-01-15", "20:00", "2026-01-15 19:00", ""),
        ("Europe/Amsterdam", "2026-07-15", "20:00", "2026-07-15 18:00", ""),
        ("Europe/Amsterdam", "2026-03-29", "02:30", "2026-03-29 01:00", "skipped"),
        ("Europe/Amsterdam", "2026-10-25", "02:30", "2026-10-25 00:30", "repeated"),
        ("America/Santiago", "2026-09-06", "00:00", "2026-09-06 04:00", "skipped"),  # midnight itself is skipped
        ("America/Havana", "2026-11-01", "00:00", "2026-11-01 04:00", "repeated"),  # and here it is repeated
        ("Australia/Lord_Howe", "2026-10-04", "02:10", "2026-10-03 15:30", "skipped"),  # by half an hour
        ("Asia/Kathmandu", "2026-05-01", "00:00", "2026-04-30 18:15", ""),
        ("Pacific/Kiritimati", "2026-05-01", "00:00", "2026-04-30 10:00", ""),
    ],
)
def test_a_skipped_time_comes_at_the_first_valid_instant_and_a_repeated_one_the_first_time(
    zone: str, day: str, wall: str, instant: str, oddity: str
) -> None:
    assert at(zone, day, wall) == (instant, oddity)


def test_a_date_that_a_zone_left_out_has_no_night() -> None:
    assert at("Pacific/Apia", "2011-12-30", "20:00") is None
    assert at("Pacific/Apia", "2011-12-29", "20:00") == ("2011-12-30 06:00", "")
    assert at("Pacific/Apia", "2011-12-31", "00:00") == ("2011-12-30 10:00", "")


@pytest.mark.parametrize("wall", [time(20), time(0), time(2, 30)])
def test_over_two_whole_years_each_zone_has_each_night_once_and_in_order(wall: time) -> None:
    first, last = date(2025, 12, 31), date(2027, 12, 31)
    for name in ZONES:
        zone = ZoneInfo(name)
        found = [night(zone, first + timedelta(days=n), wall) for n in range((last - first).days)]
        instants = [one.at for one in found if one]
        assert len(instants) == len(found), name
        assert all(a < b for a, b in pairwise(instants)), name
        odd = [one for one in found if one and one.oddity]
        assert len(odd) <= 8, name


@settings(max_examples=2000, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(1971, 1, 1), date(2037, 12, 30)), times)
def test_the_instant_is_the_first_at_which_local_clocks_show_the_time_or_a_later_one(
    name: str, day: date, wall: time
) -> None:
    zone, wanted = ZoneInfo(name), datetime.combine(day, wall)
    found = night(zone, day, wall)
    if found is None:
        hours = [datetime.combine(day, time(hour), UTC) + timedelta(hours=h) for hour in range(24) for h in (-24, 0)]
        assert all(hour.astimezone(zone).date() != day for hour in hours)
        return
    shown = found.at.astimezone(zone).replace(tzinfo=None)
    before = (found.at - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    assert before < wanted <= shown
    assert (shown == wanted) == (found.oddity != "skipped")


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(ZONES),
    times,
    st.integers(157_766_400, 2_082_758_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.lists(st.timedeltas(timedelta(seconds=1), timedelta(days=5)), min_size=1, max_size=12),
)
def test_looking_again_and_again_sees_each_night_once_however_long_one_does_not_look(
    name: str, wall: time, began: datetime, pauses: list[timedelta]
) -> None:
    zone, moment = ZoneInfo(name), began
    seen: list[Night] = []
    for pause in pauses:
        seen += nights(zone, wall, moment, moment + pause)
        moment += pause
    assert seen == list(nights(zone, wall, began, moment))
    assert len({one.date for one in seen}) == len(seen)
