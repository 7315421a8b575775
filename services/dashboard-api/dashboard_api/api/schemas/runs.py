"""Runs and orders, as answers have them."""

from typing import Annotated, Any

from pydantic import Field

from dashboard_api.api.schemas.fields import (
    ByEntity,
    Bytes,
    Code,
    Counts,
    Cursor,
    DistrictId,
    Explained,
    Language,
    Milliseconds,
    Name,
    Number,
    OrderId,
    Outcome,
    Reason,
    RunId,
    RunStatus,
    SchoolId,
    SchoolName,
    Severity,
    Shape,
    SourceKey,
    When,
    Zone,
)

Kind = Annotated[str, Field(description="roster, device, undo or rebuild", examples=["roster"])]
Mode = Annotated[str, Field(description="nightly, partial, full or refresh", examples=["full"])]


class Phase(Shape):
    """How far a phase of a run has come; `total` null: not known."""

    phase: Annotated[str, Field(examples=["applying"])]
    done: Number
    total: Number | None
    started_at: When
    told_at: When


class RunRow(Shape):
    """A run as lists have it. What is not known yet is null."""

    district_id: DistrictId
    district: Annotated[str, Field(examples=["North district"])] | None
    id: RunId
    school_id: SchoolId | None
    school: SchoolName | None
    timezone: Zone | None
    target: Annotated[str, Field(examples=["North Moodle"])] | None
    order_id: OrderId | None
    status: RunStatus
    mode: Mode | None
    dry_run: Annotated[bool, Field(examples=[False])] | None
    trigger: Annotated[str, Field(examples=["order"])] | None
    ordered_by: Annotated[str, Field(description="Id of a person or an API key")] | None
    ordered_by_name: Name | None
    ordered_by_key: Annotated[bool, Field(description="Whether it was an API key", examples=[False])]
    reason: Reason | None
    refusal: Annotated[str, Field(description="Why it was not admitted", examples=["paused"])] | None
    running_run_id: RunId | None
    phases: list[Phase]
    snapshot: Annotated[int, Field(description="Number of the snapshot", examples=[12])] | None
    complete: Annotated[bool, Field(description="Whether everything was read", examples=[True])] | None
    counts: Counts | None
    changes: Annotated[dict[str, Any], Field(examples=[{"user": {"added": 421}}])] | None
    plan: ByEntity | None
    actions: ByEntity | None
    outcome: Outcome | None
    errors: Number | None
    courses: Number | None
    calls: Annotated[Number, Field(description="Calls to Moodle")] | None
    failure_phase: Annotated[str, Field(examples=["applying"])] | None
    failure_code: Code | None
    failure_detail: str | None
    retry_planned: bool | None
    source_up: Bytes | None
    source_down: Bytes | None
    target_up: Bytes | None
    target_down: Bytes | None
    duration_ms: Milliseconds | None
    noted_at: When
    ordered_at: When | None
    requested_at: When | None
    ended_at: When | None
    reading: Annotated[str, Field(description="Whether all was read, or only changes", examples=["all"])] | None
    reading_reason: str | None
    kind: Kind | None
    scope: Annotated[dict[str, Any], Field(description="What it is narrowed to", examples=[{}])] | None


class CodeOfRun(Explained):
    """A code among a run's errors: how often, and in words."""

    code: Code
    severity: Severity
    occurrences: Number


class NoticeOfRun(Shape):
    """Somebody was told of the run."""

    channel: Annotated[str, Field(examples=["email"])]
    sent_at: When | None
    failure: str | None


class Run(RunRow):
    """One run, its codes also in words."""

    locale: Language | None
    errors_by_code: list[CodeOfRun]
    notices: list[NoticeOfRun]
    failure: Explained | None


class RunPage(Shape):
    """Runs, the newest first."""

    runs: list[RunRow]
    next: Cursor


class RunError(Shape):
    """One data error. `value` is masked where it is personal."""

    code: Code
    severity: Severity
    entity: Annotated[str, Field(examples=["user"])]
    source_id: SourceKey
    field: Annotated[str, Field(examples=["familyName"])]
    value: Annotated[str, Field(examples=[""])]
    detail: Annotated[str, Field(examples=[""])]
    phase: Annotated[str, Field(examples=["fetching"])]


class RunErrorPage(Shape):
    """Data errors of a run, by code."""

    errors: list[RunError]
    next: Cursor


class AcceptedRun(Shape):
    """A run that an order comes to."""

    school_id: SchoolId
    school: SchoolName
    run_id: RunId


class Accepted(Shape):
    """An order that was taken, and its runs."""

    order_id: OrderId
    runs: list[AcceptedRun]


class OrderedRun(Shape):
    """A run of an order, in short."""

    run_id: RunId
    school_id: SchoolId | None
    school: SchoolName | None
    status: RunStatus
    outcome: Outcome | None
    failure_code: Code | None
    errors: Number | None
    ended_at: When | None


class Order(Shape):
    """An order: how far its runs are. Those that were refused or failed have ended, too."""

    id: OrderId
    district_id: DistrictId
    kind: Kind | None
    mode: Mode | None
    dry_run: Annotated[bool, Field(examples=[False])] | None
    reason: Reason | None
    ordered_by: str | None
    ordered_by_name: Name | None
    ordered_at: When
    total: Annotated[Number, Field(description="Runs")]
    done: Annotated[Number, Field(description="Runs that have ended")]
    ended: Annotated[bool, Field(description="Whether all have", examples=[False])]
    ended_at: When | None
    errors: Number
    statuses: Annotated[dict[RunStatus, int], Field(examples=[{"completed": 31, "applying": 2, "requested": 7}])]
    runs: list[OrderedRun]


class Cancelling(Shape):
    """A run that is to stop, and the status it had."""

    run_id: RunId
    status: RunStatus
