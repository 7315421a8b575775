"""What the simulated Wonde holds: one school's records beside the next, nothing shared between them.

`source_id` is the id that a record's origin has in the district that was loaded; it is never served.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

Access = Literal["approved", "pending", "audited", "revoked", "declined"]
ACCESS_STATES: tuple[Access, ...] = ("approved", "pending", "audited", "revoked", "declined")

KINDS = ("students", "employees", "contacts", "classes", "subjects")
"""A school's collections; each name is that of the field of `School` and of the endpoint."""

SINGULAR = {name: name.removesuffix("s") for name in KINDS} | {"classes": "class"}
"""What a record of a collection is called in `/deletions`."""


class Record(Struct, kw_only=True):
    """What every record has; moments are in UTC. One that is `gone` is kept, but not served."""

    id: str
    mis_id: str
    source_id: str = ""
    created_at: datetime
    updated_at: datetime
    restored_at: datetime | None = None
    gone: bool = False


class Person(Record, kw_only=True):
    """A student, an employee or a contact. Dates are YYYY-MM-DD, blank if not given."""

    upi: str
    forename: str
    surname: str
    middle_names: str = ""
    legal_forename: str = ""
    legal_surname: str = ""
    gender: str = ""
    date_of_birth: str = ""
    email: str = ""
    phone: str = ""


class Student(Person, kw_only=True):
    """A student; `nc_year` is a grade of the generator (`KG`, `01`…)."""

    nc_year: str = ""
    admission_number: str = ""
    upn: str = ""


class Employee(Person, kw_only=True):
    """A member of staff, of now or of earlier."""

    title: str = ""
    current: bool = True
    teaching_staff: bool = False
    role_text: str = ""
    starts: str = ""
    ends: str = ""


class Child(Struct):
    """What a contact is to one student."""

    student_id: str
    relationship: str = "Parent"
    parental_responsibility: bool = True
    priority: int = 1


class Contact(Person, kw_only=True):
    """A parent or another adult whom the school may call."""

    title: str = ""
    children: list[Child] = field(default_factory=list)


class Subject(Record, kw_only=True):
    """A subject taught at the school."""

    code: str
    name: str


class AcademicYear(Struct):
    """A school year: dates as YYYY-MM-DD, the last day included."""

    name: str
    starts: str
    ends: str


class Class(Record, kw_only=True):
    """A class with its members' ids; those of people who are gone stay, and are not served."""

    name: str
    code: str = ""
    description: str = ""
    subject_id: str = ""
    year: AcademicYear | None = None
    student_ids: list[str] = field(default_factory=list)
    employee_ids: list[str] = field(default_factory=list)


class Deletion(Struct):
    """An entry of `/deletions`; `kind` is singular."""

    id: str
    kind: str
    mis_id: str
    deleted_at: datetime
    restored_at: datetime | None = None


class School(Struct, kw_only=True):
    """A school with all its records, each collection by id.

    `domain` is the host (and port) that holds its data; blank for this server.
    """

    id: str
    source_id: str
    name: str
    urn: int
    mis: str
    phase: str
    access: Access = "approved"
    online: bool = True
    region: str = "GB"
    domain: str = ""
    students: dict[str, Student] = field(default_factory=dict)
    employees: dict[str, Employee] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    deletions: list[Deletion] = field(default_factory=list)
