"""Every event of Rosterbus: past-tense facts, frozen and versioned, owned by whoever publishes them.

An optional field may be added freely; anything else is a new version, and old JSON must always parse
(`tests/unit/examples` keeps one of each). No personal data: people appear as counts, operators as ids.
Rosters stay in PostgreSQL; events carry snapshot numbers. docs/events.md and docs/asyncapi.yaml are made
from this file (`python -m common.docs`).
"""

from typing import Literal
from uuid import UUID

from pydantic import Field

from common.checks import SourceChecked, SourceCheckOrdered, TargetChecked, TargetCheckOrdered
from common.event_model import (
    AdditionsOnly,
    BytesDown,
    BytesUp,
    Channel,
    Code,
    Count,
    CountByEntity,
    CountByKind,
    Detail,
    DeviceId,
    DryRun,
    Errors,
    Event,
    Fence,
    FoundError,
    Mode,
    Phase,
    PlanHash,
    RecipientId,
    Refusal,
    RetriesLeft,
    RunEvent,
    RunKind,
    RunScope,
    Service,
    Trigger,
    TrippedGuard,
)
from common.orders import HoldDecided, SettingsChanged, SyncCancelOrdered, SyncOrdered

__all__ = [
    "CountByEntity",
    "CountByKind",
    "Event",
    "FoundError",
    "HoldDecided",
    "Mode",
    "RunEvent",
    "RunKind",
    "RunScope",
    "Service",
    "SettingsChanged",
    "SourceCheckOrdered",
    "SourceChecked",
    "SyncCancelOrdered",
    "SyncOrdered",
    "TargetCheckOrdered",
    "TargetChecked",
    "TrippedGuard",
]


class SyncRequested(RunEvent):
    """One admitted run for one school."""

    type = "sync.requested"
    publishers = ("scheduler",)
    subscribers = ("roster-fetcher", "moodle-sync", "dashboard-api")

    kind: RunKind = "roster"
    """The fetcher begins those of kind roster, moodle-sync the others."""
    mode: Mode
    dry_run: DryRun = False
    scope: RunScope = RunScope()
    """What of the school the run is narrowed to; absent: everything."""
    additions_only: AdditionsOnly = False
    device_id: DeviceId = None
    trigger: Trigger = "person"
    fence: Fence = 0
    retries_left: RetriesLeft = 0


class SyncRefused(RunEvent):
    """The run was not admitted."""

    type = "sync.refused"
    publishers = ("scheduler",)
    subscribers = ("dashboard-api",)

    reason: Refusal
    running_run_id: UUID | None = None
    """The school's open run, where that is the reason."""
    mode: Mode | None = None
    """Absent where older schedulers told it."""
    trigger: Trigger = "person"
    device_id: DeviceId = None


class SyncProgressed(RunEvent):
    """How far a run has come; at most one a second for each run."""

    type = "sync.progressed"
    publishers = ("roster-fetcher", "moodle-sync")
    subscribers = ("dashboard-api",)

    phase: Phase
    done: Count
    """Records or operations of the phase that are done."""
    total: Count | None = None
    """How many there are; absent while nobody knows."""
    bytes_up: BytesUp = 0
    bytes_down: BytesDown = 0


class RosterFetched(RunEvent):
    """A snapshot of the school's roster was kept."""

    type = "roster.fetched"
    publishers = ("roster-fetcher",)
    subscribers = ("moodle-sync", "dashboard-api")

    mode: Mode
    dry_run: DryRun = False
    scope: RunScope = RunScope()
    """As it was requested."""
    additions_only: AdditionsOnly = False
    fence: Fence = 0
    retries_left: RetriesLeft = 0
    snapshot: Count
    """The snapshot's number, from 1 for each school."""
    complete: bool
    """Every endpoint that the school's roster comes from was read to its end."""
    reading: Literal["full", "changes"] = "full"
    """Whether everything was read, or only what changed since the last time."""
    reading_reason: str = ""
    """Why everything was read where changes would have done, as a sentence."""
    counts: CountByKind
    """Records in the snapshot, by entity."""
    changes: CountByEntity
    """Records added, changed and removed since the snapshot before, by entity."""
    errors: Errors = 0
    bytes_up: BytesUp = 0
    bytes_down: BytesDown = 0
    duration_ms: Count = 0
    """Milliseconds that fetching took."""


class SyncErrorsFound(RunEvent):
    """Data errors of a run; a run with more than 200 publishes several events."""

    type = "sync.errors_found"
    publishers = ("roster-fetcher", "moodle-sync")
    subscribers = ("dashboard-api",)

    phase: Phase
    part: Count
    """Numbers the events of the run and phase, from 0."""
    errors: tuple[FoundError, ...] = Field(max_length=200)
    """Up to 200 data errors."""


