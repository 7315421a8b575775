"""From OneRoster's rows to the roster of one school: which rows belong to it, what is wrong with them, what they say.

Pure: no clock, no database, no await. What later rows refer to (organisations, terms, courses, classes) is remembered,
so rows must come in the order of `ENDPOINTS`.
"""

from collections.abc import Callable, Sequence, Set
from functools import partial
from typing import Any, NamedTuple

from roster_fetcher import roster, values
from roster_fetcher.findings import Notes
from roster_fetcher.grades import grade
from roster_fetcher.sources.oneroster import roles, wire
from roster_fetcher.sources.oneroster.fields import Dates, is_gone, note_status, read_dates, reference, references
from roster_fetcher.sources.oneroster.guardians import Families
from roster_fetcher.sources.oneroster.members import Members
from roster_fetcher.sources.protocol import Convert, Endpoint, Page, Records, SourceTrouble
from roster_fetcher.values import text, texts

VERSION = 3
"""Rises whenever the same rows would give other records, so that unchanged pages are decoded once more."""

ORGS = Endpoint("orgs", "org")
SESSIONS = Endpoint("academicSessions", "term")
COURSES = Endpoint("courses", "course")
CLASSES = Endpoint("classes", "class")
ENROLLMENTS = Endpoint("enrollments", "enrolment")
USERS = Endpoint("users", "user")
ENDPOINTS = (ORGS, SESSIONS, COURSES, CLASSES, ENROLLMENTS, USERS)
"""In the order of reading."""
PROOF = {
    "school": {ORGS.name},
    "term": {SESSIONS.name},
    "class": {ORGS.name, CLASSES.name},
    "user": {ORGS.name, CLASSES.name, ENROLLMENTS.name, USERS.name},
    "enrolment": {CLASSES.name, ENROLLMENTS.name, USERS.name},
    "guardian_link": {ORGS.name, CLASSES.name, ENROLLMENTS.name, USERS.name},
}
"""Which endpoints must be complete before a record of an entity may be taken for removed: all that could show it."""
OWNERS = {"guardian_link": "user"}


class Org(NamedTuple):
    """What is remembered of an organisation."""

    kind: str
    parent_key: str


class Course(NamedTuple):
    """What is remembered of a course, for the classes that teach it."""

    title: str
    grades: tuple[str, ...]
    subjects: tuple[str, ...]


