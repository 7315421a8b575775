"""Every event of Rosterbus: past-tense facts, frozen and versioned, owned by whoever publishes them.

An optional field may be added freely; anything else is a new version, and old JSON must always parse
(`tests/unit/test_events.py` keeps one example of each). No personal data: people appear as counts,
operators as ids. Rosters stay in PostgreSQL; events carry snapshot numbers.
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Service = Literal["scheduler", "roster-fetcher", "moodle-sync", "notifier", "dashboard-api"]
Mode = Literal["nightly", "partial", "full", "refresh"]
Phase = Literal["fetching", "planning", "applying"]
Severity = Literal["critical", "error", "warning"]
Count = Annotated[int, Field(ge=0)]

CountByKind = dict[str, Count]
CountByEntity = dict[str, CountByKind]

ALL_SERVICES: tuple[Service, ...] = (
    "scheduler",
    "roster-fetcher",
    "moodle-sync",
    "notifier",
    "dashboard-api",
)
PER_POOL: tuple[Service, ...] = ("roster-fetcher", "moodle-sync")
"""Services whose work is spread over pools of workers; the others take the events of all pools."""


class Event(BaseModel):
    """What all events share. `pool` names the workers that serve the district (default `shared`)."""

    model_config = ConfigDict(frozen=True)

    type: ClassVar[str]
    version: ClassVar[int] = 1
    publishers: ClassVar[tuple[Service, ...]]
    subscribers: ClassVar[tuple[Service, ...]]

    district_id: str
    pool: str = "shared"

    @classmethod
    def versioned_type(cls) -> str:
        """The name on the wire, such as `sync.requested.v1`."""
        return f"{cls.type}.v{cls.version}"

    @property
    def subject(self) -> str:
        """What the event is about, for the envelope."""
        return f"district/{self.district_id}"


class RunEvent(Event):
    """An event in the life of one run. A run belongs to one school; `fence` rises with each admission."""

    run_id: UUID
    school_id: UUID

    @property
    def subject(self) -> str:
        """The school that the run belongs to."""
        return f"school/{self.school_id}"


class SyncOrdered(Event):
    """A person or an API key asked for runs of some schools, or of all that have a target (`schools` absent).

    The run of a school has the id `uuid5(order_id, str(school_id))`, so whoever knows the order knows its runs.
    """

    type = "sync.ordered"
    publishers = ("dashboard-api",)
    subscribers = ("scheduler", "dashboard-api")

    order_id: UUID
    schools: tuple[UUID, ...] | None = None
    mode: Mode
    dry_run: bool = False
    reason: str = ""
    ordered_by: str
    """Id of the operator or API key; never a name."""


class SyncRequested(RunEvent):
    """One admitted run for one school."""

    type = "sync.requested"
    publishers = ("scheduler",)
    subscribers = ("roster-fetcher", "dashboard-api")

    mode: Mode
    dry_run: bool = False
    trigger: Literal["person", "schedule"] = "person"


class SyncRefused(RunEvent):
    """The run was not admitted; `running_run_id` is set when another run of the school is in its way."""

    type = "sync.refused"
    publishers = ("scheduler",)
    subscribers = ("dashboard-api",)

    reason: Literal["already_running", "not_set_up", "unknown_school"]
    running_run_id: UUID | None = None


class SyncProgressed(RunEvent):
    """How far a run has come; at most one a second for each run. Bytes are those on the wire so far."""

    type = "sync.progressed"
    publishers = ("roster-fetcher", "moodle-sync")
    subscribers = ("dashboard-api",)

    phase: Phase
    done: Count
    total: Count | None = None
    bytes_up: Count = 0
    bytes_down: Count = 0


class RosterFetched(RunEvent):
    """A snapshot of the school's roster was kept. `changes` counts added, changed and removed since the last one."""

    type = "roster.fetched"
    publishers = ("roster-fetcher",)
    subscribers = ("moodle-sync", "dashboard-api")

    mode: Mode
    dry_run: bool = False
    snapshot: Count
    complete: bool
    """Every endpoint that the school's roster comes from was read to its end."""
    counts: CountByKind
    changes: CountByEntity
    errors: Count = 0
    bytes_up: Count = 0
    bytes_down: Count = 0
    duration_ms: Count = 0


