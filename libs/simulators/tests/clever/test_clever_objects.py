"""Objects have the shape of the Data API, version 3.1."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from simulators.clever import Behaviour
from simulators.clever.reader import Reader
from simulators.generate import District

Serve = Callable[..., Awaitable[Reader]]


async def test_a_section_lists_its_members_and_names_who_has_charge(serve: Serve, district: District) -> None:
    ours = district.classes[0]
    members = [row for row in district.enrolments if row.class_id == ours.id and row.status == "active"]
    section = (await (await serve()).get(f"sections/{ours.id}")).json()["data"]

    assert section["students"] == [row.user_id for row in members if row.role == "student"]
    assert sorted(section["teachers"]) == sorted(row.user_id for row in members if row.role == "teacher")
    assert section["teacher"] == next(row.user_id for row in members if row.primary == "true")
    assert (section["school"], section["course"], section["term_id"]) == (ours.school_id, ours.course_id, "year-2027")
    assert (section["name"], section["grade"], section["subject"]) == (
        ours.title,
        "Kindergarten",
        "homeroom/advisory",
    )


async def test_a_section_may_lack_a_term_and_hold_unknown_students(serve: Serve, district: District) -> None:
    reader, without = await serve(), district.findings["class_without_term"][0]
    stray = next(row for row in district.enrolments if row.id == district.findings["unknown_user"][0])

    assert (await reader.get(f"sections/{without}")).json()["data"]["term_id"] is None
    section = (await reader.get(f"sections/{stray.class_id}")).json()["data"]
    assert stray.user_id in section["students"]
    assert (await reader.get(f"users/{stray.user_id}")).status == 404


async def test_a_terms_end_date_is_its_last_day(serve: Serve, district: District) -> None:
    ours = district.sessions[0]
    term = (await (await serve()).get(f"terms/{ours.id}")).json()["data"]

    assert term["start_date"] == ours.starts
    assert date.fromisoformat(term["end_date"]) + timedelta(days=1) == date.fromisoformat(ours.ends)


async def test_a_student_is_described_within_the_role(serve: Serve, district: District) -> None:
    ours = next(u for u in district.users_as("student") if len(u.roles) == 2)
    born = next(d.birth_date for d in district.demographics if d.id == ours.id)
    user = (await (await serve()).get(f"users/{ours.id}")).json()["data"]
    student = user["roles"]["student"]

    assert user["name"] == {"first": ours.given_name, "middle": ours.middle_name, "last": ours.family_name}
    assert student["schools"] == [role.org_id for role in ours.roles]
    assert student["school"] == ours.roles[0].org_id
    assert student["credentials"] == {"district_username": ours.username}
    assert student["sis_id"] == ours.identifier
    year, month, day = (int(part) for part in born.split("-"))
    assert student["dob"] == f"{month}/{day}/{year}"


async def test_a_missing_email_is_null_and_an_invalid_one_stays(serve: Serve, district: District) -> None:
    reader = await serve()

    for quirk, email in (("missing_email", None), ("invalid_email", "none")):
        assert (await reader.get(f"users/{district.findings[quirk][0]}")).json()["data"]["email"] == email


async def test_a_contacts_whole_name_is_the_last_name(serve: Serve, district: District) -> None:
    ours = next(user for user in district.users_as("parent") if user.agent_ids)
    whole, parts = await serve(), await serve(behaviour=Behaviour(contact_names="parts"))

    contact = (await whole.get(f"users/{ours.id}")).json()["data"]
    assert contact["name"] == {"first": "", "middle": "", "last": f"{ours.given_name} {ours.family_name}"}
    links = contact["roles"]["contact"]["student_relationships"]
    assert [link["student"] for link in links] == list(ours.agent_ids)
    assert {(link["relationship"], link["type"]) for link in links} == {("Parent", "Parent/Guardian")}
    assert (await parts.get(f"users/{ours.id}")).json()["data"]["name"]["first"] == ours.given_name


@pytest.mark.parametrize(
    ("role", "theirs"),
    [
        ("student", ("student",)),
        ("teacher", ("teacher",)),
        ("staff", ("principal", "siteadministrator")),
        ("district_admin", ("districtadministrator",)),
        ("contact", ("parent",)),
    ],
)
async def test_users_are_listed_by_role(serve: Serve, district: District, role: str, theirs: tuple[str, ...]) -> None:
    ids = {row["id"] for row in await (await serve()).rows("users", role=role, limit=1000)}

    assert ids == {user.id for user in district.users_as(*theirs)} - set(district.findings["deleted_user"])


async def test_a_school_lists_everyone_there_or_those_at_home_there(serve: Serve, district: District) -> None:
    reader, school = await serve(), "school-0001"
    here = {u.id for u in district.users_as("student") if school in [role.org_id for role in u.roles]}
    at_home = {u.id for u in district.users_as("student") if u.roles[0].org_id == school}
    gone = set(district.findings["deleted_user"])

    everyone = {row["id"] for row in await reader.rows(f"schools/{school}/users", role="student")}
    primary = {row["id"] for row in await reader.rows(f"schools/{school}/users", role="student", primary="true")}

    assert (everyone, primary) == (here - gone, at_home - gone)
    assert here != at_home
    all_roles = await reader.rows(f"schools/{school}/users")
    assert {role for row in all_roles for role in row["roles"]} == {"student", "teacher", "staff"}


async def test_contacts_and_district_admins_are_not_listed_below_a_school(serve: Serve) -> None:
    reader = await serve()

    for role in ("contact", "district_admin", "chef"):
        assert (await reader.get("schools/school-0001/users", role=role)).status == 400


async def test_everything_else_of_a_school_is_listed_below_it(serve: Serve, district: District) -> None:
    reader = await serve()
    ours = [taught for taught in district.classes if taught.school_id == "school-0002"]

    assert {row["id"] for row in await reader.rows("schools/school-0002/sections")} == {one.id for one in ours}
    assert {row["id"] for row in await reader.rows("schools/school-0002/courses")} == {one.course_id for one in ours}
    assert {row["id"] for row in await reader.rows("schools/school-0002/terms")} == {"year-2027"}


async def test_lists_lead_from_people_to_contacts_and_sections_and_back(serve: Serve, district: District) -> None:
    reader = await serve()
    student = next(u for u in district.users_as("student") if u.agent_ids)
    theirs = {row.class_id for row in district.enrolments if row.user_id == student.id}

    contacts = await reader.rows(f"users/{student.id}/mycontacts")
    assert {row["id"] for row in contacts} == set(student.agent_ids)
    assert {row["id"] for row in await reader.rows(f"users/{student.id}/sections")} == theirs
    members = await reader.rows(f"sections/{theirs.pop()}/users", role="student")
    assert student.id in {row["id"] for row in members}


async def test_unknown_records_and_endpoints_are_not_found(serve: Serve) -> None:
    reader = await serve()

    for path in ("users/nobody", "schools/nowhere/sections", "users/nobody/mycontacts", "students", "events/none"):
        answer = await reader.get(path)
        assert (answer.status, list(answer.json())) == (404, ["message"])


async def test_the_district_says_how_its_sync_stands(serve: Serve) -> None:
    reader = await serve()
    assert (await reader.get("districts")).rows()[0]["state"] == "success"

    reader.simulator.changes.set_state("paused", pause_end="2026-12-01T00:00:00.000Z")

    (district,) = (await reader.get("districts")).rows()
    assert (district["state"], district["pause_end"]) == ("paused", "2026-12-01T00:00:00.000Z")
