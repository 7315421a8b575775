"""The next night of each of some schools, as their rows have their schedules. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from common.nights import Night, night

Dates = tuple[date, date, str | None]
"""The first and last date without a nightly sync, and the id of the school that it is about; None: all."""
FURTHEST = 366
"""Days to look ahead."""


def add_next_nights(rows: Iterable[dict[str, Any]], blackouts: Mapping[str, Sequence[Dates]], now: datetime) -> None:
    """Give each row `next_night`: `{date, at, mode}`, or None for a school that will not sync by itself.

    `date` is local, `at` in UTC, `mode` on or additions_only; nights that a pause or one of the district's
    `blackouts` takes away are passed over. Rows are those of `school_overview`.
    """
    occurrence = cache(night)  # most schools of a list have their nights at the same time
    for row in rows:
        row["next_night"] = _next(row, blackouts.get(row["district_id"], ()), now, occurrence)


def _next(
    school: Mapping[str, Any], blackouts: Sequence[Dates], now: datetime, occurrence: Callable[..., Night | None]
) -> dict[str, Any] | None:
    until = date.fromisoformat(school["mode_until"]) if school["mode_until"] else None
    by_itself = school["shared"] and school["target"] and school["nightly"]
    if not by_itself or (school["mode"] == "paused" and until is None):
        return None
    zone, wall = ZoneInfo(school["timezone"]), time.fromisoformat(school["nightly"])
    today = now.astimezone(zone).date()
    for days in range(-1, FURTHEST):
        day = today + timedelta(days=days)
        mode = "on" if until and day >= until else school["mode"]
        if mode == "paused" or day.isoweekday() not in school["nights"] or _is_black(day, school["id"], blackouts):
            continue
        found = occurrence(zone, day, wall)
        if found and found.at > now.astimezone(UTC):
            return _shown(found, mode)
    return None


def _is_black(day: date, school_id: str, blackouts: Sequence[Dates]) -> bool:
    return any(first <= day <= last and of in (None, school_id) for first, last, of in blackouts)


def _shown(found: Night, mode: str) -> dict[str, Any]:
    return {"date": found.date.isoformat(), "at": found.at.isoformat(), "mode": mode}
