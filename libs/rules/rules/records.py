"""The fields that templates are made of, from a roster's rows. Pure functions; blank where the source gives nothing."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from rules.names import mark
from rules.people import mailbox

ONE_DAY = timedelta(days=1)


class Row(Protocol):
    """Columns by name: a database's row, or a dictionary."""

    def __getitem__(self, name: str, /) -> Any:
        """The column's value."""


def person_fields(row: Row, *, source: str, school: str, school_id: str) -> dict[str, str]:
    """`policy.PERSON_FIELDS` of a row with the columns of the view `roster.user`.

    `source` is the source's id in the district, `school` the school's name, `school_id` its key.
    """
    email = row["email"] or ""
    return {
        "id": row["source_key"],
        "source": source,
        "username": row["username"] or "",
        "mailbox": mailbox(email),
        "email": email,
        "identifier": row["identifier"] or "",
        "given_name": row["given_name"] or "",
        "family_name": row["family_name"] or "",
        "grade": row["grade"] or "",
        "role": row["role"] or "",
        "school": school,
        "school_id": school_id,
    }


def class_fields(row: Row, *, source: str, school: str, school_id: str) -> dict[str, str]:
    """`policy.CLASS_FIELDS` of a row with the columns of the view `roster.class`.

    Of several subjects and grades the first counts. Days are written as 2026-08-24; since `ends_on` is the first day
    after the class, `term_end` is the day before it.
    """
    ends_on: date | None = row["ends_on"]
    return {
        "id": row["source_key"],
        "source": source,
        "title": row["title"] or "",
        "code": row["code"] or "",
        "course": row["course_title"] or "",
        "course_id": row["course_key"] or "",
        "subject": _first(row["subjects"]),
        "grade": _first(row["grades"]),
        "term_start": _day(row["starts_on"]),
        "term_end": _day(ends_on and ends_on - ONE_DAY),
        "school": school,
        "school_id": school_id,
        "mark": mark(row["source_key"]),
    }


def _first(values: Sequence[str] | None) -> str:
    return next((value for value in values or () if value), "")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
