"""Plans, operations and holds, as answers have them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard_api.api.schemas.fields import (
    ByEntity,
    Code,
    Cursor,
    DistrictId,
    Explained,
    Fields,
    HoldId,
    Language,
    Name,
    Number,
    Outcome,
    Reason,
    RunId,
    SchoolId,
    SchoolName,
    Shape,
    SourceKey,
    When,
    Zone,
)

Consequences = Annotated[
    str, Field(description="What people will notice", examples=["12 students lose access to 3 courses."])
]


class Guard(Explained):
    """A limit that was exceeded: how many of how many, in words too."""

    code: Code
    entity: Annotated[str, Field(examples=["enrolment"])]
    subject: Annotated[str, Field(examples=[""])]
    name: Annotated[str, Field(description="Of the class that it is about", examples=["Maths 7"])] | None
    count: Number
    of: Number
    limit: Number
    sentence: Annotated[str, Field(examples=["Enrolments: 31 of 40; up to 5 are changed without asking."])]


class HoldRow(Shape):
    """A hold as lists have it."""

    district_id: DistrictId
    id: HoldId
    run_id: RunId
    school_id: SchoolId
    school: SchoolName | None
    plan_hash: Annotated[str, Field(description="Names what waits, exactly", examples=["9f86d081884c7d65"])]
    guards: list[Guard]
    operations: ByEntity
    state: Literal["open", "decided", "superseded"]
    opened_at: When
    closed_at: When | None
    decision: Annotated[str, Field(examples=["approve"])] | None
    decided_by: str | None
    decided_by_name: Name | None
    reason: Reason
    chosen: Annotated[int, Field(description="How many the decision names; null: all", examples=[2])] | None
    next_run_id: RunId | None
    locale: Language | None
    timezone: Zone | None


class Hold(HoldRow):
    """One hold, and what it comes to."""

    consequences: Consequences


class HoldPage(Shape):
    """Holds, the newest first."""

    holds: list[HoldRow]
    next: Cursor


class Decided(Shape):
    """A decision that was taken; `run_id` null: nothing runs after a rejection."""

    hold_id: HoldId
    decision: Literal["approve", "reject", "suspend"]
    run_id: RunId | None


class Plan(Shape):
    """A run's plan in numbers."""

    district_id: DistrictId
    run_id: RunId
    school_id: SchoolId
    school: SchoolName | None
    snapshot: int | None
    kind: Annotated[str, Field(examples=["roster"])]
    mode: Annotated[str, Field(examples=["full"])]
    dry_run: bool
    scope: Annotated[dict[str, Any], Field(examples=[{}])] | None
    messages: Annotated[Number, Field(description="Welcome messages that Moodle may send")]
    started_at: When
    planned_at: When | None
    ended_at: When | None
    outcome: Outcome | None
    counts: Annotated[
        dict[str, dict[str, dict[str, int]]],
        Field(description="By entity, kind and state", examples=[{"user": {"create": {"planned": 421}}}]),
    ]
    hold: HoldRow | None
    consequences: Consequences


class Operation(Shape):
    """One thing that a run does in Moodle, before and after."""

    seq: Number
    phase: int | str
    entity: Annotated[str, Field(examples=["enrolment"])]
    kind: Annotated[str, Field(examples=["unenrol"])]
    source_key: SourceKey
    user_key: SourceKey | None
    before: Fields | None
    after: Fields | None
    state: Annotated[str, Field(examples=["held"])]
    code: str | None
    answer: str | None
    warning: str | None
    moodle_id: int | None
    match: str | None
    ruling: str | None
    graded: Annotated[bool, Field(description="Whether there is graded work; null: nobody looked")] | None
    settled_at: When | None
    name: Annotated[str, Field(examples=["Maths 7"])] | None
    user_name: Name | None


class OperationPage(Shape):
    """Operations of a run, in their order."""

    operations: list[Operation]
    next: Cursor
