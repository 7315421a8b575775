"""What a check of a Moodle site found, as an event carries it: release, functions and roles. Nothing of any person."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from common.event_model import BytesDown, BytesUp, Code, Count, Detail

FunctionName = Annotated[str, Field(description="A function of Moodle's web services")]


class ReportPart(BaseModel):
    """What the parts of a report share."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class TargetObstacle(ReportPart):
    """Why a site cannot be used."""

    code: Code
    detail: Detail


class MissingFunction(ReportPart):
    """A function that the token may not call."""

    function: FunctionName
    capability: str
    """What the role of the token's account needs for it."""
    needed: bool
    """The district's policy needs it; otherwise it only would with other settings."""


class RefusedFunction(ReportPart):
    """A function that the token may call, but whose capability its account lacks."""

    function: FunctionName
    detail: Detail


class DeclaredRole(ReportPart):
    """One of our roles and Moodle's id for it. Moodle has no function that lists its roles, to see that it exists."""

    role: str
    id: int
    usual: bool | None = None
    """It is the id that a standard site has; absent: standard sites have no such role."""


class TargetReport(ReportPart):
    """What a Moodle site lets us do. It was only looked at."""

    usable: bool
    """The token is taken, and everything that the district's policy needs is allowed, as far as looking shows."""
    trouble: TargetObstacle | None = None
    """What stands in the way of asking anything, where something does."""
    site_name: str = ""
    release: str = ""
    """Moodle's release, such as `4.5.1 (Build: 20241223)`."""
    version: str = ""
    """Its number, such as `2024100701`."""
    allowed: Count = 0
    """Of the functions that we ever call, how many the token may call."""
    missing: tuple[MissingFunction, ...] = ()
    """The others, those that are needed first."""
    refused: tuple[RefusedFunction, ...] = ()
    """What was tried and refused."""
    roles: tuple[DeclaredRole, ...] = ()
    welcome_messages: Literal["possible", "none"] | None = None
    """Whether this release can send a message for each enrolment. That it is switched off cannot be read."""
    form_fields: Count = 0
    """Fields that we send in one call at the most; PHP's max_input_vars on the site must not be lower."""
    in_flight: Count = 0
    """Calls that we make at once at the most."""
    bytes_up: BytesUp = 0
    bytes_down: BytesDown = 0
    duration_ms: Count = 0
    """Milliseconds that the check took."""
