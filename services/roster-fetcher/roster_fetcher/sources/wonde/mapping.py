"""From Wonde's rows to the roster of one school. Pure: no clock, no database, no await.

Who teaches is known from the classes, and who was restored from the deletions, so rows come in the order of `Lists`.
"""

from collections.abc import Callable, Sequence, Set
from functools import partial
from typing import Any

from roster_fetcher import roster
from roster_fetcher.findings import Notes
from roster_fetcher.sources.protocol import ChangesRefusedError, Convert, Endpoint, Page, Records
from roster_fetcher.sources.wonde import wire
from roster_fetcher.sources.wonde.classes import enrolments, has_left, taught
from roster_fetcher.sources.wonde.lists import CLASSES, CONTACTS, DELETED, EMPLOYEES, SCHOOL, STUDENTS, deleted_type
from roster_fetcher.sources.wonde.people import read_person
from roster_fetcher.values import text, truth

VERSION = 1
"""Rises whenever the same rows would give other records, so that unchanged pages are decoded once more."""


class SchoolMapping:
    """The roster of one school.

    `staff`: employees who do not teach are administrators, else they are out of scope. `changes`: of people only rows
    that changed come.
    """

    def __init__(self, *, staff: bool, changes: bool) -> None:
        self._staff = staff
        self._changes = changes
        self._teachers: set[str] = set()
        self._taught_before: set[str] = set()
        self._restored: dict[str, set[str]] = {}
        self._seen: set[str] = set()
        self._known_before: Set[str] = frozenset()
        self._guardians: set[str] = set()
        self._contacts: set[str] = set()

    def converter(self, endpoint: Endpoint, page: Page, away: Set[int]) -> Convert:
        """What turns a page's rows into records."""
        of_endpoint: dict[Endpoint, Callable[..., Records | None]] = {
            SCHOOL: self._school,
            CLASSES: self._class,
            EMPLOYEES: partial(self._employee, away),
            STUDENTS: self._student,
            CONTACTS: self._contact,
        }
        convert = of_endpoint.get(endpoint) or partial(self._deletion, endpoint)

        def convert_row(row: Any, notes: Notes) -> Records | None:
            if isinstance(row, wire.Malformed):
                notes.add("ROW_MALFORMED", "", detail=f"row {notes.row}: {row.reason}")
                return None
            key = text(row.id)
            if not key:
                notes.add("MISSING_ID", "", "id")
                return None
            return convert(key, row, notes)

        return convert_row

    def about(self, endpoint: Endpoint, row: Any) -> tuple[str, str] | None:
        """What a row is about; what was deleted and restored since is told by its own row."""
        key = text(row.id) if isinstance(row, wire.Known) else ""
        if not key or (isinstance(row, wire.Deletion) and (_is_restored(row) or _is_elses(endpoint, row))):
            return None
        return endpoint.entity, key

    def strangers(self, rows: Sequence[Any]) -> dict[int, str]:
        """Employees of now who do not teach by profession: they are teachers only if a class is theirs."""
        return {
            place: text(row.id)
            for place, row in enumerate(rows)
            if isinstance(row, wire.Employee) and text(row.id) and not _teaches(row)
        }

    def context(self, endpoint: Endpoint) -> bytes | None:
        """Rows stand for themselves, but where who teaches is looked at as a whole."""
        remembered = endpoint in DELETED or (endpoint == CLASSES and self._changes and self._staff)
        return None if remembered else roster.context_digest(VERSION)

    def recall(self, entity: str, keys: Set[str]) -> None:
        """Who was in the last snapshot, and by the keys of its enrolments who taught."""
        if entity == "enrolment":
            self._taught_before = {key.split("/")[-2] for key in keys if key.endswith("/teacher")}
        elif entity == "user":
            self._known_before = keys

    def ended(self, endpoint: Endpoint, *, complete: bool) -> None:
        """Raises `ChangesRefusedError` where what changed leaves open what those are of whom it says nothing."""
        if not self._changes:
            return
        if endpoint == CLASSES and self._staff and self._teachers != self._taught_before:
            # Other employees are administrators, and only an employee's own row says who is one.
            raise ChangesRefusedError("Who teaches changed, and with it who counts as an administrator.")
        lost = self._restored.get(endpoint.name, set()) - self._seen
        if lost:
            raise ChangesRefusedError(f"The source restored {len(lost)} {endpoint.name} without giving them again.")
        if endpoint == CONTACTS:
            self._refuse_half_links()

    def _refuse_half_links(self) -> None:
        """Students' rows say whose contacts are whose. Such a row and a new contact's need not come together."""
        if self._guardians - self._contacts - self._known_before:
            raise ChangesRefusedError("Students have contacts of whom the source told nothing among what changed.")
        if self._contacts - self._guardians - self._known_before:
            raise ChangesRefusedError("There are new contacts, and what changed leaves open whose they are.")

    def _school(self, key: str, row: wire.School, notes: Notes) -> Records | None:
        return ((key, roster.School(text(row.name) or key, text(row.urn) or text(row.establishment_number))),)

    def _class(self, key: str, row: wire.Class, notes: Notes) -> Records | None:
        title = text(row.name) or text(row.description) or text(row.code)
        if not title:
            notes.add("MISSING_NAME", key, "name")
            return None
        teachers = [text(one.id) for one in wire.members(row.employees) if not has_left(one.employment_details)]
        students = [text(one.id) for one in wire.members(row.students)]
        self._teachers.update(filter(None, teachers))
        return (
            (key, taught(key, row, title, notes)),
            *enrolments(key, teachers, "teacher"),
            *enrolments(key, students, "student"),
        )

    def _employee(self, away: Set[int], key: str, row: wire.Employee, notes: Notes) -> Records | None:
        self._seen.add(key)
        if has_left(row.employment_details):
            return None
        has_class = notes.row not in away
        if _teaches(row) or has_class:
            visiting = not _teaches(row) and not self._staff
            return _one(key, read_person(row, key, "teacher", notes, visiting=visiting))
        if self._staff and wire.inner(row.employment_details):
            return _one(key, read_person(row, key, "administrator", notes))
        return None

    def _student(self, key: str, row: wire.Student, notes: Notes) -> Records | None:
        self._seen.add(key)
        person = read_person(row, key, "student", notes)
        if person is None:
            return None
        contacts = wire.members(row.contacts)
        self._guardians.update(filter(None, (text(contact.id) for contact in contacts)))
        links = [_link(text(contact.id), key, key, contact) for contact in contacts]
        return ((key, person), *(link for link in links if link))

    def _contact(self, key: str, row: wire.Contact, notes: Notes) -> Records | None:
        self._seen.add(key)
        self._contacts.add(key)
        person = read_person(row, key, "guardian", notes, visiting=True)
        if person is None:
            return None
        links = [_link(key, text(student.id), key, student) for student in wire.members(row.students)]
        return ((key, person), *(link for link in links if link))

    def _deletion(self, endpoint: Endpoint, key: str, row: wire.Deletion, notes: Notes) -> Records | None:
        if _is_restored(row) and not _is_elses(endpoint, row):
            self._restored.setdefault(DELETED[endpoint], set()).add(key)
        return None


def _one(key: str, person: roster.User | None) -> Records | None:
    return None if person is None else ((key, person),)


def _link(guardian_key: str, student_key: str, declared_by: str, said: wire.Member) -> tuple[str, roster.Body] | None:
    if not guardian_key or not student_key:
        return None
    bond = wire.inner(said.relationship)
    word = bond.relationship if bond else said.relationship
    contact_only = bond is not None and not truth(bond.parental_responsibility, default=True)
    link = roster.GuardianLink(
        guardian_key, student_key, declared_by, text(word if isinstance(word, str) else ""), contact_only
    )
    return roster.link_key(guardian_key, student_key, declared_by), link


def _teaches(row: wire.Employee) -> bool:
    employment = wire.inner(row.employment_details)
    return employment is not None and truth(employment.teaching_staff, default=False)


def _is_restored(row: wire.Deletion) -> bool:
    return bool(text(wire.written(row.restored_at)))


def _is_elses(endpoint: Endpoint, row: wire.Deletion) -> bool:
    """Whether a row says that it tells of another kind of record than was asked for."""
    return text(row.type).casefold() not in ("", deleted_type(endpoint))
