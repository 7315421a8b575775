"""What a class's row says: title, subject, year, and who is in it. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from roster_fetcher import roster, values
from roster_fetcher.findings import Notes
from roster_fetcher.sources.wonde import wire
from roster_fetcher.values import text, truth


def enrolments(class_key: str, people: Sequence[str], role: str) -> list[tuple[str, roster.Body]]:
    """The parts of these people in a class, each once; blank ids are left out."""
    return [
        (f"{class_key}/{person}/{role}", roster.Enrolment(class_key, person, role))
        for person in dict.fromkeys(filter(None, people))
    ]


def taught(key: str, row: wire.Class, title: str, notes: Notes) -> roster.Class:
    """The class itself; it has dates if its academic year has."""
    subject = wire.inner(row.subject)
    name = text(subject.name) if subject else ""
    starts_on, ends_on = _year(key, wire.inner(row.academic_year), notes)
    return roster.Class(
        title=title,
        code=text(row.code),
        course_key=text(subject.id) if subject else text(row.subject if isinstance(row.subject, str | int) else ""),
        course_title=name,
        subjects=(name,) if name else (),
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _year(key: str, year: wire.Year | None, notes: Notes) -> tuple[date | None, date | None]:
    """The first day of an academic year and the first day after it; Wonde names the last one."""
    starts_on, last = _day(key, "start_date", year, notes), _day(key, "end_date", year, notes)
    if starts_on and last and last < starts_on:
        notes.add("INVALID_DATE", key, "end_date", last.isoformat(), "it lies before the start")
        last = None
    ends_on = values.day_after(last) if last else None
    if last and ends_on is None:
        notes.add("INVALID_DATE", key, "end_date", last.isoformat(), "no day comes after it")
    return starts_on, ends_on


def _day(key: str, name: str, year: wire.Year | None, notes: Notes) -> date | None:
    word = text(wire.written(getattr(year, name))) if year else ""
    day = values.day(word)
    if word and day is None:
        notes.add("INVALID_DATE", key, name, word)
    return day


def has_left(details: Any) -> bool:
    """Whether employment details say that somebody does not work there any more."""
    employment = wire.inner(details)
    return employment is not None and not truth(employment.current, default=True)