class SchoolMapping:
    """The roster of the school with this key."""

    malformed = "ROW_MALFORMED"

    def __init__(self, school_key: str, families: Families | None = None) -> None:
        self.school_key = school_key
        self.members = Members(school_key, families or Families())
        self.orgs: dict[str, Org] = {}
        self.terms: dict[str, Dates] = {}
        self.courses: dict[str, Course] = {}
        self.classes: set[str] = set()
        self._complete: set[str] = set()
        self._school_found = False
        self._contexts: dict[str, bytes] = {}

    def converter(self, endpoint: Endpoint, page: Page, away: Set[int]) -> Convert:
        """What turns a page's rows into records."""
        convert = self.convert_of(endpoint, page, away)

        def convert_row(row: Any, notes: Notes) -> Records | None:
            if type(row) is wire.Malformed:
                notes.add(self.malformed, "", detail=f"row {notes.row}: {row.reason}")
                return None
            return None if row.status != "active" and is_gone(row) else convert(row, notes)

        return convert_row

    def convert_of(self, endpoint: Endpoint, page: Page, away: Set[int]) -> Callable[..., Records | None]:
        """What turns an endpoint's rows into records, if they are well-formed and no tombstones."""
        of_endpoint: dict[Endpoint, Callable[..., Records | None]] = {
            ORGS: self._org,
            SESSIONS: self._session,
            COURSES: self._course,
            CLASSES: partial(self._class, page.narrowed),
            ENROLLMENTS: partial(self._enrolment, page.narrowed),
            USERS: partial(self.members.user, away),
        }
        return of_endpoint[endpoint]

    def strangers(self, rows: Sequence[Any]) -> dict[int, str]:
        """Users without a role here: they belong to the school only if they are enrolled here."""
        return self.members.strangers(rows)

    def about(self, endpoint: Endpoint, row: Any) -> tuple[str, str] | None:
        """What a row is about."""
        key = text(row.sourced_id) if isinstance(row, wire.Known) else ""
        return (endpoint.entity, key) if key else None

    def context(self, endpoint: Endpoint) -> bytes | None:
        """Enrolments are understood by the classes, users by the organisations."""
        if endpoint.name not in self._contexts:
            if endpoint.name == ENROLLMENTS.name:
                self._contexts[endpoint.name] = roster.context_digest(VERSION, sorted(self.classes))
            elif endpoint.name == USERS.name:
                self._contexts[endpoint.name] = roster.context_digest(VERSION, sorted(self.members.above))
        return self._contexts.get(endpoint.name)

    def recall(self, entity: str, keys: Set[str]) -> None:
        """Let records of the last snapshot count as known."""
        if entity == "class":
            self.classes |= keys
        self.members.families.recall(entity, keys)

    def ended(self, endpoint: Endpoint, *, complete: bool) -> None:
        """An endpoint's rows have all been seen. Raises `SourceTrouble` when the school is not among the orgs."""
        if complete:
            self._complete.add(endpoint.name)
        if endpoint is USERS:
            self.members.families.ended()
        if endpoint is ORGS:
            self.members.is_part_of(ancestors(self.school_key, self.orgs))
            if not self._school_found:
                raise _not_found(self.school_key, complete=complete)

    def _org(self, row: wire.Org, notes: Notes) -> Records | None:
        key = text(row.sourced_id)
        if not key:
            notes.add("MISSING_ID", "", "sourcedId")
            return None
        if key in self.orgs:
            notes.add("DUP_SOURCED_ID", key, "sourcedId")
            return None
        org = Org(text(row.type).casefold(), reference(row.parent, row.parent_sourced_id))
        self.orgs[key] = org
        if key != self.school_key:
            return None
        note_status(row, key, notes)
        self._school_found = True
        return ((key, roster.School(text(row.name) or key, text(row.identifier), org.parent_key)),)

    def _session(self, row: wire.Session, notes: Notes) -> Records | None:
        key = text(row.sourced_id)
        if not key:
            notes.add("MISSING_ID", "", "sourcedId")
            return None
        note_status(row, key, notes)
        dates = read_dates(row.start_date, row.end_date, key, notes)
        self.terms.setdefault(key, dates)
        parent_key = reference(row.parent, row.parent_sourced_id)
        return ((key, roster.Term(text(row.title) or key, text(row.type), *dates, parent_key)),)

    def _course(self, row: wire.Course, notes: Notes) -> Records | None:
        key = text(row.sourced_id)
        if not key or key in self.courses:
            notes.add("DUP_SOURCED_ID" if key else "MISSING_ID", key, "sourcedId")
            return None
        note_status(row, key, notes)
        title = text(row.title) or text(row.course_code)
        self.courses[key] = Course(title, texts(row.grades), texts(row.subjects))
        return ()

    def _class(self, narrowed: bool, row: wire.Class, notes: Notes) -> Records | None:
        key = text(row.sourced_id)
        school_key = reference(row.school, row.school_sourced_id) or (self.school_key if narrowed else "")
        if school_key != self.school_key:
            if school_key not in self.orgs:
                notes.add("ORG_NOT_FOUND", key, "school", school_key)
            return None
        title = text(row.title)
        if not key or not title:
            notes.add("MISSING_NAME" if key else "MISSING_ID", key, "title" if key else "sourcedId")
            return None
        note_status(row, key, notes)
        self.classes.add(key)
        return ((key, self._taught(row, key, title, notes)),)

    def _taught(self, row: wire.Class, key: str, title: str, notes: Notes) -> roster.Class:
        course_key = reference(row.course, row.course_sourced_id)
        course = self.courses.get(course_key, Course("", (), ()))
        if course_key and course_key not in self.courses and COURSES.name in self._complete:
            notes.add("COURSE_NOT_FOUND", key, "course", course_key)
        term_keys = references(row.terms) or references(row.term_sourced_ids)
        dates = [self.terms[term] for term in term_keys if term in self.terms]
        if not dates and SESSIONS.name in self._complete:
            notes.add("TERM_NOT_FOUND", key, "terms", ", ".join(term_keys))
        return roster.Class(
            title=title,
            code=text(row.class_code),
            course_key=course_key,
            course_title=course.title,
            grades=tuple(grade(word) or word for word in texts(row.grades) or course.grades),
            subjects=texts(row.subjects) or course.subjects,
            term_keys=term_keys,
            starts_on=min((d.starts_on for d in dates if d.starts_on), default=None),
            ends_on=max((d.ends_on for d in dates if d.ends_on), default=None),
        )

    def _enrolment(self, narrowed: bool, row: wire.Enrollment, notes: Notes) -> Records | None:
        class_key = reference(row.class_, row.class_sourced_id)
        key = text(row.sourced_id)
        if class_key not in self.classes:
            school_key = reference(row.school, row.school_sourced_id)
            if school_key == self.school_key or (narrowed and not school_key):
                notes.add("CLASS_NOT_FOUND", key, "class", class_key)
            return None
        role = roles.enrolment_role(row.role)
        if not role:
            if role is None:
                notes.add("INVALID_ROLE", key, "role", text(row.role))
            return None
        user_key = reference(row.user, row.user_sourced_id)
        if not key or not user_key:
            notes.add("USER_NOT_FOUND" if key else "MISSING_ID", key, "user" if key else "sourcedId")
            return None
        note_status(row, key, notes)
        primary = role == "teacher" and values.truth(row.primary, default=False)
        dates = read_dates(row.begin_date, row.end_date, key, notes, "beginDate")
        return ((key, roster.Enrolment(class_key, user_key, role, primary, *dates)),)


def ancestors(key: str, orgs: dict[str, Org]) -> list[str]:
    """The organisations above this one, the nearest first; a circle ends where it closes."""
    above: list[str] = []
    while key in orgs and (parent := orgs[key].parent_key) and parent not in above:
        above.append(parent)
        key = parent
    return above


def _not_found(school_key: str, *, complete: bool) -> SourceTrouble:
    if not complete:
        return SourceTrouble("SOURCE_INCOMPLETE", "The source did not give all its organisations. Run again.")
    return SourceTrouble(
        "SCHOOL_NOT_FOUND",
        f"The source shares no school with the id {school_key}. Share it, or list the district's schools again.",
    )
