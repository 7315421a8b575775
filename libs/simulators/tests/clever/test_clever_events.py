"""Events follow from changes as documented."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulators.clever import Behaviour
from simulators.clever.reader import Reader
from simulators.generate import District

Serve = Callable[..., Awaitable[Reader]]
Json = dict[str, Any]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


def told(events: list[Json]) -> list[tuple[str, str]]:
    return [(event["type"], event["data"]["object"]["id"]) for event in events]


async def test_the_feed_begins_with_the_schools_that_were_shared(serve: Serve) -> None:
    events = await (await serve()).events()

    assert told(events) == [("schools.created", f"school-000{n}") for n in (1, 2, 3)]
    assert (await (await serve(behaviour=Behaviour(history=False))).newest_event()) == ""


async def test_a_changed_record_comes_whole_with_the_values_it_had(serve: Serve, district: District) -> None:
    reader, student = await serve(), district.users_as("student")[0]
    since = await reader.newest_event()

    reader.simulator.changes.rename_person(student.id, family_name="Ó Briain")

    (event,) = await reader.events(since)
    user = (await reader.get(f"users/{student.id}")).json()["data"]
    assert (event["type"], event["data"]["object"]) == ("users.updated", user)
    was = {"first": student.given_name, "middle": student.middle_name, "last": student.family_name}
    assert event["data"]["previous_attributes"] == {"name": was}
    assert user["name"]["last"] == "Ó Briain"


async def test_previous_attributes_can_be_beside_the_data(serve: Serve) -> None:
    reader = await serve(behaviour=Behaviour(previous="event"))
    reader.simulator.changes.change("schools", "school-0001", name="Oak")

    assert (await reader.events())[-1]["previous_attributes"] == {"name": "Ashgrove Primary"}


async def test_a_change_that_changes_nothing_is_no_event(serve: Serve) -> None:
    reader = await serve()
    since = await reader.newest_event()

    reader.simulator.changes.change("schools", "school-0001", name="Ashgrove Primary")

    assert await reader.events(since) == []


async def test_an_enrolment_is_a_change_of_its_section(serve: Serve, district: District) -> None:
    reader = await serve()
    changes, section = reader.simulator.changes, district.classes[0].id
    before = (await reader.get(f"sections/{section}")).json()["data"]
    newcomer = next(u.id for u in district.users_as("student") if u.id not in before["students"])
    since = await reader.newest_event()

    changes.add_enrolment(newcomer, section)
    changes.drop_enrolment(before["students"][0], section)
    changes.drop_enrolment(before["teacher"], section)

    added, dropped, leaderless = await reader.events(since)
    assert {event["type"] for event in (added, dropped, leaderless)} == {"sections.updated"}
    assert added["data"]["previous_attributes"] == {"students": before["students"]}
    assert added["data"]["object"]["students"] == [*before["students"], newcomer]
    assert before["students"][0] not in dropped["data"]["object"]["students"]
    assert leaderless["data"]["previous_attributes"] == {"teacher": before["teacher"], "teachers": before["teachers"]}


async def test_a_removed_person_leaves_sections_and_contacts_first(serve: Serve, district: District) -> None:
    reader = await serve()
    student = next(u for u in district.users_as("student") if u.agent_ids)
    theirs = sorted({row.class_id for row in district.enrolments if row.user_id == student.id})
    since = await reader.newest_event()

    reader.simulator.changes.remove_person(student.id)

    events = told(await reader.events(since))
    assert events[: len(theirs)] == [("sections.updated", key) for key in theirs]
    assert {what for what, _ in events[len(theirs) : -1]} == {"users.updated"}
    assert events[-1] == ("users.deleted", student.id)
    assert (await reader.get(f"users/{student.id}")).status == 404
    assert not any(student.id in section["students"] for section in await reader.rows("sections", limit=1000))


async def test_a_person_can_come_back_with_a_new_id(serve: Serve, district: District) -> None:
    reader, student = await serve(), district.users_as("student")[0].id
    before = {row["id"] for row in await reader.rows(f"users/{student}/sections")}
    since = await reader.newest_event()

    new_id = reader.simulator.changes.renew_person(student)

    kinds = [what for what, _ in told(await reader.events(since))]
    assert kinds == ["users.created", *["sections.updated"] * len(before), "users.deleted"]
    assert {row["id"] for row in await reader.rows(f"users/{new_id}/sections")} == before


async def test_people_and_classes_can_be_added(serve: Serve) -> None:
    reader = await serve()
    changes, since = reader.simulator.changes, await reader.newest_event()

    teacher = changes.add_person("school-0001", "teacher", "Ada", "Rossi", email=None)
    section = changes.add_class("school-0001", "Chess club", teacher, ["student-0000001"])

    assert told(await reader.events(since)) == [("users.created", teacher), ("sections.created", section)]
    user = (await reader.get(f"users/{teacher}")).json()["data"]
    assert (user["email"], user["roles"]["teacher"]["schools"]) == (None, ["school-0001"])
    made = (await reader.get(f"sections/{section}")).json()["data"]
    assert (made["teacher"], made["students"], made["term_id"]) == (teacher, ["student-0000001"], "year-2027")


async def test_an_employee_can_hold_several_roles(serve: Serve) -> None:
    reader, staff = await serve(), {"schools": ["school-0002"], "title": "Coach", "staff_id": "x"}

    reader.simulator.changes.change("users", "teacher-000001", roles={"staff": staff, "district_admin": {"title": "x"}})

    for path, role in (
        ("users", "district_admin"),
        ("schools/school-0002/users", "staff"),
        ("schools/school-0001/users", "teacher"),
    ):
        assert "teacher-000001" in [row["id"] for row in await reader.rows(path, role=role)]


async def test_events_are_chosen_by_school_and_record_type(serve: Serve, district: District) -> None:
    reader = await serve()
    changes, since = reader.simulator.changes, await reader.newest_event()
    section = next(taught for taught in district.classes if taught.school_id == "school-0002")
    both = next(u for u in district.users_as("student") if {r.org_id for r in u.roles} >= {"school-0001"})

    changes.change("sections", section.id, name="Renamed")
    changes.rename_person(both.id, given_name="Robin")
    changes.change("terms", "year-2027", name="Year")

    assert told(await reader.events(since, school="school-0002", record_type="sections")) == [
        ("sections.updated", section.id)
    ]
    assert told(await reader.events(since, school="school-0001")) == [("users.updated", both.id)]
    answer = await reader.follow(f"/v3.1/events?record_type=terms&record_type=users&starting_after={since}")
    assert told(answer.rows()) == [("users.updated", both.id), ("terms.updated", "year-2027")]


async def test_events_are_forgotten_after_thirty_days(serve: Serve) -> None:
    clock = Clock()
    reader = await serve(clock=clock)
    first = (await reader.events())[0]["id"]
    clock.moment += timedelta(days=29)
    reader.simulator.changes.change("schools", "school-0001", name="Oak")
    assert (await reader.get(f"events/{first}")).status == 200

    clock.moment += timedelta(days=2)

    assert (await reader.get(f"events/{first}")).status == 404
    assert told(await reader.events(first)) == [("schools.updated", "school-0001")]


async def test_a_single_event_is_as_in_the_list(serve: Serve) -> None:
    reader = await serve()
    (newest,) = (await reader.get("events", ending_before="last", limit=1)).rows()

    assert (await reader.get(f"events/{newest['id']}")).json()["data"] == newest


@pytest.mark.parametrize(("answer", "status"), [("quiet", 200), ("forbidden", 403)])
async def test_events_can_be_switched_off(serve: Serve, answer: Any, status: int) -> None:
    reader = await serve(behaviour=Behaviour(events=False, events_off=answer))
    reader.simulator.changes.change("schools", "school-0001", name="Oak")

    events = await reader.get("events")

    assert events.status == status
    assert status == 403 or events.rows() == []
    reader.simulator.changes.switch_events(True)
    reader.simulator.changes.change("schools", "school-0001", name="Elm")
    assert told(await reader.events()) == [("schools.updated", "school-0001")]


async def test_the_district_that_was_given_is_left_alone(serve: Serve, district: District) -> None:
    reader, before = await serve(), district.counts()

    reader.simulator.changes.remove_person("student-0000001")

    assert district.counts() == before
