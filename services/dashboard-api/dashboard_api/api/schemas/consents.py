"""Acts that wait for a second person, as answers have them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from dashboard_api.api.schemas.fields import Cursor, DistrictId, Name, Reason, SchoolId, SchoolName, Shape, When, Zone


class Consent(Shape):
    """What was asked for, by whom, until when it waits, and what came of it."""

    district_id: DistrictId
    district: Annotated[str, Field(examples=["North district"])]
    id: UUID
    act: Literal["undo", "approval", "force"]
    subject: Annotated[str, Field(examples=["run/0b9d8a3e-5c6f-5a51-8d0e-2f6f0a7b1c22"])]
    school_id: SchoolId
    school: SchoolName | None
    body: Annotated[dict[str, Any], Field(examples=[{"record": {}}])]
    reason: Reason
    asked_by: str
    asked_by_name: Name | None
    asked_person: Annotated[UUID | None, Field(description="Who asked, or who made the key that did; null: not known")]
    asked_person_name: Name | None
    asked_at: When
    expires_at: When
    state: Literal["waiting", "confirmed", "rejected", "expired"]
    decided_by: str | None
    decided_by_name: Name | None
    decided_at: When | None
    note: str | None
    outcome: dict[str, Any] | None
    timezone: Zone | None
    title: Annotated[str, Field(examples=["Take back a run"])]
    state_title: Annotated[str, Field(examples=["Waits for a second person"])]


class ConsentPage(Shape):
    """Consents, the newest first."""

    consents: list[Consent]
    next: Cursor


class Waiting(Shape):
    """In place of doing an act: what waits for a second person."""

    consent: Consent
