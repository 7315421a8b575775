"""Rows of Clever's, and a mapping that takes them."""

from typing import Any

from roster_fetcher.findings import Notes
from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.endpoints import (
    COURSES,
    TERMS,
)
from roster_fetcher.sources.clever.mapping import SchoolMapping
from roster_fetcher.sources.protocol import Endpoint, Page, Records

AUTUMN = wire.Term(id="t-1", name="Autumn", start_date="2026-08-15", end_date="2026-12-20")
MATHS = wire.Course(id="c-1", name="Maths 8", number="MA8")


class Reading:
    """A mapping of school s-1 that has seen the terms and courses, and takes further rows."""

    def __init__(self) -> None:
        self.mapping = SchoolMapping("s-1", families=True)
        self.notes = Notes("")
        for endpoint, row in ((TERMS, AUTUMN), (COURSES, MATHS)):
            self.take(endpoint, row)
            self.mapping.ended(endpoint, complete=True)

    def take(self, endpoint: Endpoint, row: Any) -> Records | None:
        self.notes = Notes(endpoint.entity)
        self.notes.row = 1
        return self.mapping.converter(endpoint, Page(b"", b"", 1, 1), frozenset())(row, self.notes)

    def one(self, endpoint: Endpoint, row: Any) -> Any:
        records = self.take(endpoint, row)
        assert records is not None
        return records[0][1]

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.notes.items]


def a_section(**values: Any) -> wire.Section:
    given: dict[str, Any] = {"id": "k-1", "school": "s-1", "name": "Maths 8 b", "course": "c-1", "term_id": "t-1"}
    return wire.Section(**given | values)


def held(*schools: str, **values: Any) -> wire.Held:
    return wire.Held(schools=list(schools), **values)


def a_student(key: str = "u-1", *schools: str, **values: Any) -> wire.User:
    role = held(*(schools or ("s-1",)), sis_id="9001", grade="8", credentials=wire.Credentials("zoe"))
    given: dict[str, Any] = {"id": key, "email": "zoe@north.example", "name": wire.Name("Zoë", "Nuñez")}
    return wire.User(**given | {"roles": wire.Roles(student=role)} | values)


def a_contact(*ties: wire.Relationship, name: wire.Name | None = None, **values: Any) -> wire.User:
    roles = wire.Roles(contact=wire.Contact(sis_id="k9", student_relationships=list(ties)))
    given: dict[str, Any] = {"id": "p-1", "email": "anna@families.example", "roles": roles}
    return wire.User(**given | {"name": name or wire.Name("", "Anna Nuñez")} | values)
