"""Schedules, nights and devices, as answers have them."""

from typing import Annotated, Any

from pydantic import Field

from dashboard_api.api.schemas.fields import (
    Bytes,
    Clock,
    Code,
    Cursor,
    Day,
    DeviceId,
    DistrictId,
    Milliseconds,
    NightlyMode,
    Number,
    Outcome,
    Reason,
    RunId,
    RunStatus,
    SchoolId,
    SchoolName,
    Shape,
    Weekdays,
    When,
    Zone,
)


class OwnSchedule(Shape):
    """What a school has of its own; null: the district's."""

    nightly: Clock | None
    nights: Weekdays | None


class ComingNight(Shape):
    """A night that comes, for schools of one zone and time."""

    date: Day
    timezone: Zone
    local: When
    utc: When
    clocks: Annotated[str, Field(description="What daylight saving does to it", examples=["skipped"])] | None
    schools: Annotated[Number, Field(description="Schools that sync")]
    paused: Number
    blackout: Number


class ComingNightOfSchool(ComingNight):
    """The same of one school, with the moment at which it begins."""

    starts_at: When


class Night(Shape):
    """What became of a night."""

    night: Day
    school_id: SchoolId | None
    school: SchoolName | None
    at: When
    state: Annotated[str, Field(examples=["run"])]
    reason: Annotated[str, Field(examples=[""])] | None
    run_id: RunId | None


class NightPage(Shape):
    """What became of nights, the latest first."""

    nights: list[Night]
    next: Cursor


class SchoolScheduleShown(Shape):
    """When a school syncs by itself."""

    school_id: SchoolId
    school: SchoolName
    timezone: Zone
    nightly: Clock | None
    nights: Weekdays | None
    own: OwnSchedule
    coming: list[ComingNightOfSchool]
    came: list[Night]


class BlackoutShown(Shape):
    """Dates without a nightly sync."""

    first: Day
    last: Day
    reason: Reason
    school_id: SchoolId | None


class HourOfLoad(Shape):
    """How many runs begin in an hour."""

    hour: When
    runs: Number


class DistrictScheduleShown(Shape):
    """What schools have that have no time of their own."""

    timezone: Zone
    nightly: Clock | None
    nights: Weekdays | None
    spread_minutes: Annotated[int, Field(examples=[5])]
    blackouts: list[BlackoutShown]
    coming: list[ComingNight]
    load: list[HourOfLoad]


class SchoolMode(Shape):
    """Whether the nightly sync of a school is on."""

    school_id: SchoolId
    school: SchoolName
    mode: NightlyMode
    until: Day | None
    reason: Reason


class SchoolModes(Shape):
    """The modes of schools."""

    schools: list[SchoolMode]


class DeviceRow(Shape):
    """A device as lists have it."""

    district_id: DistrictId
    id: DeviceId
    school_id: SchoolId
    school: SchoolName
    name: Annotated[str, Field(examples=["Box 1"])]
    enabled: bool
    daily_at: Annotated[str, Field(description="HH:MM in UTC; null: not by itself", examples=["03:00"])] | None
    at_next_contact: bool
    online: bool
    last_contact_at: When | None
    next_sync_at: When | None
    removed_at: When | None
    target: (
        Annotated[str, Field(description="The Moodle it syncs with; null: its school's", examples=["moodle"])] | None
    )
    notify: bool | str | None
    force: bool


class DevicePage(Shape):
    """Devices by name."""

    devices: list[DeviceRow]
    next: Cursor


class DeviceSync(Shape):
    """A sync of a device, in words too."""

    run_id: RunId
    kind: str | None
    mode: str | None
    trigger: str | None
    status: RunStatus
    outcome: Outcome | None
    refusal: str | None
    failure_code: Code | None
    failure_detail: str | None
    retry_planned: bool | None
    actions: dict[str, Any] | None
    errors: Number | None
    courses: Number | None
    bytes_up: Bytes | None
    bytes_down: Bytes | None
    duration_ms: Milliseconds | None
    noted_at: When
    requested_at: When | None
    ended_at: When | None
    badge: Annotated[str, Field(examples=["Completed"])]
    sentence: Annotated[str, Field(examples=["Everything went well."])]


class Device(DeviceRow):
    """One device, with its last five syncs."""

    waits_since: Annotated[When | None, Field(description="Offline at its time; syncs at its next contact")]
    last_syncs: list[DeviceSync]


class DeviceContact(Shape):
    """How a device stands after it was heard of."""

    id: DeviceId
    online: bool
    last_contact_at: When | None
    next_sync_at: When | None
