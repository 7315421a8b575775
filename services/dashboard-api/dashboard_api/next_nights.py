"""The next night of each of some schools, as their rows have their schedules. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from common.nights import Night, night

Dates = tuple[date, date, str | None]
"""The first and last date without a nightly sync, and the id of the school that it is about; None: all."""
SCHEDULE = ("shared", "target", "nightly", "timezone", "mode", "mode_until")
"""What, beside nights and dates without any, says when a school syncs."""
FURTHEST = 366
"""Days to look ahead."""


def add_next_nights(rows: Iterable[dict[str, Any]], blackouts: Mapping[str, Sequence[Dates]], now: datetime) -> None:
    """Give each row `next_night`: `{date, at, mode}`, or None for a school that will not sync by itself.

    `date` is local, `at` in UTC, `mode` on or additions_only; nights that a pause or one of the district's
    `blackouts` takes away are passed over. Rows are those of `school_overview`.
    """
    known: dict[
        tuple[Any, ...], dict[str, Any] | None
    ] = {}  # most schools of a list have their nights at the same time
    for row in rows:
        black = tuple(one for one in blackouts.get(row["district_id"], ()) if one[2] in (None, row["id"]))
        schedule = (black, tuple(row["nights"] or ()), *(row[name] for name in SCHEDULE))
        if schedule not in known:
            known[schedule] = _next(row, black, now)
        row["next_night"] = known[schedule]


def _next(school: Mapping[str, Any], blackouts: Sequence[Dates], now: datetime) -> dict[str, Any] | None:
    until = date.fromisoformat(school["mode_until"]) if school["mode_until"] else None
    by_itself = school["shared"] and school["target"] and school["nightly"]
    if not by_itself or (school["mode"] == "paused" and until is None):
        return None
    zone, wall = ZoneInfo(school["timezone"]), time.fromisoformat(school["nightly"])
    today = now.astimezone(zone).date()
    for days in range(-1, FURTHEST):
        day = today + timedelta(days=days)
        mode = "on" if until and day >= until else school["mode"]
        if mode == "paused" or day.isoweekday() not in school["nights"] or _is_black(day, blackouts):
            continue
        found = night(zone, day, wall)
        if found and found.at > now.astimezone(UTC):
            return _shown(found, mode)
    return None


def _is_black(day: date, blackouts: Sequence[Dates]) -> bool:
    return any(first <= day <= last for first, last, _ in blackouts)


def _shown(found: Night, mode: str) -> dict[str, Any]:
    return {"date": found.date.isoformat(), "at": found.at.isoformat(), "mode": mode}
