"""A district's roster as plain records, close to OneRoster and free of any provider's wire shape.

Texts are kept as their source spells them (dates, booleans and grades included), so that a package that was
read can be served or written again unchanged. Blank means "not given". Records are frozen: a change replaces
the record.
"""

from collections import Counter

from msgspec import Struct, field

COLLECTIONS = ("orgs", "sessions", "courses", "classes", "users", "enrolments", "demographics")
"""The names of a district's lists of records, each after those it refers to."""


class Record(Struct, frozen=True, kw_only=True, gc=False):
    """What every record has. `modified` is an ISO 8601 time; `metadata` holds a source's own extra values."""

    id: str
    status: str = "active"
    modified: str = ""
    metadata: dict[str, str] | None = None


class Org(Record, frozen=True, kw_only=True, gc=False):
    """A district, school or other organisation; `kind` is OneRoster's org type."""

    name: str
    kind: str
    identifier: str = ""
    parent_id: str = ""


class Session(Record, frozen=True, kw_only=True, gc=False):
    """A school year, term or grading period: dates as YYYY-MM-DD, `ends` exclusive, `school_year` its last year."""

    title: str
    kind: str
    starts: str
    ends: str
    school_year: str
    parent_id: str = ""


class Course(Record, frozen=True, kw_only=True, gc=False):
    """A subject at a grade, taught in classes."""

    title: str
    code: str = ""
    grades: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    subject_codes: tuple[str, ...] = ()
    org_id: str = ""
    school_year_id: str = ""


class Class(Record, frozen=True, kw_only=True, gc=False):
    """A group that is taught a course at one school; `kind` is `homeroom` or `scheduled`."""

    title: str
    code: str = ""
    kind: str = "scheduled"
    location: str = ""
    grades: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    subject_codes: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    course_id: str = ""
    school_id: str = ""
    term_ids: tuple[str, ...] = ()


class Role(Struct, frozen=True, kw_only=True, gc=False):
    """What a user is at one org, in OneRoster 1.2's words; `kind` is `primary` or `secondary`."""

    role: str
    org_id: str
    kind: str = "primary"
    id: str = ""
    begins: str = ""
    ends: str = ""


class UserId(Struct, frozen=True, gc=False):
    """A further identifier of a user and what sort it is, such as LDAP."""

    kind: str
    value: str


class User(Record, frozen=True, kw_only=True, gc=False):
    """A person: student, teacher, administrator or parent. Agents link parents and students, usually both ways."""

    given_name: str
    family_name: str
    roles: tuple[Role, ...] = ()
    enabled: str = "true"
    username: str = ""
    user_ids: tuple[UserId, ...] = ()
    middle_name: str = ""
    preferred_given_name: str = ""
    preferred_middle_name: str = ""
    preferred_family_name: str = ""
    pronouns: str = ""
    master_identifier: str = ""
    identifier: str = ""
    email: str = ""
    sms: str = ""
    phone: str = ""
    agent_ids: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    password: str = ""
    primary_org_id: str = ""

    def has_role(self, *roles: str) -> bool:
        """Tell whether the user holds one of these roles anywhere; spelling of case does not matter."""
        return any(held.role.casefold() in roles for held in self.roles)


class Enrolment(Record, frozen=True, kw_only=True, gc=False):
    """A user's part in a class. `primary` is `true` for the teacher in charge, `false` or blank otherwise."""

    user_id: str
    class_id: str
    school_id: str
    role: str
    primary: str = ""
    begins: str = ""
    ends: str = ""


class Demographics(Record, frozen=True, kw_only=True, gc=False):
    """A user's birth date and sex, under the user's own id; `other` holds OneRoster's further columns by name."""

    birth_date: str = ""
    sex: str = ""
    other: dict[str, str] = {}


class District(Struct, kw_only=True):
    """A whole roster.

    `findings` says which records were spoilt on purpose: kind of quirk → ids, so that a test knows what to
    expect. `version` is the OneRoster version of the package it was read from, blank if it was generated.
    """

    name: str = ""
    version: str = ""
    orgs: list[Org] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    demographics: list[Demographics] = field(default_factory=list)
    findings: dict[str, list[str]] = field(default_factory=dict)

    @property
    def schools(self) -> list[Org]:
        """The orgs of kind `school`, in the order of `orgs`."""
        return [org for org in self.orgs if org.kind == "school"]

    def users_as(self, *roles: str) -> list[User]:
        """List the users who hold one of these roles at any org."""
        return [user for user in self.users if user.has_role(*roles)]

    def counts(self) -> Counter[str]:
        """Count the records of each collection."""
        return Counter({name: len(getattr(self, name)) for name in COLLECTIONS})
