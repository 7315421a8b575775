"""Moments as sentences for operators have them, and waits as servers ask for them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 86_400.0
"""Seconds beyond which we do not believe that we are to wait."""


def in_words(moment: datetime) -> str:
    """A moment as sentences for operators have it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that Retry-After asks for, be it a number or a date (RFC 9110, 10.2.3); None without it."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return min(float(value), LONGEST)
    moment = http_date(value)
    return bounded((moment - datetime.now(UTC)).total_seconds()) if moment else None


def http_date(value: str) -> datetime | None:
    """The moment in a header such as Date; None if it is none."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def bounded(seconds: float) -> float:
    """A wait that we believe: none below zero, and no longer than a day."""
    return min(max(0.0, seconds), LONGEST)
