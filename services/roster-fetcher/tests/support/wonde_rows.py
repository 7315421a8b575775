"""Rows of Wonde for tests, and a mapping that takes them one by one."""

from typing import Any

import msgspec

from roster_fetcher import roster
from roster_fetcher.findings import Notes
from roster_fetcher.sources.protocol import Endpoint, Page, Records
from roster_fetcher.sources.wonde import decoding
from roster_fetcher.sources.wonde.lists import DELETED_STUDENTS, SCHOOL
from roster_fetcher.sources.wonde.mapping import SchoolMapping

LISTS = {SCHOOL: "schools", DELETED_STUDENTS: "deletions"}


class Reading:
    """A mapping, and the codes that the row taken last was noted with."""

    def __init__(self, *, staff: bool = False, changes: bool = False) -> None:
        self.mapping = SchoolMapping(staff=staff, changes=changes)
        self.codes: list[str] = []

    def take(self, endpoint: Endpoint, row: dict[str, Any], *, away: bool = False) -> Records | None:
        """Decode and convert a row; `away`: it is of a stranger who is in no class here."""
        (decoded,) = decoding.decode(LISTS.get(endpoint, endpoint.name), msgspec.json.encode([row]))
        notes = Notes(endpoint.entity)
        notes.row = 1
        records = self.mapping.converter(endpoint, Page(b"", b"", 1, 1), {1} if away else set())(decoded, notes)
        self.codes = [finding.code for finding in notes.items]
        return records

    def user(self, endpoint: Endpoint, row: dict[str, Any]) -> roster.User:
        """The user that a row comes to."""
        records = self.take(endpoint, row)
        assert records is not None
        body = records[0][1]
        assert isinstance(body, roster.User)
        return body


def a_person(**values: Any) -> dict[str, Any]:
    emails = {"email": None, "primary": None, "home": None, "work": None}
    return {
        "id": "A1", "upi": "f0c1", "mis_id": "1042", "forename": "Zoë", "surname": "Nuñez",
        "legal_forename": "Zoe Maria", "legal_surname": "Nunez",
        "contact_details": {"data": {"emails": emails | {"email": "zoe@north.example"}}},
    } | values  # fmt: skip


def a_student(**values: Any) -> dict[str, Any]:
    details = {"admission_number": "007", "upn": "Z123", "current_nc_year": "8"}
    return a_person(education_details={"data": details}) | values


def an_employee(*, current: Any = True, teaching: Any = True, **values: Any) -> dict[str, Any]:
    return a_person(employment_details={"data": {"current": current, "teaching_staff": teaching}}) | values
