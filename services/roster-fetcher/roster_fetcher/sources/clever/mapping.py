"""From Clever's rows to the roster of one school: which rows belong to it, what is wrong with them, what they say.

Pure: no clock, no database, no await. What later rows refer to (terms, courses, students) is remembered, so rows must
come in the order of `endpoints`.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from typing import Any

from roster_fetcher import roster
from roster_fetcher.findings import Notes
from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.endpoints import (
    CONTACTS,
    COURSES,
    DISTRICT_ADMINS,
    MEMBERS,
    NEW_CONTACTS,
    SCHOOL,
    SECTION_EVENTS,
    SECTIONS,
    STAFF,
    STUDENTS,
    TEACHERS,
    TERMS,
    USER_EVENTS,
)
from roster_fetcher.sources.clever.people import links_of, read_person, schools_of, standing
from roster_fetcher.sources.clever.sections import Known, enrolled_by, enrolments, members, read_class, read_term
from roster_fetcher.sources.protocol import Convert, Endpoint, Page, Records
from roster_fetcher.values import text

VERSION = 2
"""Rises whenever the same rows would give other records, so that unchanged pages are decoded once more."""
Convert_ = Callable[[Any, str, Notes], Records | None]
ROLE_OF_LIST: Mapping[Endpoint, str] = {
    STUDENTS: "student",
    TEACHERS: "teacher",
    STAFF: "administrator",
    DISTRICT_ADMINS: "administrator",
}
"""What people are whom a list gives, should their own rows not say so."""


class SchoolMapping:
    """The roster of the school with this key."""

    def __init__(self, school_key: str, *, families: bool) -> None:
        self.school_key = school_key
        self.families = families
        self.known = Known()
        self.recalled: Set[str] = frozenset()
        self.people: set[str] = set()
        self.students: set[str] = set()
        self.ties: dict[str, set[str]] = {}
        self.members: set[str] = set()
        self.shared_since: Set[str] = frozenset()
        self.sections_of: dict[str, list[str]] = {}
        self.told_sections: set[str] = set()
        self._contacts_context = b""

    def converter(self, endpoint: Endpoint, page: Page, away: Set[int]) -> Convert:
        """What turns a page's rows into records."""
        convert = self._convert_of(endpoint)

        def convert_row(row: Any, notes: Notes) -> Records | None:
            row, gone = (row.row, row.gone) if type(row) is wire.Change else (row, False)
            if type(row) is wire.Malformed:
                notes.add("ROW_MALFORMED", "", detail=f"row {notes.row}: {row.reason}")
                return None
            key = text(row.id)
            if not key:
                notes.add("MISSING_ID", "", "id")
                return None
            if endpoint == SECTION_EVENTS:
                self.told_sections.add(key)
            return None if gone else convert(row, key, notes)

        return convert_row

    def _convert_of(self, endpoint: Endpoint) -> Convert_:
        of_endpoint: dict[Endpoint, Convert_] = {
            SCHOOL: self._school,
            TERMS: self._term,
            COURSES: self._course,
            SECTIONS: self._section,
            SECTION_EVENTS: self._section,
            MEMBERS: self._member,
            USER_EVENTS: self._told,
            CONTACTS: self._contact,
            NEW_CONTACTS: self._contact,
        }
        return of_endpoint.get(endpoint) or partial(self._listed, ROLE_OF_LIST[endpoint])

    def about(self, endpoint: Endpoint, row: Any) -> tuple[str, str] | None:
        """What a row is about."""
        row = row.row if type(row) is wire.Change else row
        key = text(row.id) if isinstance(row, wire.Row) else ""
        return (endpoint.entity, key) if key else None

    def strangers(self, rows: Sequence[Any]) -> dict[int, str]:
        """None: people of other schools are asked for only where a section names them."""
        return {}

    def context(self, endpoint: Endpoint) -> bytes | None:
        """Contacts are chosen by the school's students, unless they came as somebody else; other rows are remembered.

        Contacts are people too, so it is settled when the first of their pages comes.
        """
        if endpoint != CONTACTS:
            return None
        if not self._contacts_context:
            self._contacts_context = roster.context_digest(VERSION, sorted(self.students), sorted(self.people))
        return self._contacts_context

    def recall(self, entity: str, keys: Set[str]) -> None:
        """People of the last snapshot, whose contacts count if they are students; and who was enrolled where."""
        if entity == "user":
            self.recalled = keys
        elif entity == "enrolment":
            for key in keys:
                section, user = enrolled_by(key)
                self.sections_of.setdefault(user, []).append(section)

    def ended(self, endpoint: Endpoint, *, complete: bool) -> None:
        """An endpoint's rows have all been seen."""
        if endpoint == TERMS:
            self.known.all_terms = complete
        elif endpoint == COURSES:
            self.known.all_courses = complete

    def _school(self, row: wire.School, key: str, notes: Notes) -> Records | None:
        identifier = text(row.school_number) or text(row.sis_id)
        return ((key, roster.School(text(row.name) or key, identifier, text(row.district))),)

    def _term(self, row: wire.Term, key: str, notes: Notes) -> Records | None:
        return ((key, read_term(row, key, self.known, notes)),)

    def _course(self, row: wire.Course, key: str, notes: Notes) -> Records | None:
        self.known.courses[key] = text(row.name) or text(row.number)
        return ()

    def _section(self, row: wire.Section, key: str, notes: Notes) -> Records | None:
        if text(row.school) != self.school_key:
            return None
        taught = read_class(row, key, self.known, notes)
        if taught is None:
            return None
        self.members.update(members(row))
        return ((key, taught), *enrolments(row, key))

    def _listed(self, role: str, row: wire.User, key: str, notes: Notes) -> Records | None:
        """Somebody in a list of the school's; whoever is several things stands in several lists."""
        found = standing(row, self.school_key)
        return self._person(row, key, found.role if found.belongs else role, notes)

    def _member(self, row: wire.User, key: str, notes: Notes) -> Records | None:
        """Somebody whom a section names, and no list of the school."""
        found = standing(row, self.school_key)
        if not found.belongs and key not in self.people:
            notes.add("STUDENT_OTHER_SCHOOL", key, "roles", ", ".join(schools_of(row)))
        return self._person(row, key, found.role, notes, visiting=not found.belongs)

    def _told(self, row: wire.User, key: str, notes: Notes) -> Records | None:
        """Somebody who changed, wherever.

        Of people of other schools those count who are enrolled here. Who is shared only since may be as well, in a
        section that did not change; nothing is noted of them, as most are not.
        """
        if row.roles and row.roles.contact:
            return self._contact(row, key, notes) if self.families else None
        found = standing(row, self.school_key)
        if found.belongs or key in self.members or not self.told_sections.issuperset(self.sections_of.get(key, ())):
            return self._member(row, key, notes)
        if key in self.shared_since:
            return self._person(row, key, found.role, Notes("user"), visiting=True)
        return None

    def _person(self, row: wire.User, key: str, role: str, notes: Notes, *, visiting: bool = False) -> Records | None:
        if key in self.people:
            return None
        self.people.add(key)
        if not role:
            notes.add("INVALID_ROLE", key, "roles")
            return None
        person = read_person(row, key, role, notes, visiting=visiting)
        if person is None:
            return None
        if role == "student":
            self.students.add(key)
        return ((key, person),)

    def _contact(self, row: wire.User, key: str, notes: Notes) -> Records | None:
        """A contact of students here, with the ties to them; those without are no part of the school.

        Among changes a contact may come twice: of the second time the ties count to students who came in between.
        """
        given = self.ties.get(key, set())
        links = [link for link in links_of(row, key) if self._is_student(link.student_key)]
        new = [(roster.link_key(key, link.student_key, key), link) for link in links if link.student_key not in given]
        if not new or (key in self.people and not given):
            return None
        if given:
            given.update(link.student_key for _, link in new)
            return new
        self.people.add(key)
        person = read_person(row, key, "guardian", notes, visiting=True)
        if person is None:
            return None
        self.ties[key] = {link.student_key for _, link in new}
        return ((key, person), *new)

    def _is_student(self, key: str) -> bool:
        return key in self.students or key in self.recalled
