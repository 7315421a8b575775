"""Settings of districts by their parts, and checks of targets, as answers have them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from dashboard_api.api.schemas.fields import DistrictId, Language, Shape, When, Zone

Part = dict[str, Any]


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


class SettingsOfSources(Shape):
    """A district's sources without their secrets."""

    sources: list[Part]


class SettingsOfTargets(Shape):
    """A district's Moodle sites without their tokens."""

    targets: list[Part]


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
