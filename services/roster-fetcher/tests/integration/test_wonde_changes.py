"""What Wonde tells of changes comes to what everything would have: also for what only Wonde has."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.generate import generate
from simulators.wonde import Behaviour, WondeSimulator
from simulators.wonde.records import Child, School

from ..support.north import North, nothing_changed

NAMES = (
    *("rename_student", "rename_employee", "rename_contact", "delete_student", "delete_employee", "delete_contact"),
    *("restore", "readmit", "end_employment", "make_parent", "add_contact", "add_sibling", "give_class", "take_class"),
)
numbers = st.integers(0, 60)
nights = st.lists(st.lists(st.tuples(st.sampled_from(NAMES), numbers, numbers), max_size=4), min_size=1, max_size=3)


class Hand:
    """Makes changes at one school, each to records picked by number. Membership moves no date at all."""

    def __init__(self, wonde: WondeSimulator, school: str) -> None:
        self.wonde = wonde
        self.held: School = wonde.roster.schools[school]

    def change(self, name: str, one: int, other: int) -> None:
        """Make a change of `NAMES`."""
        what, _, whom = name.partition("_")
        if what == "rename":
            self.wonde.changes.rename_person(self._pick(f"{whom}s", one), forename=f"Name{other}")
        elif what == "delete":
            self._delete(f"{whom}s", one)
        else:
            getattr(self, name)(one, other)

    def _delete(self, kind: str, number: int) -> None:
        if len(self._present(kind)) > 2:
            self.wonde.changes.remove(self._pick(kind, number))

    def restore(self, one: int, other: int) -> None:
        for key in self._gone()[:1]:
            self.wonde.changes.restore(key)

    def readmit(self, one: int, other: int) -> None:
        for key in self._gone()[:1]:
            self.wonde.changes.readmit(key)

    def end_employment(self, one: int, other: int) -> None:
        self.wonde.changes.end_employment(self._pick("employees", one))

    def make_parent(self, one: int, other: int) -> None:
        self.wonde.changes.make_parent(self._pick("employees", one), [self._pick("students", other)])

    def add_contact(self, one: int, other: int) -> None:
        children = [self._pick("students", one)] if other % 2 else []
        self.wonde.changes.add_contact(self.held.id, "New", "Contact", children)

    def add_sibling(self, one: int, other: int) -> None:
        """A new student of a contact whose own date stands still."""
        student = self.wonde.changes.add_student(self.held.id, "New", "Sibling")
        self.held.contacts[self._pick("contacts", one)].children.append(Child(student))

    def give_class(self, one: int, other: int) -> None:
        self.wonde.changes.add_member(self._pick("classes", one), self._pick("employees", other))

    def take_class(self, one: int, other: int) -> None:
        taught = self.held.classes[self._pick("classes", one)]
        for key in taught.employee_ids[:1]:
            self.wonde.changes.drop_member(taught.id, key)

    def _present(self, kind: str) -> list[str]:
        records: dict[str, Any] = getattr(self.held, kind)
        return sorted(key for key, record in records.items() if not record.gone)

    def _pick(self, kind: str, number: int) -> str:
        keys = self._present(kind)
        return keys[number % len(keys)]

    def _gone(self) -> list[str]:
        people = {**self.held.students, **self.held.employees, **self.held.contacts}
        return sorted(key for key, person in people.items() if person.gone)


@pytest.mark.parametrize("wanted", [{"families": True}, {"staff": True}])
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=nights)
async def test_changes_end_in_the_snapshot_that_everything_gives(
    north: North, wanted: dict[str, bool], nights: list[list[tuple[str, int, int]]]
) -> None:
    district = generate(seed=62, schools=2, students_per_school=10, two_schools=0.2)
    async with WondeSimulator(district, Behaviour(membership_moves_class=False)) as wonde:
        school = wonde.school_id("school-0001")
        await north.declare("wonde", {"base_url": wonde.base_url} | wanted, {"token": wonde.token}, [school])
        await north.fetched(school)
        for night in nights:
            for change in night:
                Hand(wonde, school).change(*change)
            await north.fetched(school, "nightly")
        found = await north.findings()
        assert nothing_changed(await north.fetched(school, "full"))
        assert await north.findings() == found
