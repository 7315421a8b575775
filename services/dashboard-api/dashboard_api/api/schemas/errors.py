"""Data errors across schools, as answers have them."""

from typing import Annotated, Literal

from pydantic import Field

from dashboard_api.api.schemas.fields import (
    Code,
    Cursor,
    DistrictId,
    Explained,
    Name,
    Number,
    RunId,
    SchoolId,
    SchoolName,
    Shape,
    SourceKey,
    When,
)

AnySeverity = Literal["critical", "error", "warning"]


class StandingError(Shape):
    """A data error that stands. `run_id` is the latest run that found it."""

    district_id: DistrictId
    school_id: SchoolId
    school: SchoolName | None
    code: Code
    severity: AnySeverity
    entity: Annotated[str, Field(examples=["user"])]
    source_id: SourceKey
    name: Name
    field: Annotated[str, Field(examples=["familyName"])]
    value: Annotated[str, Field(description="Masked where it is personal", examples=[""])]
    detail: Annotated[str, Field(examples=[""])]
    phase: Annotated[str, Field(examples=["fetching"])]
    run_id: RunId
    first_seen_at: When
    seen_at: When


class ErrorPage(Shape):
    """Data errors by code and school."""

    errors: list[StandingError]
    next: Cursor


class SchoolCause(Explained):
    """Why records of a school have errors: how many, since when, in words."""

    code: Code
    severity: AnySeverity
    records: Number
    since: When


class Cause(SchoolCause):
    """The same across schools."""

    schools: Number


class Causes(Shape):
    """Causes of errors, the worst and most frequent first."""

    causes: list[Cause]
