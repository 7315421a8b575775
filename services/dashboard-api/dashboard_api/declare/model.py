"""A district as it is declared: the body of `PUT /api/v1/districts/{id}`, and the district file, secrets resolved.

Descriptions are marked and written to follow "It is", because a mistake's sentence quotes them (`mistakes.py`).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from common.language import mark
from dashboard_api.declare.recipients import DeclaredRecipient, Recipient
from dashboard_api.declare.second_person import SecondPerson
from dashboard_api.declare.sources import Source
from dashboard_api.declare.unfit import Unfit
from dashboard_api.declare.values import (
    Declared,
    Id,
    Locale,
    Name,
    Secret,
    Spread,
    TimeOfNight,
    WebAddress,
    Weekdays,
    Zone,
)
from rules.policy import Policy

SOURCE_ID = "main"
"""The id of a district's only source, declared as `source`."""
TARGET_ID = "main"
"""The id of the Moodle site that a declaration knows; others are added beside it (`target_parts`)."""
NO_GUARDIANS = mark("{families} needs {guardian}; name the id of the role that parents get in Moodle.")
FOR_GUARDIANS = {"families": "policy.families", "guardian": "target.roles.guardian"}
MANY = {"sources": "sources"}
SCHOOLS = {"part": "schools"}
"""Keys that sentences name beside their own."""
Role = Literal["student", "teacher", "administrator", "guardian"]
Parallel = Annotated[int, Field(ge=1, le=100)]


class District(Declared):
    """The district itself. `nightly`, `nights`: of schools that have none of their own."""

    id: Id = Field(description=mark("a short name for addresses and commands: lower-case letters, digits and hyphens"))
    name: Name = Field(description=mark("the district's name as people know it"))
    timezone: Zone = Field(description=mark("the district's time zone, such as Europe/Amsterdam"))
    locale: Locale = "en"
    pool: Id = "shared"
    max_parallel: Parallel = 4
    nightly: TimeOfNight = None
    nights: Weekdays = None
    spread_minutes: Spread | None = None


class Target(Declared):
    """A Moodle site. `roles` maps our roles to Moodle's role ids."""

    name: Name = Field(description=mark("the Moodle site's name as people know it"))
    base_url: WebAddress = Field(description=mark("the address of the Moodle site"))
    token: Secret = Field(description=mark("the token of Moodle's web service"))
    user_auth: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "manual"
    roles: dict[Role, Annotated[int, Field(ge=1)]] = Field(
        min_length=1, description=mark("the ids of Moodle's roles, such as {student: 5, teacher: 3}")
    )
    max_parallel: Parallel = 2


class DeclaredSchool(Declared):
    """One school to be set up. `source` is its source's id, `target`, if given, the target's name."""

    source_id: Name = Field(description=mark("the school's id at the source"))
    source: Id | None = None
    target: str | None = None
    timezone: Zone | None = None
    nightly: TimeOfNight = None
    nights: Weekdays = None


def _all_or_some(value: object) -> object:
    if value == "all":
        return ()
    if isinstance(value, list | tuple) and value:
        return value
    raise Unfit(mark("{key} must be the word all, or a list with at least one school."))


def _by_id(value: object) -> object:
    """A list of sources with an id each, as a mapping."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) and one.get("id") for one in value):
        raise Unfit(
            mark("{key} must be a list of sources with an id each, or their ids with each source's keys below.")
        )
    ids = [str(one["id"]) for one in value]
    for id_ in ids:
        if ids.count(id_) > 1:
            raise Unfit(mark("{key} has two sources called {id}; give each an id of its own."), id=id_)
    return {id_: {key: one[key] for key in one if key != "id"} for id_, one in zip(ids, value, strict=True)}


def _or_all(schema: dict[str, Any]) -> None:
    """What `_all_or_some` takes, for the description of the API."""
    listed = {name: schema.pop(name) for name in ("type", "items")}
    schema["anyOf"] = [{"const": "all"}, listed]


class Declaration(Declared):
    """The whole. `schools` is empty where all are meant that the sources share.

    What is not mentioned of `notify` and `second_person` stays as it was set elsewhere.
    """

    district: District = Field(description=mark("the district itself: id, name, timezone"))
    sources: Annotated[dict[Id, Source], BeforeValidator(_by_id), Field(min_length=1)] | None = None
    source: Source | None = Field(default=None, validate_default=True)
    target: Target = Field(description=mark("the Moodle site that the roster goes to"))
    schools: Annotated[tuple[DeclaredSchool, ...], BeforeValidator(_all_or_some)] = Field(
        description=mark("the word all, or a list of schools with their source_id"), json_schema_extra=_or_all
    )
    notify: tuple[DeclaredRecipient, ...] = ()
    policy: Policy = Policy()
    second_person: SecondPerson = SecondPerson()

    @field_validator("source", mode="before")
    @classmethod
    def _one_or_several(cls, value: object, info: ValidationInfo) -> object:
        several = info.data.get("sources", ...)
        if value is None and several is None:
            raise Unfit(
                mark("{key} is missing. It is where the roster comes from; several stand below {sources}."), MANY
            )
        if value is not None and several is not None:
            raise Unfit(mark("{key} must not stand beside {sources}; put it below them, with an id of its own."), MANY)
        return value

    @property
    def sources_by_id(self) -> dict[str, Source]:
        """All sources; the one that is declared as `source` is called `main`."""
        if self.source is not None:
            return {SOURCE_ID: self.source}
        return self.sources or {}

    def source_of(self, school: DeclaredSchool) -> str:
        """The id of the source that a school is from."""
        return school.source or next(iter(self.sources_by_id))

    def source_of_recipient(self, recipient: Recipient) -> str:
        """The id of the source that a recipient's school is from."""
        return recipient.source or next(iter(self.sources_by_id))

    @model_validator(mode="after")
    def _recipients_fit(self) -> Self:
        for one in self.notify:
            if one.school is not None:
                self._check_source(DeclaredSchool(source_id=one.school, source=one.source), "notify")
        return self

    @model_validator(mode="after")
    def _policy_fits(self) -> Self:
        if self.policy.families and "guardian" not in self.target.roles:
            raise Unfit(NO_GUARDIANS, FOR_GUARDIANS)
        return self

    @model_validator(mode="after")
    def _schools_fit(self) -> Self:
        known: set[tuple[str, str]] = set()
        for school in self.schools:
            self._check_source(school)
            place = (self.source_of(school), school.source_id)
            if place in known:
                raise Unfit(mark("{part}: {school} is named twice; name each school once."), SCHOOLS, school=place[1])
            known.add(place)
            if school.target not in (None, self.target.name):
                raise Unfit(
                    mark("{part}: {school} has the target {other}, which is not declared; the one target is {target}."),
                    SCHOOLS,
                    school=school.source_id,
                    other=school.target,
                    target=self.target.name,
                )
        return self

    def _check_source(self, school: DeclaredSchool, part: str = "schools") -> None:
        ids = list(self.sources_by_id)
        told = {"school": school.source_id, "ids": ", ".join(ids)}
        if school.source is None and len(ids) > 1:
            raise Unfit(mark("{part}: {school} has no source; name one of {ids}."), {"part": part}, **told)
        if school.source is not None and school.source not in ids:
            raise Unfit(
                mark("{part}: {school} has the source {source}, which is not declared; declared is {ids}."),
                {"part": part},
                source=school.source,
                **told,
            )
