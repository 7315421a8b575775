"""Districts and schools, as answers have them."""

from typing import Annotated, Any

from pydantic import Field

from dashboard_api.api.schemas.fields import (
    Code,
    Counts,
    Cursor,
    DistrictId,
    Ended,
    Health,
    HoldId,
    Language,
    Milliseconds,
    NightlyMode,
    Number,
    Outcome,
    RunId,
    RunStatus,
    SchoolId,
    SchoolName,
    SchoolStatus,
    Shape,
    When,
    Zone,
)
from dashboard_api.api.schemas.fields import Day as Date


class DistrictSource(Shape):
    """A source of a district, and how its last listing of schools went."""

    id: Annotated[str, Field(examples=["main"])]
    kind: Annotated[str, Field(examples=["oneroster"])]
    listed_at: When | None
    listing_error: Annotated[str, Field(examples=["The source refused the client id."])] | None
    listing_error_code: Code | None
    schools: Annotated[Number, Field(description="Schools that it shares")]


class DistrictRow(Shape):
    """A district as lists have it."""

    id: DistrictId
    name: Annotated[str, Field(examples=["North district"])]
    timezone: Zone
    locale: Language
    pool: Annotated[str, Field(examples=["shared"])]
    max_parallel: Annotated[int, Field(description="Runs at the same time at the most", examples=[4])]
    all_schools: Annotated[bool, Field(description="Whether each school that is shared is set up", examples=[True])]
    sources: list[DistrictSource]
    target: Annotated[str, Field(examples=["North Moodle"])] | None
    target_url: Annotated[str, Field(examples=["https://moodle.example"])] | None
    declared_at: When
    listed_at: When | None
    listing_error: str | None
    listing_error_code: Code | None
    schools: Annotated[Number, Field(description="Schools that the sources share")]
    set_up: Annotated[Number, Field(description="Those of them that are synced")]


class District(DistrictRow):
    """A district with sums over its schools. A person at two schools counts twice."""

    counts: Counts | None
    statuses: Annotated[dict[str, int], Field(examples=[{"nightly": 38, "with_errors": 2}])]
    errors: Number
    failed: Annotated[Number, Field(description="Schools whose last sync failed")]
    running: Annotated[Number, Field(description="Schools with an open run")]
    paused: Annotated[Number, Field(description="Schools whose nights are paused, however else they stand")]
    in_moodle: Counts | None
    people: Annotated[
        dict[str, dict[str, int]],
        Field(description="Each counted once", examples=[{"student": {"people": 401, "at_several": 1}}]),
    ]
    people_counted_at: When | None
    errors_by_severity: Annotated[dict[str, int], Field(examples=[{"error": 3, "warning": 12}])]


class DistrictPage(Shape):
    """Districts by name."""

    districts: list[DistrictRow]
    next: Cursor


class Activity(Shape):
    """The open run of a school."""

    run_id: RunId
    status: RunStatus
    mode: Annotated[str, Field(examples=["full"])] | None
    dry_run: bool | None
    done: Number | None
    total: Number | None
    since: When


class LastRun(Shape):
    """How the last sync of a school went."""

    run_id: RunId
    status: RunStatus
    mode: Annotated[str, Field(examples=["full"])] | None
    outcome: Outcome | None
    errors: Number | None
    actions: dict[str, Any] | None
    failure_code: Code | None
    failure_detail: str | None
    duration_ms: Milliseconds | None
    ended_at: When | None


class NextNight(Shape):
    """The next night of a school: the local date, and when it is in UTC."""

    date: Date
    at: When
    mode: NightlyMode


class SchoolRow(Shape):
    """A school: what is shared, and how it stands."""

    district_id: DistrictId
    district: Annotated[str, Field(examples=["North district"])]
    id: SchoolId
    source_school_id: Annotated[str, Field(description="The id at the source", examples=["1"])]
    name: SchoolName
    shared: Annotated[bool, Field(examples=[True])]
    timezone: Zone
    nightly: Annotated[str, Field(description="HH:MM in the school's zone", examples=["20:00"])] | None
    source_id: Annotated[str, Field(examples=["main"])]
    source: Annotated[str, Field(description="The kind of its source", examples=["oneroster"])]
    target: Annotated[str, Field(examples=["North Moodle"])] | None
    status: SchoolStatus
    health: Health
    mode: NightlyMode
    mode_until: Date | None
    mode_reason: Annotated[str, Field(examples=[""])]
    since: When | None
    counts: Counts | None
    counts_at: When | None
    errors: Number
    hold_id: HoldId | None
    errors_run_id: Annotated[RunId | None, Field(description="The run that has the errors")]
    activity: Activity | None
    last_run: LastRun | None
    recent: Annotated[list[Ended], Field(description="How the last syncs ended, oldest first", examples=[["clean"]])]
    errors_by_severity: Annotated[dict[str, int], Field(examples=[{"error": 3, "warning": 12}])]
    mode_by: Annotated[str, Field(description="Who set the mode", examples=["Anna de Wit"])] | None
    mode_at: When | None
    nights: Annotated[list[int], Field(description="Days of the week, Monday is 1", examples=[[1, 2, 3, 4, 5]])] | None
    in_moodle: Counts | None
    in_moodle_at: When | None
    next_night: NextNight | None


class SchoolPage(Shape):
    """Schools by name."""

    schools: list[SchoolRow]
    next: Cursor
