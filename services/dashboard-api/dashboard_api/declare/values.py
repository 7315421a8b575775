"""The kinds of value that a declaration holds, each with the sentence about what it must be."""

from datetime import time
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

NIGHTLY_TIMES = {"20:00": time(20), "00:00": time(0)}


class Declared(BaseModel):
    """What all parts share: nothing unknown is let pass, since it is most often a misspelt key."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a web address that begins with https:// or http://")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or password; give secrets in their own keys")
    return value.rstrip("/")


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("must be a time zone of the IANA list, such as Europe/Amsterdam")
    return value


def _email(value: str) -> str:
    local, at, domain = value.partition("@")
    if not (local and at and "." in domain) or any(c.isspace() or c in ",;<>@" for c in local + domain):
        raise ValueError("must be an e-mail address, such as office@district.example")
    return value


def _absolute(value: str) -> str:
    if not PurePosixPath(value).is_absolute():
        raise ValueError("must be an absolute path, on the machine where roster-fetcher runs")
    return value


def time_of_night(value: object) -> object:
    """The time of day that a nightly sync may have. Raises `ValueError`."""
    if value is None or isinstance(value, time):
        return value
    if value not in NIGHTLY_TIMES:
        raise ValueError('must be "20:00" or "00:00", in the school\'s own time')
    return NIGHTLY_TIMES[str(value)]


WebAddress = Annotated[str, AfterValidator(_web_address)]
Zone = Annotated[str, AfterValidator(_zone)]
Email = Annotated[str, AfterValidator(_email)]
AbsolutePath = Annotated[str, AfterValidator(_absolute)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Secret = Annotated[SecretStr, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
