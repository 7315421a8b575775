"""What is shared no longer vanishes with a deleted event, and comes back when it is shared again."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from simulators.clever.reader import Reader
from simulators.generate import District

Serve = Callable[..., Awaitable[Reader]]
Json = dict[str, Any]


async def _everything(reader: Reader) -> dict[str, list[Json]]:
    return {name: await reader.rows(name, limit=1000) for name in ("schools", "sections", "users")}


async def test_an_unshared_person_is_deleted_but_stays_in_sections(serve: Serve, district: District) -> None:
    reader, section = await serve(), district.classes[0].id
    student = (await reader.get(f"sections/{section}")).json()["data"]["students"][0]
    before, since = await _everything(reader), await reader.newest_event()

    reader.simulator.changes.unshare("users", student)

    assert ("users.deleted", student) in _told(await reader.events(since))
    assert (await reader.get(f"users/{student}")).status == 404
    assert student in (await reader.get(f"sections/{section}")).json()["data"]["students"]
    reader.simulator.changes.share("users", student)
    assert _told(await reader.events(since))[-1][0] == "users.created"
    assert await _everything(reader) == before


async def test_an_unshared_section_is_deleted(serve: Serve, district: District) -> None:
    reader, section = await serve(), district.classes[0].id
    since = await reader.newest_event()

    reader.simulator.changes.unshare("sections", section)
    reader.simulator.changes.share("sections", section)

    assert _told(await reader.events(since)) == [("sections.deleted", section), ("sections.created", section)]


async def test_an_unshared_school_takes_along_what_belongs_to_it_alone(serve: Serve, district: District) -> None:
    reader, school = await serve(), "school-0001"
    before, since = await _everything(reader), await reader.newest_event()
    gone = set(district.findings["deleted_user"])
    here = [u for u in district.users_as("student", "teacher") if school in [r.org_id for r in u.roles]]
    elsewhere_too = {user.id for user in here if len(user.roles) == 2} - gone

    reader.simulator.changes.unshare("schools", school)

    after, events = await _everything(reader), await reader.events(since)
    assert {row["id"] for row in after["schools"]} == {"school-0002", "school-0003"}
    assert not [row for row in after["sections"] if row["school"] == school]
    users = {row["id"]: row for row in after["users"]}
    assert {user.id for user in here} & set(users) == elsewhere_too
    roles = [role for key in elsewhere_too for role in users[key]["roles"].values()]
    assert roles and not [role for role in roles if school in (role["school"], *role["schools"])]
    kinds = Counter(what for what, _ in _told(events))
    assert kinds["schools.deleted"] == 1
    assert kinds["sections.deleted"] == len(before["sections"]) - len(after["sections"])
    assert kinds["users.deleted"] == len(before["users"]) - len(after["users"])
    assert kinds["users.updated"] == len(elsewhere_too)


async def test_a_school_that_is_shared_again_is_as_before(serve: Serve) -> None:
    reader = await serve()
    before = await _everything(reader)

    reader.simulator.changes.unshare("schools", "school-0001")
    reader.simulator.changes.share("schools", "school-0001")

    assert await _everything(reader) == before


async def test_contacts_are_seen_with_their_students(serve: Serve, district: District) -> None:
    reader = await serve()
    contact = next(u for u in district.users_as("parent") if len(u.agent_ids) == 1)
    (child,) = contact.agent_ids

    reader.simulator.changes.unshare("users", child)
    assert (await reader.get(f"users/{contact.id}")).status == 404

    reader.simulator.changes.share("users", child)
    assert (await reader.get(f"users/{contact.id}")).status == 200


async def test_what_is_not_shared_can_change_unseen(serve: Serve, district: District) -> None:
    reader, student = await serve(), district.users_as("student")[0].id
    reader.simulator.changes.unshare("users", student)
    since = await reader.newest_event()

    reader.simulator.changes.rename_person(student, given_name="Robin")

    assert await reader.events(since) == []
    reader.simulator.changes.share("users", student)
    assert (await reader.get(f"users/{student}")).json()["data"]["name"]["first"] == "Robin"


def _told(events: list[Json]) -> list[tuple[str, str]]:
    return [(event["type"], event["data"]["object"]["id"]) for event in events]
