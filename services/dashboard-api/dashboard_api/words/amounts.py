"""Numbers, sizes and times in words, as the spoken language has them. None means not known."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from babel.units import format_unit

from common.language import spoken
from dashboard_api.language import _, plural

NOTHING = "–"
SIZES = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")
UNITS = (
    ("day", timedelta(days=1), timedelta(minutes=30)),
    ("hour", timedelta(hours=1), timedelta(seconds=30)),
    ("minute", timedelta(minutes=1), timedelta(0)),
)
"""The largest first, each with how little it may lack: 23 hours and a half are one day, not 24 hours."""


def number(value: float | None) -> str:
    """1,470"""
    return NOTHING if value is None else format_decimal(value, locale=spoken())


def size(value: int | None) -> str:
    """1.2 MB, in powers of a thousand, as the wire is sold."""
    if value is None:
        return NOTHING
    amount, unit = float(value), 0
    while amount >= 999.5 and unit < len(SIZES) - 1:
        amount, unit = amount / 1000, unit + 1
    if not unit:
        return plural("{n} byte", "{n} bytes", value, n=number(value))
    digits = "0.0" if amount < 99.5 else "0"
    return format_unit(amount, f"digital-{SIZES[unit]}", length="short", format=digits, locale=spoken())


def duration(milliseconds: float | None) -> str:
    """0.4 s, 41 s, 3 min 20 s, 1 h 12 min"""
    if milliseconds is None:
        return NOTHING
    seconds = milliseconds / 1000
    if seconds < 9.95:
        return f"{format_decimal(seconds, '0.0', locale=spoken())} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, seconds_left = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {seconds_left} s" if seconds_left else f"{minutes} min"
    hours, minutes_left = divmod(minutes, 60)
    return _("{hours} h {minutes} min", hours=number(hours), minutes=minutes_left)


def ago(moment: datetime | None, now: datetime) -> str:
    """6 minutes ago; the exact time stands beside it wherever this is shown."""
    if moment is None:
        return NOTHING
    passed = now - moment
    if passed < timedelta(seconds=45):
        return _("just now")
    return _("{time} ago", time=_rounded(passed))


def ahead(moment: datetime | None, now: datetime) -> str:
    """in 4 h 12 min; in 3 days"""
    if moment is None:
        return NOTHING
    left = moment - now
    if left < timedelta(minutes=1):
        return _("in a moment")
    if left >= timedelta(days=2):
        return _("in {time}", time=_rounded(left))
    return _("in {time}", time=duration(left // timedelta(minutes=1) * 60_000))


def lasting(moment: datetime | None, now: datetime) -> str:
    """for 6 minutes"""
    if moment is None:
        return NOTHING
    passed = now - moment
    if passed < timedelta(seconds=45):
        return _("for less than a minute")
    return _("for {time}", time=_rounded(passed))


def exact(moment: datetime | None, zone: str | None) -> str:
    """Sun 22 Nov 2026, 20:03:11 CET, in the school's or district's own zone."""
    if moment is None:
        return NOTHING
    local = moment.astimezone(ZoneInfo(zone or "UTC"))
    return f"{format_datetime(local, 'EEE d MMM y, HH:mm:ss', locale=spoken())} {local.tzname()}"


def day(moment: datetime | None, zone: str | None, now: datetime) -> str:
    """today 03:31, Fri 20:04, 22 Nov 2026"""
    if moment is None:
        return NOTHING
    local, today = moment.astimezone(ZoneInfo(zone or "UTC")), now.astimezone(ZoneInfo(zone or "UTC")).date()
    clock = format_time(local.time(), "HH:mm", locale=spoken())
    match (today - local.date()).days:
        case 0:
            return _("today {time}", time=clock)
        case 1:
            return _("yesterday {time}", time=clock)
        case days if 1 < days < 7:
            return format_datetime(local, "EEE HH:mm", locale=spoken())
    return format_datetime(local, "d MMM y", locale=spoken())


def calendar_date(value: str) -> str:
    """5 Jan 2027, of a date as PostgreSQL writes it in JSON."""
    return format_date(date.fromisoformat(value), "d MMM y", locale=spoken())


def clock(value: time | str | None) -> str:
    """20:00: times of day are written with 24 hours in all three languages."""
    return NOTHING if value is None else str(value)[:5]


def moment(value: str | None) -> datetime | None:
    """A time as PostgreSQL writes it in JSON."""
    return datetime.fromisoformat(value) if value else None


def _rounded(passed: timedelta) -> str:
    """9 days, 3 hours, 6 minutes: whichever unit is the largest that fits."""
    name, unit = next((name, unit) for name, unit, short in UNITS if passed >= unit - short or unit == UNITS[-1][1])
    return format_unit(max(1, round(passed / unit)), f"duration-{name}", length="long", locale=spoken())


def count(n: int | None, one: str, many: str | None = None) -> str:
    """21 schools, 1 school: for the command line, which speaks English."""
    return f"{number(n)} {one if n == 1 else many or one + 's'}"
