"""What all events share: who tells and takes them, what they are about, and the words that their fields are made of."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Service = Literal["scheduler", "roster-fetcher", "moodle-sync", "notifier", "dashboard-api"]
Count = Annotated[int, Field(ge=0)]
CountByKind = dict[str, Count]
CountByEntity = dict[str, CountByKind]

Mode = Annotated[
    Literal["nightly", "partial", "full", "refresh"],
    Field(description="nightly and partial apply what is new, full applies everything, refresh only reads and counts"),
]
Phase = Annotated[Literal["fetching", "planning", "applying"], Field(description="The part of the run it is about")]
Severity = Annotated[
    Literal["critical", "error", "warning"],
    Field(description="critical: the run stops; error: the record is left out; warning: the record is kept"),
]
RunKind = Annotated[
    Literal["roster", "undo", "rebuild", "device"],
    Field(
        description="roster: read and apply; undo: take back what a run did; rebuild: find links anew in Moodle; "
        "device: carry learners' data between a device and the target"
    ),
]
Trigger = Annotated[
    Literal["person", "schedule", "arrival", "decision", "retry"],
    Field(
        description="What caused the run; arrival: a new package in the source's folder; decision: held operations "
        "were decided on; retry: it failed for a reason that passes"
    ),
]
Refusal = Annotated[
    Literal[
        "already_running",
        "coalesced",
        "not_set_up",
        "unknown_school",
        "paused",
        "on_hold",
        "blackout",
        "missed",
        "device_offline",
    ],
    Field(
        description="What stood in its way; coalesced: another run of the school does it as well; missed: nobody "
        "could start it within six hours"
    ),
]
AdditionsOnly = Annotated[
    bool, Field(description="Only what is new is created, also where the district applies all changes")
]
Fence = Annotated[
    Count,
    Field(
        description="Rises with each admission: whoever works for a run that was taken away finds that its number "
        "no longer holds; 0: it is not looked at"
    ),
]
RetriesLeft = Annotated[
    Count, Field(description="How often the run will be tried again by itself if it fails for a reason that passes")
]
DeviceId = Annotated[UUID | None, Field(description="The device, of a run of kind device")]
DryRun = Annotated[bool, Field(description="Stop after the plan: nothing is changed in Moodle")]
BytesUp = Annotated[Count, Field(description="Bytes sent to the source or to Moodle, on the wire")]
BytesDown = Annotated[Count, Field(description="Bytes received from the source or from Moodle, on the wire")]
Errors = Annotated[Count, Field(description="Data errors found so far in the run")]
Code = Annotated[str, Field(description="A code of the error catalogue, such as AUTH_INVALID")]
PlanHash = Annotated[
    str, Field(description="Digest of the operations that wait: whoever decides says which ones were seen")
]
Detail = Annotated[str, Field(description="What happened and what to do, for the operator; no personal data")]
Channel = Annotated[Literal["email"], Field(description="How the notice travels")]
RecipientId = Annotated[str, Field(description="Id of the recipient; never an address")]

ALL_SERVICES: tuple[Service, ...] = (
    "scheduler",
    "roster-fetcher",
    "moodle-sync",
    "notifier",
    "dashboard-api",
)
PER_POOL: tuple[Service, ...] = ("roster-fetcher", "moodle-sync")
"""Services whose work is spread over pools of workers; the others take the events of all pools."""


class RunScope(BaseModel):
    """What of a school a run is narrowed to; a blank field narrows nothing."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    entity: Literal["", "user", "class"] = ""
    """The kind of record that `key` is of."""
    key: str = ""
    """The source's id of the one class or person that the run is for."""
    failed_in: UUID | None = None
    """A run whose failed operations are to be done again, and nothing else."""
    undo_of: UUID | None = None
    """The run that is to be taken back, of a run of kind undo."""

    @property
    def whole(self) -> bool:
        """Whether the run is for all of the school."""
        return not self.entity and self.failed_in is None


class FoundError(BaseModel):
    """One data error: which record, which rule."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    code: Code
    severity: Severity
    entity: str
    """The kind of record: school, term, class, user, enrolment."""
    source_id: str
    """The record's id at the source."""
    field: str = ""
    """The field of the record, where it is one field."""
    value: str = ""
    """The field's value, masked where it is personal."""
    detail: Detail = ""


class TrippedGuard(BaseModel):
    """A limit that the plan exceeds."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    code: Code
    entity: str
    """The kind of record that it is about."""
    subject: str = ""
    """The one record that it is about, such as a class, by its id at the source; or the field."""
    count: Count
    """How many records it would change."""
    of: Count
    """How many there are."""
    limit: Count
    """How many may be changed without asking."""


class Event(BaseModel):
    """What all events share."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    type: ClassVar[str]
    version: ClassVar[int] = 1
    publishers: ClassVar[tuple[Service, ...]]
    subscribers: ClassVar[tuple[Service, ...]]

    district_id: str
    """The district that it concerns."""
    pool: str = "shared"
    """The pool of workers that serves the district."""

    @classmethod
    def versioned_type(cls) -> str:
        """The name on the wire, such as `sync.requested.v1`."""
        return f"{cls.type}.v{cls.version}"

    @property
    def subject(self) -> str:
        """What the event is about, for the envelope."""
        return f"district/{self.district_id}"


class RunEvent(Event):
    """An event in the life of one run. A run belongs to one school."""

    run_id: UUID
    """The run."""
    school_id: UUID
    """The school that the run belongs to."""

    @property
    def subject(self) -> str:
        """The school that the run belongs to."""
        return f"school/{self.school_id}"
