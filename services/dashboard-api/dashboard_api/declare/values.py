"""The kinds of value that a declaration holds, each with the sentence about what it must be."""

import re
from datetime import time
from functools import cache
from pathlib import PurePosixPath
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from common.language import mark
from dashboard_api.declare.unfit import Unfit

LOCALE_PATTERN = r"^[a-z]{2,3}(-[A-Z]{2})?$"
ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS = get_args(Weekday)


class Declared(BaseModel):
    """What all parts share: nothing unknown is let pass, since it is most often a misspelt key."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unfit(mark("{key} must be a web address that begins with https:// or http://."))
    if parts.username or parts.password:
        raise Unfit(mark("{key} must not hold a user name or password; give secrets in their own keys."))
    return value.rstrip("/")


@cache
def zones() -> frozenset[str]:
    """The time zones that there are; looked up once, since it takes a walk through their folders (50 ms)."""
    return frozenset(available_timezones())


def _zone(value: str) -> str:
    if value not in zones():
        raise Unfit(mark("{key} must be a time zone of the IANA list, such as Europe/Amsterdam."))
    return value


def email(value: str) -> str:
    """An e-mail address. Raises `ValueError`."""
    local, at, domain = value.partition("@")
    if not (local and at and "." in domain) or any(c.isspace() or c in ",;<>@" for c in local + domain):
        raise Unfit(mark("{key} must be an e-mail address, such as office@district.example."))
    return value


def _absolute(value: str) -> str:
    if not PurePosixPath(value).is_absolute():
        raise Unfit(mark("{key} must be an absolute path, on the machine where roster-fetcher runs."))
    return value


def time_of_night(value: object) -> object:
    """A time of day that a nightly sync may have: `HH:MM`, or none. Raises `ValueError`."""
    if value is None or isinstance(value, time):
        return value
    if value == "none":
        return None
    if not TIME_OF_DAY.fullmatch(str(value)):
        raise Unfit(mark('{key} must be a time of day such as "20:00" or "00:00", in the school\'s own time, or none.'))
    return time.fromisoformat(str(value))


def time_in_utc(value: object) -> object:
    """A time of day at which a device may sync: `HH:MM`, or none. Raises `ValueError`."""
    if value is None or isinstance(value, time):
        return value
    if not TIME_OF_DAY.fullmatch(str(value)):
        raise Unfit(mark('{key} must be a time of day in UTC such as "03:00", or null for none.'))
    return time.fromisoformat(str(value))


def weekdays(value: object) -> object:
    """Days of the week as ISO numbers, from their names or numbers. Raises `ValueError`."""
    if value is None:
        return None
    names = [str(one).lower()[:3] for one in value] if isinstance(value, list | tuple) else []
    known = {name: number for number, name in enumerate(WEEKDAYS, 1)} | {str(n): n for n in range(1, 8)}
    if not names or not set(names) <= known.keys():
        raise Unfit(mark("{key} must be a list of days of the week: {days}."), days=", ".join(WEEKDAYS))
    return tuple(sorted({known[name] for name in names}))


WebAddress = Annotated[str, AfterValidator(_web_address)]
Zone = Annotated[str, AfterValidator(_zone)]
Email = Annotated[str, AfterValidator(email)]
AbsolutePath = Annotated[str, AfterValidator(_absolute)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Locale = Annotated[str, Field(pattern=LOCALE_PATTERN)]
Secret = Annotated[SecretStr, Field(min_length=1)]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
TimeOfNight = Annotated[time | None, BeforeValidator(time_of_night)]
TimeInUtc = Annotated[time | None, BeforeValidator(time_in_utc)]
DaysAsWritten = Annotated[list[Weekday], Field(min_length=1)] | None
Weekdays = Annotated[tuple[int, ...] | None, BeforeValidator(weekdays, json_schema_input_type=DaysAsWritten)]
Spread = Annotated[int, Field(ge=0, le=120)]
