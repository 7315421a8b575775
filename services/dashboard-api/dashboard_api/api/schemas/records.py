"""Records, comparisons and trials of templates, as answers have them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard_api.api.schemas.fields import (
    Cursor,
    DistrictId,
    Fields,
    Name,
    Number,
    RunId,
    SchoolId,
    SchoolName,
    Shape,
    SourceKey,
    When,
    Zone,
)

Sentence = Annotated[str, Field(examples=["Shared as a student since Sunday."])]


class FoundRecord(Shape):
    """A record that matches a search; `exact`: by more than a part of its name."""

    entity: Annotated[str, Field(examples=["user"])]
    key: SourceKey
    source_id: Annotated[str, Field(examples=["main"])]
    name: Name | None
    role: Annotated[str, Field(examples=["student"])] | None
    shared: bool
    exact: bool
    schools: Annotated[list[str], Field(examples=[["Ashgrove Primary"]])]
    moodle_id: Annotated[int, Field(examples=[1017])] | None
    active: bool | None


class FoundRecords(Shape):
    """Up to 50 records, the best matches first."""

    records: list[FoundRecord]


class Shown(Shape):
    """How something stands, as a word, a shape and a tone."""

    word: Annotated[str, Field(examples=["In Moodle"])]
    shape: Annotated[str, Field(examples=["tick"])]
    tone: Annotated[str, Field(examples=["ok"])]


class Standing(Shape):
    """How a record stands at a school, and why; `body` is what the source gives of it, or gave last."""

    school_id: SchoolId
    school: SchoolName
    source_id: Annotated[str, Field(examples=["main"])]
    timezone: Zone
    feed: Annotated[str, Field(examples=["now"])] | None
    badge: Shown
    sentences: list[Sentence]
    hold_id: str | None
    body: Fields | None


class Linked(Shape):
    """What stands for the record in a Moodle; `url` is its page there."""

    source_id: Annotated[str, Field(examples=["main"])]
    target: Annotated[str, Field(examples=["North Moodle"])] | None
    moodle_id: Annotated[int, Field(examples=[1017])]
    active: bool
    applied: Fields | None
    linked_at: When
    url: Annotated[str, Field(examples=["https://moodle.example/user/profile.php?id=1017"])] | None


class PlaceInMoodle(Shape):
    """An enrolment in Moodle."""

    course_key: Annotated[str, Field(examples=["c-1"])]
    course: Annotated[str, Field(examples=["Maths 7"])] | None
    role_id: int | None
    active: bool
    time_start: int | None
    time_end: int | None


class LifeFinding(Shape):
    """What was found wrong with the record in a run."""

    code: str
    severity: str
    field: str
    value: str
    detail: str
    sentence: Sentence


class LifeOperation(Shape):
    """What a run did about the record, or means to do."""

    seq: Number
    entity: str
    kind: str
    state: str
    code: str | None
    answer: str | None
    warning: str | None
    match: str | None
    ruling: str | None
    graded: bool | None
    moodle_id: int | None
    before: Fields | None
    after: Fields | None
    settled_at: When | None
    hold_id: str | None
    sentence: Sentence


class LifeEntry(Shape):
    """One run in the life of a record."""

    run_id: RunId
    school_id: SchoolId
    school: SchoolName | None
    at: When
    source: dict[str, Any] | None
    findings: list[LifeFinding]
    operations: list[LifeOperation]
    mode: str | None = None
    run_kind: str | None = None
    dry_run: bool | None = None
    snapshot: int | None = None


class RecordLife(Shape):
    """A record from source to Moodle."""

    district_id: DistrictId
    entity: Annotated[str, Field(examples=["user"])]
    key: SourceKey
    name: Name | None
    schools: list[Standing]
    summary: list[Sentence]
    moodle: list[Linked]
    places: list[PlaceInMoodle]
    life: list[LifeEntry]


class FieldChange(Shape):
    """A field that differs."""

    field: Annotated[str, Field(examples=["family_name"])]
    from_: Annotated[Any, Field(alias="from", examples=["Quill"])]
    to: Annotated[Any, Field(examples=["Quill-Ames"])]


class Difference(Shape):
    """A record that is another one in the second snapshot."""

    entity: Annotated[str, Field(examples=["user"])]
    key: SourceKey
    change: Literal["added", "removed", "changed"]
    name: Name
    fields: list[FieldChange]


class Comparison(Shape):
    """What differs between two snapshots. `counts` comes with the first page."""

    school_id: SchoolId
    from_: Annotated[int, Field(alias="from", examples=[11])]
    to: Annotated[int, Field(examples=[12])]
    counts: Annotated[dict[str, dict[str, int]], Field(examples=[{"user": {"added": 3}}])] | None
    records: list[Difference]
    next: Cursor


class TriedRow(Shape):
    """What templates make of a row, now and with those that were tried."""

    key: SourceKey
    now: Annotated[dict[str, str], Field(examples=[{"username": "aquill"}])]
    new: Annotated[dict[str, str], Field(examples=[{"username": "ada.quill"}])]
    warning: str | None
    not_unique: Annotated[list[str], Field(description="Fields that another record has, too", examples=[[]])]


class TriedTotals(Shape):
    """How many there are, and how many to look at."""

    rows: Number
    changed: Number
    cut: Number
    cleaned: Number
    not_unique: Number


class BothTotals(Shape):
    """For people and classes."""

    people: TriedTotals
    classes: TriedTotals


class MappingTrial(Shape):
    """Templates on real rows."""

    school: SchoolName
    people: list[TriedRow]
    classes: list[TriedRow]
    totals: BothTotals
