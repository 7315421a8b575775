"""What records look like, and what is nested in them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from simulators.generate import District
from simulators.wonde import Behaviour
from simulators.wonde.reader import Reader

Serve = Callable[..., Awaitable[Reader]]
SCHOOL = "school-0002"


def _at(reader: Reader, path: str) -> str:
    return f"schools/{reader.simulator.school_id(SCHOOL)}/{path}"


async def _one_of_each(reader: Reader, mis: str) -> dict[str, Any]:
    """The first student of a school of this system, with details."""
    school = next(one for one in reader.simulator.roster.schools.values() if one.mis == mis)
    params = {"include": "contact_details,education_details,groups"}
    (row,) = (await reader.get(f"schools/{school.id}/students", per_page=1, **params)).json()["data"]
    return dict(row)


async def test_a_student_is_shown_with_all_fields(serve: Serve, district: District) -> None:
    reader = await serve(behaviour=Behaviour(mis=("SIMS",)))
    user = next(u for u in district.users_as("student") if u.roles[0].org_id == SCHOOL and u.status == "active")
    ours = reader.simulator.ids(SCHOOL, "students")[user.id]

    shown = await reader.data(_at(reader, f"students/{ours}"), include="education_details,contact_details")

    assert (shown["id"], shown["forename"], shown["legal_surname"]) == (ours, user.given_name, user.family_name)
    assert shown["initials"] == user.given_name[0] + user.family_name[0]
    assert len(shown["upi"]) == 40
    assert shown["restored_at"] is None
    details = shown["education_details"]["data"]
    assert (details["admission_number"], details["current_nc_year"]) == (user.identifier, user.grades[0].lstrip("0"))
    assert shown["contact_details"]["data"]["emails"] == {
        "email": user.email,
        "primary": None,
        "home": None,
        "work": None,
    }


async def test_each_system_writes_dates_genders_and_empty_lists_its_own_way(serve: Serve) -> None:
    reader = await serve()
    sims, arbor, bromcom = [await _one_of_each(reader, mis) for mis in ("SIMS", "Arbor", "Bromcom")]

    assert sims["date_of_birth"]["timezone_type"] == 3
    assert sims["date_of_birth"]["date"].endswith(" 00:00:00.000000")
    assert sims["updated_at"] == {
        "date": "2026-08-20 05:00:00.000000",
        "timezone_type": 3,
        "timezone": "Europe/London",
    }
    assert arbor["date_of_birth"][4::3] == "--"
    assert arbor["updated_at"]["timezone"] == "UTC"
    assert bromcom["updated_at"] == "2026-08-20T04:02:00+00:00"
    assert sims["gender"].isupper() and arbor["gender"].istitle() and bromcom["gender"].islower()
    assert (sims["groups"], arbor["groups"]) == (None, {"data": []})
    assert arbor["contact_details"]["data"]["emails"]["primary"]


async def test_a_class_holds_its_members_when_asked(serve: Serve, district: District) -> None:
    reader = await serve()
    taught = next(one for one in district.classes if one.school_id == SCHOOL)
    rows = [row for row in district.enrolments if row.class_id == taught.id and row.status == "active"]
    students, employees = (reader.simulator.ids(SCHOOL, kind) for kind in ("students", "employees"))
    path = _at(reader, f"classes/{reader.simulator.ids(SCHOOL, 'classes')[taught.id]}")

    shown = await reader.data(path, include="students.contact_details,employees,subject")

    assert {row["id"] for row in shown["students"]["data"]} == {
        students[row.user_id] for row in rows if row.role == "student" and row.user_id in students
    }
    assert {row["id"] for row in shown["employees"]["data"]} == {
        employees[row.user_id] for row in rows if row.role == "teacher"
    }
    assert "emails" in shown["students"]["data"][0]["contact_details"]["data"]
    assert shown["subject"]["data"]["name"] == taught.subjects[0]


async def test_the_subject_is_an_id_unless_it_is_included(serve: Serve) -> None:
    reader = await serve()
    subjects = {row["id"] for row in await reader.rows(_at(reader, "subjects"))}

    classes = await reader.rows(_at(reader, "classes"))

    assert {row["subject"] for row in classes} == subjects
    assert not any("students" in row for row in classes)


async def test_an_academic_year_is_a_name_or_has_dates_or_is_missing(serve: Serve, district: District) -> None:
    reader = await serve()
    found = []
    for school in district.schools:
        rows = await reader.rows(f"schools/{reader.simulator.school_id(school.id)}/classes")
        found.append(rows[0]["academic_year"])

    assert found == [
        None,
        {"data": {"name": "2026/2027", "start_date": "2026-08-01", "end_date": "2027-07-31"}},
        "2026/2027",
    ]


async def test_contacts_and_students_lead_to_each_other(serve: Serve, district: District) -> None:
    reader = await serve()
    child = next(u for u in district.users_as("student") if u.agent_ids and u.roles[0].org_id == SCHOOL)
    ours, parents = (reader.simulator.ids(SCHOOL, kind) for kind in ("students", "contacts"))
    expected = {parents[agent] for agent in child.agent_ids}

    shown = await reader.data(_at(reader, f"students/{ours[child.id]}"), include="contacts.contact_details")

    found = {row["id"]: row for row in shown["contacts"]["data"]}
    assert expected <= found.keys()
    for parent in expected:
        assert found[parent]["relationship"]["data"]["relationship"] == "Parent"
        assert found[parent]["contact_details"]["data"]["emails"]["home"]
        shown = await reader.data(_at(reader, f"contacts/{parent}"), include="students")
        assert ours[child.id] in {row["id"] for row in shown["students"]["data"]}


async def test_employees_tell_whether_they_teach_and_are_still_here(serve: Serve, district: District) -> None:
    reader = await serve()
    sources = {ours: source for source, ours in reader.simulator.ids(SCHOOL, "employees").items()}
    teachers = {u.id for u in district.users_as("teacher") if any(r.org_id == SCHOOL for r in u.roles)}

    rows = await reader.rows(_at(reader, "employees"), include="employment_details,classes")

    details = {sources[row["id"]]: row["employment_details"]["data"] for row in rows}
    assert {source for source, shown in details.items() if shown["teaching_staff"] and shown["current"]} == {
        user for user in teachers if user not in district.findings["disabled_user"]
    }
    assert details[f"former-{SCHOOL}-1"]["employment_end_date"] == "2025-08-31"
    assert any(row["classes"]["data"] for row in rows)


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("include", ["pets", "classes.pets", "classes,education_details.pets", "contact_details.x"])
async def test_an_unknown_include_fails_the_whole_request(serve: Serve, include: str, status: int) -> None:
    reader = await serve(behaviour=Behaviour(include_status=status))

    answer = await reader.get(_at(reader, "students"), include=include)

    assert (answer.status, answer.json()["error"]) == (status, "invalid_include")


async def test_a_withdrawn_scope_closes_its_list_and_its_includes(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(revoked=("contacts",))

    async def status(path: str, include: str = "") -> int:
        return (await reader.get(_at(reader, path), include=include)).status

    assert await status("contacts") == 403
    assert await status("students", "classes,contacts.contact_details") == 400
    assert await status("students", "classes,contact_details") == 200
    permissions = await reader.data(f"meta/schools/{reader.simulator.school_id(SCHOOL)}/permissions")
    assert [scope["name"] for scope in permissions if not scope["approved"]] == ["contacts"]


async def test_a_system_may_lack_single_includes(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(refused_includes=("classes.students", "employment_details"))

    async def status(path: str, include: str) -> int:
        return (await reader.get(_at(reader, path), include=include)).status

    assert await status("classes", "employees") == 200
    assert await status("classes", "students") == 400
    assert await status("students", "classes.students") == 400
    assert await status("contacts", "students") == 200
    assert await status("employees", "employment_details") == 400