class PlanMade(RunEvent):
    """The run's operations are decided and kept."""

    type = "plan.made"
    publishers = ("moodle-sync",)
    subscribers = ("dashboard-api",)

    operations: CountByEntity
    """How many operations, by entity, then kind; those that wait for a decision are counted too."""
    messages: Count = 0
    """How many welcome messages Moodle may send: students who are enrolled where there is a teacher already."""


class SyncHeld(RunEvent):
    """Operations of the run's plan exceed the limits and wait for a person's decision; the others are applied."""

    type = "sync.held"
    publishers = ("moodle-sync",)
    subscribers = ("scheduler", "notifier", "dashboard-api")

    hold_id: UUID
    """The hold."""
    plan_hash: PlanHash
    guards: tuple[TrippedGuard, ...]
    """The limits that were exceeded."""
    operations: CountByEntity
    """How many operations wait, by entity, then kind."""


class SyncCompleted(RunEvent):
    """The run ended."""

    type = "sync.completed"
    publishers = ("moodle-sync", "roster-fetcher", "scheduler")
    subscribers = ("scheduler", "notifier", "dashboard-api")

    mode: Mode
    outcome: Literal["clean", "with_errors", "nothing_to_do", "previewed", "refreshed", "held", "cancelled"]
    """How it ended; held: operations wait for a decision, the others were applied."""
    dry_run: DryRun = False
    lifts_hold: bool = False
    """The run looked at everything again, and nothing waits any more: the school's hold is closed."""
    actions: CountByEntity = Field(default={})
    """How many operations were done, by entity, then kind."""
    errors: Errors = 0
    courses: Count = 0
    """Courses that the run touched."""
    calls: Count = 0
    """Requests sent to Moodle."""
    bytes_up: BytesUp = 0
    bytes_down: BytesDown = 0
    duration_ms: Count = 0
    """Milliseconds from the start of the fetch to the last operation."""


class SyncFailed(RunEvent):
    """The run ended without its result."""

    type = "sync.failed"
    publishers = ("roster-fetcher", "moodle-sync", "scheduler")
    subscribers = ("scheduler", "notifier", "dashboard-api")

    mode: Mode
    phase: Phase
    code: Code
    detail: Detail = ""
    retry_planned: bool = False
    """Whether it will be tried again without anybody doing anything."""
    device_id: DeviceId = None


class SchoolsListed(Event):
    """A source told which schools it shares; they stand in `roster.listed_school`."""

    type = "schools.listed"
    publishers = ("roster-fetcher",)
    subscribers = ("dashboard-api",)

    source_id: str = ""
    """The source, by its id in the district; blank: all of the district's."""
    schools: Count
    """How many it shares."""
    listing: Count
    """Numbers the listings of the source, from 1."""


class SchoolsNotListed(Event):
    """A source could not be asked which schools it shares."""

    type = "schools.not_listed"
    publishers = ("roster-fetcher",)
    subscribers = ("dashboard-api",)

    source_id: str = ""
    """The source, by its id in the district; blank: those of the district's that had not told them yet."""
    code: Code
    detail: Detail


class PackageArrived(Event):
    """A new package lies complete in the folder that a source is read from."""

    type = "package.arrived"
    publishers = ("roster-fetcher",)
    subscribers = ("scheduler", "dashboard-api")

    arrival_id: UUID
    """The arrival; the ids of its runs follow from it as those of an order's runs do."""
    source_id: str
    """The source, by its id in the district."""


class NoticeSent(RunEvent):
    """A notice about a run reached a channel's server."""

    type = "notice.sent"
    publishers = ("notifier",)
    subscribers = ("dashboard-api",)

    channel: Channel
    recipient_id: RecipientId


class NoticeFailed(RunEvent):
    """A notice could not be delivered and will not be tried again."""

    type = "notice.failed"
    publishers = ("notifier",)
    subscribers = ("dashboard-api",)

    channel: Channel
    recipient_id: RecipientId
    detail: Detail


EVENTS: dict[str, type[Event]] = {
    event.versioned_type(): event
    for event in (
        SyncOrdered,
        SyncRequested,
        SyncRefused,
        SyncProgressed,
        RosterFetched,
        SyncErrorsFound,
        PlanMade,
        SyncHeld,
        HoldDecided,
        SyncCancelOrdered,
        SyncCompleted,
        SyncFailed,
        SettingsChanged,
        SchoolsListed,
        SchoolsNotListed,
        SourceCheckOrdered,
        SourceChecked,
        TargetCheckOrdered,
        TargetChecked,
        PackageArrived,
        NoticeSent,
        NoticeFailed,
    )
}
