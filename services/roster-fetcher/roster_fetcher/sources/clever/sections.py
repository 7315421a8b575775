"""Clever's sections as classes with their enrolments, and the terms and courses that they refer to. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct, field

from roster_fetcher import roster, values
from roster_fetcher.findings import Notes
from roster_fetcher.grades import grade
from roster_fetcher.sources.clever import wire
from roster_fetcher.values import text

MOST_TEACHERS = 10
"""Clever lists no more of a section's teachers."""


class Dates(Struct, frozen=True):
    """A first day, and the first day after the last."""

    starts_on: date | None = None
    ends_on: date | None = None


class Known(Struct):
    """What sections refer to, by key: dates of terms, titles of courses; and whether all of them came."""

    terms: dict[str, Dates] = field(default_factory=dict)
    courses: dict[str, str] = field(default_factory=dict)
    all_terms: bool = False
    all_courses: bool = False


def read_term(row: wire.Term, key: str, known: Known, notes: Notes) -> roster.Term:
    """A term. Clever tells its last day; ours ends on the day after."""
    starts_on, last = _day(row.start_date, "start_date", key, notes), _day(row.end_date, "end_date", key, notes)
    if starts_on and last and last < starts_on:
        notes.add("INVALID_DATE", key, "end_date", text(row.end_date), "it lies before the start")
        last = None
    ends_on = values.day_after(last) if last else None
    if last and ends_on is None:
        notes.add("INVALID_DATE", key, "end_date", text(row.end_date), "no day comes after it")
    dates = Dates(starts_on, ends_on)
    known.terms[key] = dates
    return roster.Term(text(row.name) or key, "term", dates.starts_on, dates.ends_on)


def _day(value: wire.Text, name: str, key: str, notes: Notes) -> date | None:
    written = text(value)
    day = values.day(written)
    if written and day is None:
        notes.add("INVALID_DATE", key, name, written)
    return day


def read_class(row: wire.Section, key: str, known: Known, notes: Notes) -> roster.Class | None:
    """A section without its members. None, with a finding, if there is nothing to call it by."""
    course_key, term_key = text(row.course), text(row.term_id)
    course_title = known.courses.get(course_key, "")
    title = text(row.name) or _made_up_title(row, course_title)
    if not text(row.name):
        notes.add("MISSING_TITLE" if title else "MISSING_NAME", key, "name")
    if not title:
        return None
    _note_references(row, key, known, notes)
    dates, word = known.terms.get(term_key, Dates()), text(row.grade)
    return roster.Class(
        title=title,
        code=text(row.section_number) or text(row.sis_id),
        course_key=course_key,
        course_title=course_title,
        grades=(grade(word) or word,) if word else (),
        subjects=tuple(filter(None, (text(row.subject),))),
        term_keys=tuple(filter(None, (term_key,))),
        starts_on=dates.starts_on,
        ends_on=dates.ends_on,
    )


def _made_up_title(row: wire.Section, course_title: str) -> str:
    number = text(row.section_number) or text(row.period) or text(row.sis_id)
    return " - ".join(filter(None, (course_title, number)))


def _note_references(row: wire.Section, key: str, known: Known, notes: Notes) -> None:
    course_key, term_key = text(row.course), text(row.term_id)
    if course_key and course_key not in known.courses and known.all_courses:
        notes.add("COURSE_NOT_FOUND", key, "course", course_key)
    if term_key not in known.terms and known.all_terms:
        notes.add("TERM_NOT_FOUND", key, "term_id", term_key)
    if len(row.teachers or ()) >= MOST_TEACHERS:
        notes.add("TOO_MANY_TEACHERS", key, "teachers", str(len(row.teachers or ())))


def enrolments(row: wire.Section, key: str) -> Iterator[tuple[str, roster.Enrolment]]:
    """The members of a section: whoever stands in its lists, and who has charge of it."""
    lead = text(row.teacher)
    for user_key in _keys([row.teacher, *(row.teachers or ())]):
        yield f"{key}/{user_key}/teacher", roster.Enrolment(key, user_key, "teacher", user_key == lead)
    for user_key in _keys(row.students or ()):
        yield f"{key}/{user_key}/student", roster.Enrolment(key, user_key, "student")


def enrolled_by(key: str) -> tuple[str, str]:
    """Section and user of an enrolment's key."""
    section, _, rest = key.partition("/")
    return section, rest.rpartition("/")[0]


def members(row: wire.Section) -> list[str]:
    """The keys of the members of a section."""
    return _keys([row.teacher, *(row.teachers or ()), *(row.students or ())])


def _keys(values_: Iterable[wire.Text]) -> list[str]:
    return [key for key in dict.fromkeys(map(text, values_)) if key]
