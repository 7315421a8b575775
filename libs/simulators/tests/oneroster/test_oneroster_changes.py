"""The roster can be changed while it is served, from inside and over HTTP."""

from collections.abc import Awaitable, Callable

import pytest

from simulators.generate import District
from simulators.oneroster import Behaviour
from simulators.oneroster.reader import Reader

from ..support.asking import control, post

Serve = Callable[..., Awaitable[Reader]]

SINCE = "dateLastModified>'2026-09-01T00:00:00.000Z'"


async def test_a_renamed_person_is_served_with_the_new_name_and_date(serve: Serve, district: District) -> None:
    reader, student = await serve(), district.users_as("student")[0]
    await reader.rows("users", limit=1000)

    reader.simulator.changes.rename_person(student.id, family_name="Ó Briain")

    changed = (await reader.get("users", filter=SINCE)).json()["users"]
    assert [(user["sourcedId"], user["givenName"], user["familyName"]) for user in changed] == [
        (student.id, student.given_name, "Ó Briain")
    ]


async def test_a_new_enrolment_changes_nothing_but_itself(serve: Serve, district: District) -> None:
    reader, taught = await serve(), district.classes[-1]
    student = district.users_as("student")[0]
    before = len((await reader.get(f"classes/{taught.id}/students", limit=1000)).ids())

    enrolment = reader.simulator.changes.add_enrolment(student.id, taught.id)

    assert (await reader.get("enrollments", filter=SINCE)).ids() == [enrolment]
    assert (await reader.get("users", filter=SINCE)).ids() == []
    assert len((await reader.get(f"classes/{taught.id}/students", limit=1000)).ids()) == before + 1


async def test_a_dropped_enrolment_vanishes(serve: Serve, district: District) -> None:
    reader, enrolment = await serve(), district.enrolments[0]

    reader.simulator.changes.drop_enrolment(enrolment.id)

    assert (await reader.get(f"enrollments/{enrolment.id}")).status == 404
    assert (await reader.get("enrollments", limit=1)).headers["X-Total-Count"] == str(len(district.enrolments) - 1)


async def test_a_removed_person_takes_every_enrolment_along(serve: Serve, district: District) -> None:
    reader, student = await serve(), district.users_as("student")[0]

    reader.simulator.changes.remove_person(student.id)

    assert (await reader.get(f"users/{student.id}")).status == 404
    assert (await reader.get("enrollments", filter=f"user.sourcedId='{student.id}'")).ids() == []


async def test_removed_records_can_stay_as_tombstones(serve: Serve, district: District) -> None:
    reader = await serve(behaviour=Behaviour(removal="tobedeleted"))
    student = district.users_as("student")[0]

    reader.simulator.changes.remove_person(student.id)

    (user,) = (await reader.get("users", filter=SINCE)).json()["users"]
    tombstones = (await reader.get("enrollments", filter=SINCE)).json()["enrollments"]
    assert (user["sourcedId"], user["status"]) == (student.id, "tobedeleted")
    assert {row["status"] for row in tombstones} == {"tobedeleted"}
    assert len(tombstones) == sum(row.user_id == student.id for row in district.enrolments)


async def test_a_new_class_comes_with_teacher_and_students(serve: Serve, district: District) -> None:
    reader, school = await serve(), district.schools[0].id
    changes = reader.simulator.changes
    teacher = changes.add_person(school, "teacher", "Ada", "Rossi", email="ada@north.example")

    class_id = changes.add_class(school, "Chess club", teacher, [district.users_as("student")[0].id])

    taught = (await reader.get(f"classes/{class_id}")).json()["class"]
    assert (taught["title"], taught["school"]["sourcedId"], len(taught["terms"])) == ("Chess club", school, 3)
    assert (await reader.get(f"classes/{class_id}/teachers")).json()["users"][0]["email"] == "ada@north.example"
    assert len((await reader.get(f"classes/{class_id}/students")).ids()) == 1


async def test_any_record_can_be_changed_and_removed(serve: Serve, district: District) -> None:
    reader, school = await serve(), district.schools[0].id
    changes = reader.simulator.changes

    changes.change("orgs", school, name="Ashgrove Academy")
    changes.remove_class(district.classes[0].id)

    assert (await reader.get(f"orgs/{school}")).json()["org"]["name"] == "Ashgrove Academy"
    assert (await reader.get(f"classes/{district.classes[0].id}")).status == 404


@pytest.mark.parametrize(("behaviour", "moved"), [(Behaviour(), True), (Behaviour(relations_move_date=False), False)])
async def test_a_new_relation_may_leave_the_date_alone(
    serve: Serve, district: District, behaviour: Behaviour, moved: bool
) -> None:
    reader, student = await serve(behaviour=behaviour), district.users_as("student")[0]
    roles = [{"role": "student", "org_id": school.id} for school in district.schools]

    reader.simulator.changes.change("users", student.id, roles=roles)

    assert len((await reader.get(f"users/{student.id}")).json()["user"]["roles"]) == len(district.schools)
    assert (await reader.get("users", filter=SINCE)).ids() == ([student.id] if moved else [])


async def test_a_new_name_beside_a_new_relation_moves_the_date(serve: Serve, district: District) -> None:
    reader, student = await serve(behaviour=Behaviour(relations_move_date=False)), district.users_as("student")[0]

    reader.simulator.changes.change("users", student.id, roles=[], given_name="Robin")

    assert (await reader.get("users", filter=SINCE)).ids() == [student.id]


async def test_the_district_that_was_given_is_left_alone(serve: Serve, district: District) -> None:
    reader, before = await serve(), district.counts()

    reader.simulator.changes.remove_person(district.users[5].id)

    assert district.counts() == before
    assert reader.simulator.roster.district().counts()["users"] == before["users"] - 1


async def test_changes_can_be_posted(serve: Serve, district: District) -> None:
    reader, student = await serve(), district.users_as("student")[0]
    changes = [
        {"change": "rename_person", "user_id": student.id, "given_name": "Robin"},
        {"change": "add_class", "school_id": district.schools[0].id, "title": "Chess club"},
    ]

    assert await post(reader.simulator.address, "changes", changes) == (200, {"results": [None, "added-classes-0001"]})
    assert (await reader.get(f"users/{student.id}")).json()["user"]["givenName"] == "Robin"


@pytest.mark.parametrize(
    "change",
    [
        {"change": "rename_person", "user_id": "nobody", "given_name": "x"},
        {"change": "rename_person", "colour": "red"},
        {"change": "change", "collection": "users", "record_id": "student-0000001", "given_name": 7},
    ],
)
async def test_a_change_that_cannot_be_made_is_explained(serve: Serve, change: dict[str, str]) -> None:
    status, answer = await post((await serve()).simulator.address, "changes", [change])

    assert status == 400
    assert answer["error"]


async def test_requests_and_bytes_are_counted(serve: Serve) -> None:
    reader = await serve()
    size = len((await reader.get("orgs", sort="sourcedId")).body)
    await reader.get("users/nobody")

    counters = reader.simulator.counters
    assert counters.requests == {"token": 1, "orgs": 1, "users/{id}": 1}
    assert counters.bytes["orgs"] == size
    assert counters.statuses == {200: 2, 404: 1}
    assert "orgs?offset" not in counters.recent[1] and counters.recent[1].endswith("/orgs?sort=sourcedId")
    assert (await control(reader.simulator.address, "GET", "counters"))[1]["requests_total"] == 3
