"""From when until when acts are asked for: a date counts in the district's time zone and whole, a moment as it is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard_api.declare.mistakes import Mistake
from dashboard_api.language import _
from dashboard_api.problems import Problem

FIRST, LAST = date(1970, 1, 1), date(9000, 1, 1)
"""Nothing was done before or will be after; a time zone cannot shift these out of what a date can be."""


def begins(text: str, zone: str, place: str) -> datetime | None:
    """The first moment that counts; None: any. Raises `Problem` 422 for what is neither date nor moment."""
    return _moment(text, zone, place, 0)


def ends(text: str, zone: str, place: str) -> datetime | None:
    """The first moment that is too late: a moment itself, or the end of a date."""
    return _moment(text, zone, place, 1)


def of_day(day: date, zone: str, days: int = 0) -> datetime:
    """The midnight with which a date begins there, or so many days later."""
    local = min(max(day, FIRST), LAST) + timedelta(days=days)
    return datetime.combine(local, time.min, ZoneInfo(zone))


def _moment(text: str, zone: str, place: str, days: int) -> datetime | None:
    if not text:
        return None
    try:
        if len(text) == len("2026-11-25"):
            return of_day(date.fromisoformat(text), zone, days)
        found = datetime.fromisoformat(text)
        if found.tzinfo is None or not FIRST <= found.date() <= LAST:
            raise ValueError(text)
    except ValueError:
        sentence = _("Write a date, such as 2026-11-25, or a moment with its zone, such as 2026-11-25T18:00:00+01:00.")
        raise Problem(422, "mistakes", sentence, mistakes=[Mistake(place, sentence)]) from None
    return found.astimezone(UTC)
