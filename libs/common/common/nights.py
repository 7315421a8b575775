"""Wall time in IANA zones: when a time of day comes on a date, whatever daylight saving does. Pure.

A time that a change of the clocks skips comes at the first valid instant after it; one that is repeated comes once,
the first time; a date that a zone left out altogether (Samoa had no 30 December 2011) has no night.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Oddity = Literal["", "skipped", "repeated"]
DAY = timedelta(days=1)


class Night(NamedTuple):
    """The local date of an occurrence, its instant in UTC, and what the clocks did to its time of day."""

    date: date
    at: datetime
    oddity: Oddity


def night(zone: ZoneInfo, day: date, wall: time) -> Night | None:
    """The occurrence of a time of day (without seconds' fractions) on a local date; None if there is no such date."""
    before, after = (datetime.combine(day, wall, zone).replace(fold=fold) for fold in (0, 1))
    instant = before.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == before.replace(tzinfo=None):
        return Night(day, instant, "repeated" if before.utcoffset() != after.utcoffset() else "")
    change = _change(zone, after.astimezone(UTC), instant)
    if _leaves_out(zone, change, day):
        return None
    return Night(day, change, "skipped")


def nights(zone: ZoneInfo, wall: time, after: datetime, until: datetime) -> Iterator[Night]:
    """The occurrences with `after` < instant ≤ `until` (both aware), the earliest first."""
    day = after.astimezone(zone).date() - DAY
    last = until.astimezone(zone).date() + DAY
    while day <= last:
        found = night(zone, day, wall)
        if found and after < found.at <= until:
            yield found
        day += DAY


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second from which the offset of `high` holds; the offset of `low` is another."""
    new = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == new:
            high = middle
        else:
            low = middle
    return high


def _leaves_out(zone: ZoneInfo, change: datetime, day: date) -> bool:
    """Whether the clocks went from before the date's first moment to after its last."""
    last_before = (change - timedelta(seconds=1)).astimezone(zone).date()
    return last_before < day and change.astimezone(zone).date() > day
