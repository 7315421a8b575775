"""What Wonde tells of changes comes to what everything would have come to, also for what only Wonde has."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.generate import generate
from simulators.wonde import Behaviour, WondeSimulator
from simulators.wonde.records import Child, School

from ..support.north import North, nothing_changed
from ..support.wonde_site import Site

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


@pytest.fixture
async def site(north: North) -> AsyncIterator[Site]:
    async with WondeSimulator(generate(seed=63, schools=1, students_per_school=20), Behaviour()) as wonde:
        yield Site(north, wonde)


async def test_who_is_deleted_goes_and_who_is_restored_comes_back_in_the_same_night(site: Site, north: North) -> None:
    await site.declare(families=True)
    await north.fetched(site.school)
    users, parts = await north.keys(site.school, "user"), await north.parts(site.school)
    student = next(iter(site.held.students))
    site.wonde.changes.remove(student)
    gone = await north.fetched(site.school, "nightly")
    assert gone.reading == "changes"
    assert student not in await site.users("student")
    site.wonde.changes.restore(student)
    await north.fetched(site.school, "nightly")
    assert (await north.keys(site.school, "user"), await north.parts(site.school)) == (users, parts)


async def test_who_leaves_without_a_word_leaves_the_classes_at_once_and_the_school_with_the_next_full_run(
    site: Site, north: North
) -> None:
    await site.declare()
    await north.fetched(site.school)
    student = next(iter(site.held.students))
    site.wonde.changes.leave(student)
    assert (await north.fetched(site.school, "nightly")).reading == "changes"
    assert student in await site.users("student")
    assert student not in {user for _, user, _ in await north.parts(site.school)}
    await north.fetched(site.school)
    assert student not in await site.users("student")


async def test_a_change_of_members_alone_is_seen_although_it_moves_no_date(site: Site, north: North) -> None:
    site.wonde.behaviour.membership_moves_class = False
    await site.declare()
    await north.fetched(site.school)
    class_, *_ = site.held.classes.values()
    site.wonde.changes.drop_member(class_.id, class_.student_ids[0])
    fetched = await north.fetched(site.school, "nightly")
    assert fetched.reading == "changes"
    assert fetched.changes["enrolment"] == {"added": 0, "changed": 0, "removed": 1}


async def test_without_deletions_everything_is_read_and_the_reason_told(site: Site, north: North) -> None:
    await site.declare()
    await north.fetched(site.school)
    site.wonde.mishaps.set(revoked=("deletions",))
    fetched = await north.fetched(site.school, "nightly")
    assert fetched.reading == "full"
    assert "deletions" in fetched.reading_reason
    assert "HTTP 403" in fetched.reading_reason


async def test_former_employees_go_in_the_same_night(site: Site, north: North) -> None:
    await site.declare()
    await north.fetched(site.school)
    teacher = next(iter(await site.users("teacher")))
    site.wonde.changes.end_employment(teacher)
    assert (await north.fetched(site.school, "nightly")).reading == "changes"
    assert teacher not in await site.users("teacher")
    assert teacher not in {user for _, user, _ in await north.parts(site.school)}


@pytest.mark.parametrize("staff", [False, True])
async def test_who_is_given_a_class_becomes_a_teacher_and_without_it_is_none_any_more(
    site: Site, north: North, staff: bool
) -> None:
    await site.declare(staff=staff)
    await north.fetched(site.school)
    office = next(row.id for row in site.held.employees.values() if row.current and not row.teaching_staff)
    class_ = next(iter(site.held.classes))
    site.wonde.changes.add_member(class_, office)
    await north.fetched(site.school, "nightly")
    assert office in await site.users("teacher")
    site.wonde.changes.drop_member(class_, office)
    await north.fetched(site.school, "nightly")
    assert office not in await site.users("teacher")
    assert (office in await site.users("administrator")) is staff
