"""All schools of the simulated Wonde, and the numbers for ids."""

import hashlib
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from msgspec import Struct, field

from simulators.wonde.records import KINDS, School

SPREAD = 2_654_435_761
"""An odd number, so that multiplying by it shuffles the numbers below 2³² without two becoming one."""


class Roster(Struct):
    """Schools by id. `given` counts the ids that were given; `changes` grows with every change."""

    schools: dict[str, School] = field(default_factory=dict)
    given: int = 0
    changes: int = 0

    def new_id(self) -> str:
        """Give the next id; like Wonde's they look random, but the same beginning gives the same ids."""
        self.given += 1
        return f"A{1_000_000_000 + self.given * SPREAD % 2**32}"

    def school_of(self, record_id: str) -> tuple[School, str]:
        """Find the school of a record and the collection it is in; KeyError if no school has it."""
        for school in self.schools.values():
            for kind in KINDS:
                if record_id in collection(school, kind):
                    return school, kind
        raise KeyError(f"There is no record {record_id}.")

    def find(self, record_id: str) -> Any:
        """Find a record of any collection; KeyError if there is none."""
        school, kind = self.school_of(record_id)
        return collection(school, kind)[record_id]

    def ids(self) -> Iterator[tuple[str, str, str, str]]:
        """For each record: its school's id and its own id in the loaded district, its collection, its id here."""
        for school in self.schools.values():
            for kind in KINDS:
                for record in collection(school, kind).values():
                    yield school.source_id, record.source_id, kind, record.id


def collection(school: School, kind: str) -> dict[str, Any]:
    """All records of a school's collection by id, those that are gone too."""
    found: dict[str, Any] = getattr(school, kind)
    return found


def present(school: School, kind: str) -> list[Any]:
    """The records of a school's collection that are not gone, by id."""
    return sorted((row for row in collection(school, kind).values() if not row.gone), key=attrgetter("id"))


def upi_of(school_id: str, mis_id: str) -> str:
    """Make a UPI: a hash over the person's number in the school's own system, and the school."""
    return hashlib.sha1(f"{school_id}/{mis_id}".encode(), usedforsecurity=False).hexdigest()
