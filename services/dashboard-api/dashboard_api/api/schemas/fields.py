"""What fields of answers hold, with an example each. The description of the API puts its examples together from them.

The models of this package describe JSON that PostgreSQL makes; nothing is checked against them when it is answered.
Tests hold real answers against them.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """What an answer, or a part of one, looks like."""

    model_config = ConfigDict(extra="ignore")


DistrictId = Annotated[str, Field(description="The district's short name", examples=["north"])]
SchoolId = Annotated[
    UUID, Field(description="The school's id with us", examples=["7d0b1b43-3a5e-5d1c-9a0d-3f6f2a1c9e10"])
]
RunId = Annotated[UUID, Field(description="The run's id", examples=["0b9d8a3e-5c6f-5a51-8d0e-2f6f0a7b1c22"])]
OrderId = Annotated[UUID, Field(description="The order's id", examples=["c1b1f6a2-8f14-4b7e-9f5c-6f3f1d2e4a90"])]
HoldId = Annotated[UUID, Field(description="The hold's id", examples=["5e0c2a44-1d0b-4c39-8a3e-0f7d9c1b2a33"])]
DeviceId = Annotated[UUID, Field(description="The device's id", examples=["9a7c5b1e-2f60-4d1a-b6c3-8e4f0d2a1b77"])]
CheckId = Annotated[UUID, Field(description="The check's id", examples=["3f2d1c0b-7a69-4e58-9d4c-1b0a9f8e7d66"])]
When = Annotated[datetime, Field(examples=["2026-11-22T20:00:00+01:00"])]
Day = Annotated[date, Field(examples=["2026-11-23"])]
Clock = Annotated[str, Field(description="HH:MM", examples=["20:00"])]
Zone = Annotated[str, Field(description="An IANA time zone", examples=["Europe/Amsterdam"])]
Language = Annotated[str, Field(examples=["en"])]
SchoolName = Annotated[str, Field(examples=["Ashgrove Primary"])]
Text = Annotated[str, Field(examples=["new term"])]
Name = Annotated[str, Field(examples=["Anna de Wit"])]
SourceKey = Annotated[str, Field(description="The id at the source", examples=["u-17"])]
Code = Annotated[str, Field(description="A code of the error catalogue", examples=["MISSING_NAME"])]
Number = Annotated[int, Field(ge=0, examples=[402])]
Bytes = Annotated[int, Field(ge=0, description="Bytes on the wire", examples=[812000])]
Milliseconds = Annotated[int, Field(ge=0, description="Milliseconds", examples=[41000])]
Cursor = Annotated[
    str | None,
    Field(description="`after` of the next page; null: this is the last", examples=["WyJhc2hncm92ZSJd"]),
]
Counts = Annotated[
    dict[str, int],
    Field(description="Numbers by kind of record", examples=[{"class": 38, "student": 402, "teacher": 19}]),
]
ByEntity = Annotated[
    dict[str, dict[str, int]],
    Field(description="Numbers by entity and kind of operation", examples=[{"user": {"create": 421}}]),
]
Fields = Annotated[
    dict[str, Any],
    Field(description="Fields of a record, by name", examples=[{"firstname": "Ada", "lastname": "Quill"}]),
]
Weekdays = Annotated[list[str], Field(examples=[["mon", "tue", "wed", "thu", "fri"]])]
Reason = Annotated[str, Field(description="Why, for the record", examples=["new timetable"])]

SchoolStatus = Literal["nightly", "with_errors", "paused", "on_hold", "not_set_up", "not_shared"]
Health = Literal["never", "clean", "with_errors", "failed"]
Ended = Literal["clean", "with_errors", "held", "failed"]
NightlyMode = Literal["on", "additions_only", "paused"]
RunStatus = Literal["ordered", "requested", "fetching", "planning", "applying", "refused", "failed", "completed"]
Outcome = Annotated[str, Field(description="How a run ended that did not fail", examples=["clean"])]
Severity = Literal["error", "warning"]


class Explained(Shape):
    """A code of the error catalogue in words."""

    language: Language
    title: Annotated[str, Field(examples=["A name or title is empty"])]
    cause: Annotated[str, Field(examples=["The source sent a record without a name."])]
    remedy: Annotated[str, Field(examples=["Fill in the name at the source."])]
    who: Annotated[str, Field(description="Who can do it", examples=["Administrator of the source"])]
