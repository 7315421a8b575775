"""What a check of a source found: which schools it lists, and how one of them read. Counts and codes, no records."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from common.event_model import BytesDown, BytesUp, Code, Count, CountByKind, Detail, Severity

MOST_NAMES = 50

EndpointName = Annotated[str, Field(description="The endpoint or file, as the ledger names it")]
Outcomes = Annotated[
    CountByKind, Field(description="Rows by what became of them: kept, kept_with_warning, skipped, out_of_scope")
]


class ReportPart(BaseModel):
    """What the parts of a report share."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class EndpointRead(ReportPart):
    """One endpoint of the school that was read, as a run's ledger would have it."""

    endpoint: EndpointName
    entity: str
    """What its rows are."""
    pages: Count
    announced: Count | None = None
    """Rows that the source said there are, where it does."""
    received: Count
    """Rows that came; the sum of the outcomes."""
    outcomes: Outcomes
    complete: bool
    """It was read to its end."""
    reason: str = ""
    """Why it is not complete, as a sentence."""
    answers: CountByKind = {}
    """Answers by HTTP status, or by what came in their place."""
    quirks: tuple[str, ...] = ()
    """Where the source strays from its standard, as sentences."""


class FindingCount(ReportPart):
    """How often one thing was wrong."""

    code: Code
    severity: Severity
    occurrences: Count
    """How many times it was found."""


class MissingPermission(ReportPart):
    """Something that the source does not let us read."""

    endpoint: EndpointName
    code: Code
    detail: Detail


class SourceObstacle(ReportPart):
    """Why a source cannot be used."""

    code: Code
    detail: Detail


class SourceReport(ReportPart):
    """What a source lets us see: its schools, and one of them read completely. Nothing of it was kept."""

    usable: bool
    """A run of the school that was read would get a roster."""
    trouble: SourceObstacle | None = None
    """What stands in the way, where something does."""
    schools: Count | None = None
    """Schools that the source lists; absent: they could not be listed."""
    school_names: tuple[str, ...] = Field(default=(), max_length=MOST_NAMES)
    """The names of the first 50."""
    school_id: str = ""
    """The source's id of the school that was read; blank: none was."""
    school_name: str = ""
    """Its name, where the source lists it."""
    counts: CountByKind = {}
    """Records by entity, people by role as well."""
    rows: Outcomes = {}
    endpoints: tuple[EndpointRead, ...] = ()
    """The endpoints that were read, in order."""
    findings: tuple[FindingCount, ...] = ()
    """What is wrong with the data, by code, the worst first."""
    missing: tuple[MissingPermission, ...] = ()
    """What the source does not let us read."""
    changes: Literal["told", "doubtful", "not_told"] | None = None
    """Whether the source can tell what changed since a reading; absent: not found out."""
    changes_doubt: str = ""
    """Why changes could not be trusted, as a sentence."""
    stopped: bool = False
    """Reading took too long and was stopped; what is reported is what had come by then."""
    bytes_up: BytesUp = 0
    bytes_down: BytesDown = 0
    duration_ms: Count = 0
    """Milliseconds that the check took."""
