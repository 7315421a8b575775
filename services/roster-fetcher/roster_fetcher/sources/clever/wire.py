"""Clever's objects as the Data API (3.0 and 3.1) sends them, nearly every field of which may be null or missing."""

import msgspec
from msgspec import Struct

Text = str | int | float | bool | None


class Row(Struct, gc=False, kw_only=True):
    """What every object has."""

    id: Text = None


class Malformed(Struct, gc=False):
    """A row that is not shaped as the description of the API says."""

    reason: str


class District(Row, gc=False, kw_only=True):
    """The district, and how its own sync at Clever stands."""

    name: Text = None
    state: Text = None
    error: Text = None
    pause_start: Text = None
    pause_end: Text = None


class School(Row, gc=False, kw_only=True):
    """A school."""

    district: Text = None
    name: Text = None
    school_number: Text = None
    sis_id: Text = None


class Term(Row, gc=False, kw_only=True):
    """A term; `end_date` is its last day."""

    name: Text = None
    start_date: Text = None
    end_date: Text = None


class Course(Row, gc=False, kw_only=True):
    """What sections teach."""

    name: Text = None
    number: Text = None


class Section(Row, gc=False, kw_only=True):
    """A class with its members; `teacher` has charge of it."""

    school: Text = None
    name: Text = None
    sis_id: Text = None
    section_number: Text = None
    course: Text = None
    term_id: Text = None
    teacher: Text = None
    teachers: list[Text] | None = None
    students: list[Text] | None = None
    grade: Text = None
    subject: Text = None
    period: Text = None


class Name(Struct, gc=False):
    """A person's names; a contact's whole name is in `last`."""

    first: Text = None
    last: Text = None


class Credentials(Struct, gc=False):
    """How somebody signs in at the district."""

    district_username: Text = None


class Held(Struct, gc=False, kw_only=True):
    """What somebody has as a student, a teacher or a staff member; each has but some of the fields."""

    school: Text = None
    schools: list[Text] | None = None
    sis_id: Text = None
    state_id: Text = None
    staff_id: Text = None
    student_number: Text = None
    teacher_number: Text = None
    grade: Text = None
    credentials: Credentials | None = None


class Relationship(Struct, gc=False):
    """Whose contact somebody is."""

    student: Text = None
    relationship: Text = None
    type: Text = None


class Contact(Struct, gc=False, kw_only=True):
    """What somebody has as the contact of students."""

    sis_id: Text = None
    student_relationships: list[Relationship] | None = None


class Roles(Struct, gc=False, kw_only=True):
    """What somebody is; employees may be several things at once."""

    student: Held | None = None
    teacher: Held | None = None
    staff: Held | None = None
    district_admin: Held | None = None
    contact: Contact | None = None


class User(Row, gc=False, kw_only=True):
    """A person."""

    email: Text = None
    name: Name | None = None
    roles: Roles | None = None


class EventData(Struct, gc=False):
    """What happened to which record: the whole of it, as it is now or was last."""

    object: msgspec.Raw = msgspec.Raw(b"null")


class Event(Row, gc=False, kw_only=True):
    """Something that happened to a record; `type` is such as `users.deleted`."""

    type: Text = None
    data: EventData | None = None


class Change(Struct, gc=False):
    """The latest that is told of a record. `gone`: it was deleted, or is not shared any more."""

    row: Row
    gone: bool = False
