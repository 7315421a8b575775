"""Wonde's objects as they come.

Types are wide where Wonde and the schools' own systems differ: ids as numbers, dates as objects or texts, what is
included as `{"data": …}` or without that, nothing as null, `[]` or `{"data": []}`. What was not included is `UNSET`.
A row that strays further becomes `Malformed`, and the others of its page are not lost.
"""

from typing import Any, TypeAlias, TypeVar

from msgspec import UNSET, Struct, UnsetType

Text = str | int | float | bool | None
Nothing: TypeAlias = list[Any] | None
"""PHP, in which Wonde is written, has one word for an empty list and an empty object."""


class Moment(Struct, gc=False):
    """A date as PHP writes it: local time and the zone's name."""

    date: Text = None
    timezone: Text = None


When = Moment | Text


class Known(Struct, gc=False):
    """What every object has."""

    id: Text = None


class Malformed(Struct, gc=False):
    """A row that is not shaped as Wonde describes it."""

    reason: str


Row = Known | Malformed


class Place(Struct, gc=False):
    """A school's region."""

    code: Text = None
    domain: Text = None


class School(Known, gc=False):
    """A school."""

    name: Text = None
    urn: Text = None
    establishment_number: Text = None
    mis: Text = None
    region: Place | Nothing = None


class Subject(Struct, gc=False):
    """What a class is taught in."""

    data: "Subject | Nothing" = None
    id: Text = None
    name: Text = None


class Year(Struct, gc=False):
    """An academic year, the last day included."""

    data: "Year | Nothing" = None
    name: Text = None
    start_date: When = None
    end_date: When = None


class Employment(Struct, gc=False):
    """Whether somebody still works at the school, and teaches."""

    data: "Employment | Nothing" = None
    current: Text = None
    teaching_staff: Text = None


class Bond(Struct, gc=False):
    """What a contact is to a student."""

    data: "Bond | Nothing" = None
    relationship: Text = None
    parental_responsibility: Text = None


class Member(Known, gc=False):
    """Somebody within another row: in a class, or beside a student or a contact."""

    employment_details: Employment | Nothing = None
    relationship: Bond | Nothing | str = None


class MemberList(Struct, gc=False):
    """People within another row."""

    data: list[Member] | Member | None = None


Members = MemberList | list[Member] | None | UnsetType


class Class(Known, gc=False):
    """A class with its members."""

    name: Text = None
    code: Text = None
    description: Text = None
    subject: Subject | Nothing | str | int = None
    academic_year: Year | Nothing | str | int = None
    students: Members = UNSET
    employees: Members = UNSET


class Emails(Struct, gc=False):
    """Addresses by what they are for."""

    email: Text = None
    primary: Text = None
    home: Text = None
    work: Text = None


class ContactDetails(Struct, gc=False):
    """How somebody is reached; only the addresses matter."""

    data: "ContactDetails | Nothing" = None
    emails: Emails | Nothing = None


class Education(Struct, gc=False):
    """A student's numbers and year."""

    data: "Education | Nothing" = None
    admission_number: Text = None
    upn: Text = None
    current_nc_year: Text = None


class Person(Known, gc=False):
    """Somebody; `forename` and `surname` are the preferred names."""

    upi: Text = None
    mis_id: Text = None
    forename: Text = None
    surname: Text = None
    legal_forename: Text = None
    legal_surname: Text = None
    contact_details: ContactDetails | Nothing | UnsetType = UNSET


class Student(Person, gc=False):
    """A student."""

    education_details: Education | Nothing | UnsetType = UNSET
    contacts: Members = UNSET


class Employee(Person, gc=False):
    """Somebody who works at the school, or did."""

    employment_details: Employment | Nothing | UnsetType = UNSET


class Contact(Person, gc=False):
    """A parent, or another adult whom the school may call."""

    students: Members = UNSET


class Deletion(Known, gc=False):
    """That a record was deleted; `restored_at` says that it is there again. `type` is a word such as `student`."""

    type: Text = None
    restored_at: When = None


W = TypeVar("W", Subject, Year, Employment, Bond, ContactDetails, Education)


def inner(nested: W | Nothing | Text | UnsetType) -> W | None:
    """An included object out of its `data`; None if there is none."""
    if not isinstance(nested, Struct) or isinstance(nested, UnsetType):
        return None
    return nested if nested.data is None else inner(nested.data)


def members(nested: Members) -> list[Member]:
    """Included people out of their `data`."""
    found = nested.data if isinstance(nested, MemberList) else nested
    if isinstance(found, Member):
        return [found]
    return found if isinstance(found, list) else []


def written(when: When) -> Text:
    """A date's text, local to where it was written."""
    return when.date if isinstance(when, Moment) else when
