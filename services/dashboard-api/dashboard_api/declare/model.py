"""A district as it is declared: the body of `PUT /api/v1/districts/{id}`, and the district file, secrets resolved.

Descriptions are written to follow "It is", because a mistake's sentence quotes them (`mistakes.py`).
"""

from datetime import time
from pathlib import PurePosixPath
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

SOURCE_ID = "main"
TARGET_ID = "main"
"""A district has one source and one target as yet; their ids leave room for more."""
NIGHTLY_TIMES = {"20:00": time(20), "00:00": time(0)}


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


def _nightly(value: object) -> object:
    if value is None or isinstance(value, time):
        return value
    if value not in NIGHTLY_TIMES:
        raise ValueError('must be "20:00" or "00:00", in the school\'s own time')
    return NIGHTLY_TIMES[str(value)]


WebAddress = Annotated[str, AfterValidator(_web_address)]
Zone = Annotated[str, AfterValidator(_zone)]
Email = Annotated[str, AfterValidator(_email)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Secret = Annotated[SecretStr, Field(min_length=1)]
Parallel = Annotated[int, Field(ge=1, le=100)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class Declared(BaseModel):
    """What all parts share: nothing unknown is let pass, since it is most often a misspelt key."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class District(Declared):
    """The district itself."""

    id: Id = Field(description="a short name for addresses and commands: lower-case letters, digits and hyphens")
    name: Name = Field(description="the district's name as people know it")
    timezone: Zone = Field(description="the district's time zone, such as Europe/Amsterdam")
    locale: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = "en"
    pool: Id = "shared"
    max_parallel: Parallel = 4


class OneRosterSource(Declared):
    """A OneRoster REST service (OAuth 2 client credentials)."""

    kind: Literal["oneroster"]
    version: Literal["1.1", "1.2"] = Field(description="the version of OneRoster that the service speaks: 1.1 or 1.2")
    base_url: WebAddress = Field(description="the address that the service's end points begin with")
    token_url: WebAddress = Field(description="the address that gives out access tokens")
    client_id: Secret = Field(description="the id of the client at the source")
    client_secret: Secret = Field(description="the secret of the client at the source")
    scope: str = ""
    page_size: Annotated[int, Field(ge=1, le=50_000)] | None = None


class OneRosterCsvSource(Declared):
    """A OneRoster CSV package: a zip file or a folder that roster-fetcher can read."""

    kind: Literal["oneroster-csv"]
    path: Annotated[str, AfterValidator(_absolute)] = Field(
        description="the zip file or folder, on the machine where roster-fetcher runs"
    )


Source = Annotated[OneRosterSource | OneRosterCsvSource, Field(discriminator="kind")]


class Target(Declared):
    """A Moodle site. `roles` maps our roles to Moodle's role ids."""

    name: Name = Field(description="the Moodle site's name as people know it")
    base_url: WebAddress = Field(description="the address of the Moodle site")
    token: Secret = Field(description="the token of Moodle's web service")
    user_auth: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "manual"
    roles: dict[Literal["student", "teacher"], Annotated[int, Field(ge=1)]] = Field(
        min_length=1, description="the ids of Moodle's roles, such as {student: 5, teacher: 3}"
    )
    max_parallel: Parallel = 2


class DeclaredSchool(Declared):
    """One school to be set up. `target`, if given, is the target's name."""

    source_id: Name = Field(description="the school's id at the source")
    target: str | None = None
    timezone: Zone | None = None
    nightly: Annotated[time | None, BeforeValidator(_nightly)] = None


def _all_or_some(value: object) -> object:
    if value == "all":
        return ()
    if isinstance(value, list | tuple) and value:
        return value
    raise ValueError("must be the word all, or a list with at least one school")


class Declaration(Declared):
    """The whole. `schools` is empty where all are meant that the source shares."""

    district: District = Field(description="the district itself: id, name, timezone")
    source: Source = Field(description="where the roster comes from")
    target: Target = Field(description="the Moodle site that the roster goes to")
    schools: Annotated[tuple[DeclaredSchool, ...], BeforeValidator(_all_or_some)] = Field(
        description="the word all, or a list of schools with their source_id"
    )
    notify: tuple[Email, ...] = ()

    @model_validator(mode="after")
    def _schools_fit(self) -> "Declaration":
        known: set[str] = set()
        for school in self.schools:
            if school.source_id in known:
                raise ValueError(f"schools: {school.source_id} is named twice; name each school once")
            known.add(school.source_id)
            if school.target not in (None, self.target.name):
                raise ValueError(
                    f"schools: {school.source_id} has the target {school.target}, which is not declared; "
                    f"the one target is {self.target.name}"
                )
        return self
