"""Numbers, durations and times, as the spoken language has them and as the dashboard's pages show them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal

from common.language import spoken
from notifier.language import _


def number(value: int) -> str:
    """1,470"""
    return format_decimal(value, locale=spoken())


def duration(milliseconds: int) -> str:
    """41 s, 3 min 5 s, 1 h 12 min"""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    if not minutes:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes_left = divmod(minutes, 60)
    return _("{hours} h {minutes} min", hours=number(hours), minutes=minutes_left)


def exact(moment: datetime, zone: str) -> str:
    """Sun 22 Nov 2026, 20:03 CET, on the clock of an IANA zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{format_datetime(local, 'EEE d MMM y, HH:mm', locale=spoken())} {local.tzname()}"