class FoundError(BaseModel):
    """One data error: which record, which rule. `value` is masked where it is personal."""

    model_config = ConfigDict(frozen=True)

    code: str
    severity: Severity
    entity: str
    source_id: str
    field: str = ""
    value: str = ""
    detail: str = ""


class SyncErrorsFound(RunEvent):
    """Up to 200 data errors; a run with more publishes several. `part` numbers them from 0."""

    type = "sync.errors_found"
    publishers = ("roster-fetcher", "moodle-sync")
    subscribers = ("dashboard-api",)

    phase: Phase
    part: Count
    errors: tuple[FoundError, ...] = Field(max_length=200)


class PlanMade(RunEvent):
    """The run's operations are decided and kept; `operations` counts them by entity, then kind."""

    type = "plan.made"
    publishers = ("moodle-sync",)
    subscribers = ("dashboard-api",)

    operations: CountByEntity


class SyncCompleted(RunEvent):
    """The run ended. `actions` counts what was done by entity, then kind; `calls` are requests to Moodle."""

    type = "sync.completed"
    publishers = ("moodle-sync", "roster-fetcher")
    subscribers = ("scheduler", "notifier", "dashboard-api")

    mode: Mode
    outcome: Literal["clean", "with_errors", "nothing_to_do", "previewed", "refreshed"]
    actions: CountByEntity = {}
    errors: Count = 0
    courses: Count = 0
    """Courses that the run touched."""
    calls: Count = 0
    bytes_up: Count = 0
    bytes_down: Count = 0
    duration_ms: Count = 0
    """From the start of the fetch to the last operation."""


class SyncFailed(RunEvent):
    """The run ended without its result. `code` is one of the error catalogue; `detail` is for the operator."""

    type = "sync.failed"
    publishers = ("roster-fetcher", "moodle-sync", "scheduler")
    subscribers = ("scheduler", "notifier", "dashboard-api")

    mode: Mode
    phase: Phase
    code: str
    detail: str = ""
    retry_planned: bool = False


class SettingsChanged(Event):
    """Something that an operator declares was changed; readers take the present state from `registry`."""

    type = "settings.changed"
    publishers = ("dashboard-api",)
    subscribers = ("roster-fetcher", "scheduler")

    what: Literal["district", "source", "target", "school"]
    list_schools: bool = False
    """The source should be asked which schools it shares."""


class SchoolsListed(Event):
    """The source told which schools it shares; they stand in `roster.school`, numbered by `listing`."""

    type = "schools.listed"
    publishers = ("roster-fetcher",)
    subscribers = ("dashboard-api",)

    schools: Count
    listing: Count


class SchoolsNotListed(Event):
    """The source could not be asked which schools it shares."""

    type = "schools.not_listed"
    publishers = ("roster-fetcher",)
    subscribers = ("dashboard-api",)

    code: str
    detail: str


class NoticeSent(RunEvent):
    """A notice about a run reached a channel's server."""

    type = "notice.sent"
    publishers = ("notifier",)
    subscribers = ("dashboard-api",)

    channel: Literal["email"]
    recipient_id: str


class NoticeFailed(RunEvent):
    """A notice could not be delivered and will not be tried again."""

    type = "notice.failed"
    publishers = ("notifier",)
    subscribers = ("dashboard-api",)

    channel: Literal["email"]
    recipient_id: str
    detail: str


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
        SyncCompleted,
        SyncFailed,
        SettingsChanged,
        SchoolsListed,
        SchoolsNotListed,
        NoticeSent,
        NoticeFailed,
    )
}
