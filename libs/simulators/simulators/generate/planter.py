"""Chooses the records to spoil, each at most once, and keeps the list of what was spoilt."""

from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

import msgspec

from simulators.generate.model import Class, District, Enrolment, Record, User

R = TypeVar("R", bound=Record)


class Planter:
    """Chooses records that are still without fault, replaces them, and notes their ids."""

    def __init__(self, district: District, rng: Random, schools: tuple[str, ...] = ()) -> None:
        self.district = district
        self.rng = rng
        self._schools = set(schools)
        self._used: set[str] = set()

    def note(self, quirk: str, *ids: str) -> None:
        """Record a quirk under the ids that a check would name, and leave these records alone from now on."""
        self.district.findings.setdefault(quirk, []).extend(ids)
        self._used.update(ids)

    def keep(self, *ids: str) -> None:
        """Leave these records alone from now on, because a quirk of another record depends on them."""
        self._used.update(ids)

    def here(self, record: Record) -> bool:
        """Tell whether a record belongs to the chosen schools, and only to them."""
        if isinstance(record, User):
            return len(record.roles) == 1 and self._chosen(record.roles[0].org_id)
        return isinstance(record, Class | Enrolment) and self._chosen(record.school_id)

    def _chosen(self, org_id: str) -> bool:
        return not self._schools or org_id in self._schools

    def pick(self, records: list[R], number: int, fits: Callable[[R], bool]) -> list[int]:
        """Choose the places of this many faultless records that fit.

        :raises ValueError: if there are fewer.
        """
        places = [i for i, r in enumerate(records) if r.id not in self._used and self.here(r) and fits(r)]
        if len(places) < number:
            raise ValueError(f"Only {len(places)} of {number} records fit a quirk; make the district larger.")
        return sorted(self.rng.sample(places, number))

    def people(self, number: int, *roles: str) -> list[int]:
        """Choose the places of this many users with one of these roles."""
        return self.pick(self.district.users, number, lambda user: user.has_role(*roles))

    def change_people(self, quirk: str, number: int, *roles: str, **values: Any) -> None:
        """Give the same new values to this many users with one of these roles."""
        for place in self.people(number, *roles):
            self.replace(self.district.users, place, quirk, **values)

    def replace(self, records: list[Any], place: int, quirk: str, **values: Any) -> None:
        """Change a record where it stands, and note it."""
        records[place] = msgspec.structs.replace(records[place], **values)
        self.note(quirk, records[place].id)

    def classes(self, number: int) -> list[int]:
        """Choose the places of this many classes."""
        return self.pick(self.district.classes, number, lambda taught: True)

    def enrolments(self, number: int) -> list[int]:
        """Choose the places of this many students' active enrolments."""
        return self.pick(self.district.enrolments, number, lambda row: row.role == "student" and row.status == "active")

    def lead(self, class_id: str) -> Enrolment:
        """Find the enrolment of the teacher in charge of a class."""
        return next(r for r in self.district.enrolments if r.class_id == class_id and r.primary == "true")

    def add_enrolment(self, model: Enrolment, **values: str) -> None:
        """Add an enrolment like an existing one."""
        self.district.enrolments.append(msgspec.structs.replace(model, **values))

    def some_schools(self, number: int) -> list[str]:
        """Name a school for each of this many new records."""
        return self.rng.choices([org.id for org in self.district.schools if self._chosen(org.id)], k=number)
