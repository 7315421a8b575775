"""Numbers, sizes and times in words, for pages and command line, in English as yet. None means not known."""

from datetime import datetime
from zoneinfo import ZoneInfo

NOTHING = "–"
SIZES = ("bytes", "kB", "MB", "GB", "TB")


def number(value: int | None) -> str:
    """1,470"""
    return NOTHING if value is None else f"{value:,}"


def size(value: int | None) -> str:
    """1.2 MB, in powers of a thousand, as the wire is sold."""
    if value is None:
        return NOTHING
    amount, unit = float(value), 0
    while amount >= 999.5 and unit < len(SIZES) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {SIZES[unit]}" if unit and amount < 99.5 else f"{amount:.0f} {SIZES[unit]}"


def duration(milliseconds: float | None) -> str:
    """0.4 s, 41 s, 3 min 20 s, 1 h 12 min"""
    if milliseconds is None:
        return NOTHING
    seconds = milliseconds / 1000
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, seconds_left = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {seconds_left} s" if seconds_left else f"{minutes} min"
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min"


def ago(moment: datetime | None, now: datetime) -> str:
    """6 minutes ago; the exact time stands beside it wherever this is shown."""
    if moment is None:
        return NOTHING
    seconds = (now - moment).total_seconds()
    if seconds < 45:
        return "just now"
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length or unit == "minute":
            n = max(1, round(seconds / length))
            return f"{n} {unit}{'' if n == 1 else 's'} ago"
    raise AssertionError("a minute always fits")


def lasting(moment: datetime | None, now: datetime) -> str:
    """for 6 minutes"""
    text = ago(moment, now)
    return "for less than a minute" if text == "just now" else f"for {text.removesuffix(' ago')}"


def exact(moment: datetime | None, zone: str | None) -> str:
    """Sun 22 Nov 2026, 20:03:11 CET, in the school's or district's own zone."""
    if moment is None:
        return NOTHING
    return f"{moment.astimezone(ZoneInfo(zone or 'UTC')):%a %-d %b %Y, %H:%M:%S %Z}"


def count(n: int | None, one: str, many: str | None = None) -> str:
    """21 schools, 1 school"""
    return f"{number(n)} {one if n == 1 else many or one + 's'}"


def moment(value: str | None) -> datetime | None:
    """A time as PostgreSQL writes it in JSON."""
    return datetime.fromisoformat(value) if value else None
