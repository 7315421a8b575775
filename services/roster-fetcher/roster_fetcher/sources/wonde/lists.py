"""What is read of a school, in which order, and what proves that a record is gone. Pure."""

from collections.abc import Mapping, Set
from typing import NamedTuple

from roster_fetcher.sources.protocol import EVERYTHING, Changes, Endpoint

SCHOOL = Endpoint("school", "school")
CLASSES = Endpoint("classes", "class")
EMPLOYEES = Endpoint("employees", "user")
STUDENTS = Endpoint("students", "user")
CONTACTS = Endpoint("contacts", "user")
DELETED_EMPLOYEES = Endpoint("deletions/employee", "user")
DELETED_STUDENTS = Endpoint("deletions/student", "user")
DELETED_CONTACTS = Endpoint("deletions/contact", "user")

DELETED = {
    DELETED_EMPLOYEES: EMPLOYEES.name,
    DELETED_STUDENTS: STUDENTS.name,
    DELETED_CONTACTS: CONTACTS.name,
}
"""Lists of deletions, and the list in which a record was; the last word of the name is Wonde's `type`."""

OWNERS = {"enrolment": "class", "guardian_link": "user"}


def deleted_type(endpoint: Endpoint) -> str:
    """Wonde's word for the records that a list of deletions is asked for."""
    return endpoint.name.rpartition("/")[2]


class Lists(NamedTuple):
    """What one reading reads. `families`: contacts too. `staff`: all employees. `changes`: of people, what changed."""

    families: bool
    staff: bool
    changes: bool

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """In the order of reading.

        Deletions come before the people, so that somebody deleted in between is in neither list only if a later
        reading tells it.
        """
        people = (EMPLOYEES, STUDENTS, *((CONTACTS,) if self.families else ()))
        names = {endpoint.name for endpoint in people}
        deleted = [listed for listed, name in DELETED.items() if name in names] if self.changes else []
        return (SCHOOL, CLASSES, *deleted, *people)

    @property
    def how(self) -> Changes:
        """How changes are read.

        Classes always come whole, since who is in them moves no date. The school's own row says where its data are, and
        from which system: if it changed, everything may have.
        """
        if not self.changes:
            return EVERYTHING
        return Changes(
            endpoints=frozenset(endpoint.name for endpoint in self.endpoints if endpoint.entity == "user"),
            carried=frozenset({"user", "guardian_link"}),
            must_stand=frozenset({SCHOOL.name}),
            recalled=frozenset(name for name, wanted in (("enrolment", self.staff), ("user", self.families)) if wanted),
        )

    @property
    def proof(self) -> Mapping[str, Set[str]]:
        """Which endpoints must be complete before a record may be taken for removed. Of terms nothing is ever read."""
        people = {CLASSES.name, EMPLOYEES.name, STUDENTS.name} | ({CONTACTS.name} if self.families else set())
        return {
            "school": {SCHOOL.name},
            "term": {SCHOOL.name},
            "class": {CLASSES.name},
            "user": people,
            "enrolment": people,
            "guardian_link": people,
        }
