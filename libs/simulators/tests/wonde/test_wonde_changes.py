"""Records change, come, go and come back while they are served."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from simulators.generate import District
from simulators.wonde import Behaviour
from simulators.wonde.reader import Reader

from ..support.asking import control, post

Serve = Callable[..., Awaitable[Reader]]
SCHOOL = "school-0001"
START = datetime(2026, 11, 2, 6, 12, tzinfo=UTC)
SINCE = "2026-11-01"


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment


def _at(reader: Reader, path: str) -> str:
    return f"schools/{reader.simulator.school_id(SCHOOL)}/{path}"


async def _changed(reader: Reader, kind: str, since: str = SINCE, **params: str) -> list[str]:
    return [row["id"] for row in await reader.rows(_at(reader, kind), updated_after=since, **params)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def reader(serve: Serve, clock: Clock) -> Reader:
    return await serve(clock=clock, behaviour=Behaviour(mis=("Bromcom",)))


@pytest.fixture
def student(reader: Reader, district: District) -> str:
    return next(iter(reader.simulator.ids(SCHOOL, "students").values()))


async def test_a_renamed_person_is_among_those_changed(reader: Reader, student: str) -> None:
    reader.simulator.changes.rename_person(student, surname="Ó Briain")

    (row,) = await reader.rows(_at(reader, "students"), updated_after=SINCE)
    assert (row["id"], row["surname"], row["updated_at"]) == (student, "Ó Briain", "2026-11-02T06:12:00+00:00")
    assert await _changed(reader, "students", "2026-11-02 06:12:00") == []
    assert await _changed(reader, "students", "2026-11-02 06:11:59") == [student]


async def test_a_change_of_members_moves_the_class_but_not_the_person(reader: Reader) -> None:
    changes, school = reader.simulator.changes, reader.simulator.school_id(SCHOOL)
    taught = reader.simulator.roster.schools[school].classes[await _first(reader, "classes")]
    leaver = taught.student_ids[0]

    changes.drop_member(taught.id, leaver)

    assert (await _changed(reader, "students"), await _changed(reader, "classes")) == ([], [taught.id])
    shown = await reader.data(_at(reader, f"classes/{taught.id}"), include="students")
    assert leaver not in {row["id"] for row in shown["students"]["data"]}
    changes.add_member(taught.id, leaver)
    shown = await reader.data(_at(reader, f"students/{leaver}"), include="classes")
    assert taught.id in {row["id"] for row in shown["classes"]["data"]}


async def test_a_change_of_members_may_move_nothing_at_all(serve: Serve) -> None:
    reader = await serve(clock=Clock(), behaviour=Behaviour(membership_moves_class=False))
    taught, student = await _first(reader, "classes"), await _first(reader, "students")

    reader.simulator.changes.add_member(taught, student)

    assert (await _changed(reader, "students"), await _changed(reader, "classes")) == ([], [])


async def test_a_deleted_record_is_in_the_list_of_deletions(reader: Reader, student: str) -> None:
    mis_id = (await reader.data(_at(reader, f"students/{student}")))["mis_id"]

    reader.simulator.changes.remove(student)

    assert student not in {row["id"] for row in await reader.rows(_at(reader, "students"))}
    entry = {"id": student, "type": "student", "mis_id": mis_id, "restored_at": None}
    assert await reader.rows(_at(reader, "deletions"), type="student", updated_after=SINCE) == [
        entry | {"deleted_at": "2026-11-02T06:12:00+00:00"}
    ]
    assert await _changed(reader, "deletions", type="employee") == []
    assert await _changed(reader, "deletions", "2026-11-03") == []


async def test_a_leaver_leaves_without_a_word(reader: Reader, student: str) -> None:
    classes = await reader.data(_at(reader, f"students/{student}"), include="classes")

    reader.simulator.changes.leave(student)

    assert (await reader.get(_at(reader, f"students/{student}"))).status == 404
    assert await _changed(reader, "deletions") == []
    for taught in classes["classes"]["data"]:
        shown = await reader.data(_at(reader, f"classes/{taught['id']}"), include="students")
        assert student not in {row["id"] for row in shown["students"]["data"]}


async def test_a_restored_record_is_changed_and_its_deletion_says_so(
    reader: Reader, student: str, clock: Clock
) -> None:
    reader.simulator.changes.remove(student)
    clock.moment += timedelta(minutes=1)
    reader.simulator.changes.restore(student)

    (row,) = await reader.rows(_at(reader, "students"), updated_after=SINCE)
    (entry,) = await reader.rows(_at(reader, "deletions"))
    assert row["id"] == entry["id"] == student
    assert row["restored_at"] == entry["restored_at"] > entry["deleted_at"]


async def test_who_comes_back_may_have_another_id_and_the_same_upi(reader: Reader, student: str) -> None:
    before = await reader.data(_at(reader, f"students/{student}"))
    reader.simulator.changes.leave(student)

    again = reader.simulator.changes.readmit(student)

    assert again != student
    assert (await reader.data(_at(reader, f"students/{again}")))["upi"] == before["upi"]
    assert await _changed(reader, "students") == [again]


async def test_new_people_and_classes_are_served(reader: Reader, student: str) -> None:
    changes, school = reader.simulator.changes, reader.simulator.school_id(SCHOOL)
    teacher = changes.add_employee(school, "Ada", "Rossi", email="ada@north.example")
    parent = changes.add_contact(school, "Bo", "Lind", [student])
    child = changes.add_student(school, "Cy", "Lind", nc_year="08")

    taught = changes.add_class(school, "Chess club", [teacher], [student, child])

    shown = await reader.data(_at(reader, f"classes/{taught}"), include="students,employees.contact_details")
    assert {row["id"] for row in shown["students"]["data"]} == {student, child}
    assert shown["employees"]["data"][0]["contact_details"]["data"]["emails"]["work"] == "ada@north.example"
    assert (await _changed(reader, "contacts"), await _changed(reader, "employees")) == ([parent], [teacher])


async def test_an_employee_can_leave_and_can_be_a_parent(reader: Reader, student: str) -> None:
    changes = reader.simulator.changes
    employee = changes.add_employee(reader.simulator.school_id(SCHOOL), "Ada", "Rossi")
    parent = changes.make_parent(employee, [student])

    changes.end_employment(employee)

    (row,) = await reader.rows(_at(reader, "employees"), updated_after=SINCE, include="employment_details")
    assert (row["employment_details"]["data"]["current"], row["id"]) == (False, employee)
    assert (await reader.data(_at(reader, f"contacts/{parent}")))["upi"] == row["upi"]


async def test_the_district_that_was_given_is_left_alone(reader: Reader, district: District, student: str) -> None:
    before = district.counts()

    reader.simulator.changes.remove(student)

    assert district.counts() == before


async def test_changes_can_be_posted_by_the_ids_that_the_simulator_tells(reader: Reader, district: District) -> None:
    _, schools = await control(reader.simulator.address, "GET", "schools")
    _, ids = await control(reader.simulator.address, "GET", f"schools/{SCHOOL}")
    user = next(u for u in district.users_as("student") if u.roles[0].org_id == SCHOOL)
    changes = [
        {"change": "rename_person", "record_id": ids["students"][user.id], "forename": "Robin"},
        {"change": "add_class", "school_id": schools[SCHOOL], "name": "Chess club"},
    ]

    status, answer = await post(reader.simulator.address, "changes", changes)

    assert (status, answer["results"][0]) == (200, None)
    assert await _changed(reader, "students") == [ids["students"][user.id]]
    assert await _changed(reader, "classes") == [answer["results"][1]]


@pytest.mark.parametrize(
    "change",
    [
        {"change": "remove", "record_id": "A1"},
        {"change": "remove", "colour": "red"},
        {"change": "set_access", "school_id": "A1", "access": "approved"},
    ],
)
async def test_a_change_that_cannot_be_made_is_explained(reader: Reader, change: dict[str, str]) -> None:
    status, answer = await post(reader.simulator.address, "changes", [change])

    assert status == 400
    assert answer["error"]


async def _first(reader: Reader, kind: str) -> str:
    row = (await reader.get(_at(reader, kind), per_page=1)).json()["data"][0]
    return str(row["id"])
