"""One school with all that its page shows, as the answer has it."""

from typing import Annotated, Any

from pydantic import Field

from dashboard_api.api.schemas.districts import NextNight, SchoolRow
from dashboard_api.api.schemas.errors import SchoolCause
from dashboard_api.api.schemas.fields import (
    Code,
    Day,
    Ended,
    Milliseconds,
    Number,
    Outcome,
    RunId,
    RunStatus,
    Shape,
    When,
)
from dashboard_api.api.schemas.plans import HoldRow


class EndedRun(Shape):
    """One of a school's latest runs."""

    run_id: RunId
    kind: str | None
    mode: str | None
    trigger: str | None
    status: RunStatus
    outcome: Outcome | None
    health: Ended
    errors: Number | None
    actions: dict[str, Any] | None
    failure_code: Code | None
    noted_at: When
    ended_at: When | None
    duration_ms: Milliseconds | None


class NextStart(NextNight):
    """The next night, with the moment at which the school begins."""

    starts_at: When


class NightThatCame(Shape):
    """What became of a night."""

    night: Day
    at: When
    state: Annotated[str, Field(examples=["run"])]
    reason: str | None
    run_id: RunId | None


class HoldOfSchool(HoldRow):
    """What waits, its guards by their codes, and how many operations that are."""

    guards: list[dict[str, Any]]  # type: ignore[assignment]
    held: Number


class School(SchoolRow):
    """A school with its errors by cause, its latest runs and nights, and what waits for a decision."""

    next_night: NextStart | None
    causes: list[SchoolCause]
    runs: list[EndedRun]
    devices: Number
    nights_came: list[NightThatCame]
    hold: HoldOfSchool | None
