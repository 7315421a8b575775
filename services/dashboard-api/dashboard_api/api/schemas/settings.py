"""Settings of districts by their parts, and checks of targets, as answers have them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from dashboard_api.api.schemas.fields import DistrictId, Language, Number, Shape, When, Zone

Part = dict[str, Any]
SourceOrTargetId = Annotated[str, Field(examples=["main"])]


class Settings(Shape):
    """What is declared of a district, but for sources and targets."""

    id: DistrictId
    name: Annotated[str, Field(examples=["North district"])]
    timezone: Zone
    locale: Language
    pool: Annotated[str, Field(examples=["shared"])]
    max_parallel: Annotated[int, Field(examples=[4])]
    policy: Annotated[Part, Field(description="All values")]
    policy_declared: Annotated[Part, Field(description="Those that were declared")]
    second_person: Annotated[Part, Field(examples=[{"force": False, "undo": True, "approvals_over_limit": None}])]
    recipients: list[Part]


class SchoolSettings(Shape):
    """What is declared of a school."""

    target: Annotated[str, Field(examples=["moodle"])] | None
    timezone: Zone | None


class SettingsOfSource(Shape):
    """A source without its secrets."""

    id: SourceOrTargetId
    name: Annotated[str, Field(description="What people call it; blank: its kind", examples=["School system"])]
    kind: Annotated[str, Field(examples=["oneroster"])]
    settings: Part
    listed_at: When | None
    listing_error: str | None
    listing_error_code: str | None
    schools: Annotated[Number, Field(description="Schools that it shares")]
    set_up: Number
    secrets: Annotated[list[str], Field(description="Names; null: they cannot be opened", examples=[["token"]])] | None


class SettingsOfSources(Shape):
    """A district's sources without their secrets."""

    sources: list[SettingsOfSource]


class SourceAdded(SettingsOfSources):
    """The same, and which is new."""

    id: SourceOrTargetId


class SettingsOfTarget(Shape):
    """A Moodle site without its token."""

    id: SourceOrTargetId
    name: Annotated[str, Field(examples=["North Moodle"])]
    base_url: Annotated[str, Field(examples=["https://moodle.example"])]
    user_auth: Annotated[str, Field(examples=["manual"])]
    roles: Annotated[dict[str, int], Field(examples=[{"student": 5, "teacher": 3}])]
    max_parallel: Annotated[int, Field(examples=[2])]
    schools: Annotated[Number, Field(description="Schools that are set up for it")]
    check: Annotated[Part, Field(description="Its newest check within a day")] | None


class SettingsOfTargets(Shape):
    """A district's Moodle sites without their tokens."""

    targets: list[SettingsOfTarget]


class TargetAdded(SettingsOfTargets):
    """The same, and which is new."""

    id: SourceOrTargetId


class DistrictFile(Shape):
    """A district as a file for `rosterbus apply`."""


class TargetCheck(Shape):
    """A check of a Moodle site, and once it is done what was found."""

    id: UUID
    district: DistrictId
    locale: Language | None
    pool: Annotated[str, Field(examples=["shared"])]
    target: Annotated[str | None, Field(description="Its id; null: it was not declared", examples=["main"])]
    base_url: Annotated[str, Field(examples=["https://moodle.example"])]
    asked_at: When
    done_at: When | None
    state: Literal["waiting", "unanswered", "done"]
    report: Part | None
