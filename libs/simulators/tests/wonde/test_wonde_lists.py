"""Schools and their lists, page by page."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from simulators.generate import District
from simulators.wonde import Behaviour
from simulators.wonde.reader import Reader

Serve = Callable[..., Awaitable[Reader]]
SCHOOL = "school-0002"


def _at(reader: Reader, path: str) -> str:
    return f"schools/{reader.simulator.school_id(SCHOOL)}/{path}"


async def test_schools_that_approved_are_listed(serve: Serve, district: District) -> None:
    reader = await serve()
    first, second, third = (reader.simulator.school_id(school.id) for school in district.schools)
    reader.simulator.changes.set_access(second, "pending")
    reader.simulator.changes.set_access(third, "approved", online=False)

    async def listed(name: str = "") -> set[str]:
        return {school["id"] for school in await reader.rows(f"schools{name}")}

    assert await listed() == {first, third}
    assert (await listed("/pending"), await listed("/offline"), await listed("/revoked")) == ({second}, {third}, set())
    assert await listed("/all") == {first, second, third}


async def test_a_school_tells_its_region(serve: Serve, district: District) -> None:
    reader = await serve()

    shown = await reader.data(_at(reader, "").rstrip("/"))

    assert (shown["name"], shown["mis"]) == (district.schools[1].name, "Arbor")
    assert shown["region"] == {"code": "GB", "domain": reader.simulator.address.removeprefix("http://")}


async def test_every_person_and_class_of_a_school_is_listed_once(serve: Serve, district: District) -> None:
    reader = await serve()
    gone = {user.id for user in district.users if user.status == "tobedeleted"}

    def people(*roles: str) -> set[str]:
        return {u.id for u in district.users for r in u.roles if r.role in roles and r.org_id == SCHOOL} - gone

    async def listed(kind: str) -> list[str]:
        sources = {ours: source for source, ours in reader.simulator.ids(SCHOOL, kind).items()}
        return [sources.get(row["id"], "") for row in await reader.rows(_at(reader, kind))]

    students, employees = await listed("students"), await listed("employees")
    assert len(students) == len(set(students)) > 50
    assert set(students) == people("student")
    assert set(employees) == people("teacher", "principal", "siteAdministrator") | {f"former-{SCHOOL}-1"}
    assert set(await listed("contacts")) == people("parent") | {""}
    assert set(await listed("classes")) == {taught.id for taught in district.classes if taught.school_id == SCHOOL}


async def test_somebody_at_two_schools_is_two_people(serve: Serve, district: District) -> None:
    reader = await serve()
    both = next(user for user in district.users_as("student") if len(user.roles) == 2 and user.status == "active")

    shown = []
    for role in both.roles:
        ours = reader.simulator.ids(role.org_id, "students")[both.id]
        shown.append(await reader.data(f"schools/{reader.simulator.school_id(role.org_id)}/students/{ours}"))

    one, other = shown
    assert one["surname"] == other["surname"] == both.family_name
    assert one["id"] != other["id"]
    assert one["upi"] != other["upi"]


async def test_a_parent_on_the_staff_has_one_upi_and_two_ids(serve: Serve) -> None:
    reader = await serve()
    employees = {row["upi"]: row["id"] for row in await reader.rows(_at(reader, "employees"))}

    (parent,) = [row for row in await reader.rows(_at(reader, "contacts")) if row["upi"] in employees]

    assert parent["id"] != employees[parent["upi"]]


async def test_pages_hold_fifty_rows_and_two_hundred_at_the_most(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.behaviour.max_per_page_of["classes"] = 7

    first = (await reader.get(_at(reader, "students"))).json()
    clamped = (await reader.get(_at(reader, "classes"), per_page=500)).json()

    assert len(first["data"]) == 50
    assert first["meta"]["pagination"]["next"] == f"{reader.simulator.base_url}/{_at(reader, 'students?page=2')}"
    assert (first["meta"]["pagination"]["more"], first["meta"]["pagination"]["current_page"]) == (True, 1)
    assert (len(clamped["data"]), clamped["meta"]["pagination"]["per_page"]) == (7, 7)


async def test_what_fits_on_one_page_has_no_pagination_unless_a_size_is_asked_for(serve: Serve) -> None:
    reader = await serve()

    plain = (await reader.get(_at(reader, "employees"))).json()
    sized = (await reader.get(_at(reader, "employees"), per_page=200)).json()

    assert "pagination" not in plain["meta"]
    assert (sized["meta"]["pagination"]["next"], sized["meta"]["pagination"]["more"]) == (None, False)
    assert sized["data"] == plain["data"]


@pytest.mark.parametrize("how", [{}, {"cursor": "true"}])
async def test_pages_followed_by_their_links_give_every_row_once(serve: Serve, how: dict[str, str]) -> None:
    reader = await serve()

    rows = await reader.rows(_at(reader, "students"), per_page=7, include="education_details", **how)

    assert [row["id"] for row in rows] == sorted(row["id"] for row in await reader.rows(_at(reader, "students")))
    assert all("education_details" in row for row in rows)


async def test_pages_by_cursor_stand_still_while_numbered_ones_slide(serve: Serve) -> None:
    reader = await serve()
    path = _at(reader, "students")
    true = [row["id"] for row in await reader.rows(path)]
    reader.simulator.mishaps.set(shift=-2)

    numbered = [row["id"] for row in await reader.rows(path, per_page=20)]
    cursored = [row["id"] for row in await reader.rows(path, per_page=20, cursor="true")]

    assert numbered[20:22] == true[18:20]
    assert cursored == true


async def test_the_wrong_region_has_no_data_and_no_error(serve: Serve) -> None:
    here, there = await serve(), await serve()
    school = here.simulator.school_id(SCHOOL)
    domain = there.simulator.address.removeprefix("http://")
    here.simulator.changes.move_school(school, domain)

    assert (await here.get(_at(here, "students"))).json()["data"] == []
    assert (await here.data(f"schools/{school}"))["region"] == {"code": "AU", "domain": domain}
    assert len((await there.get(_at(there, "students"))).json()["data"]) == 50


async def test_a_key_opens_all_schools_or_only_its_own(serve: Serve, district: District) -> None:
    reader = await serve()
    first, second = (reader.simulator.school_id(school.id) for school in district.schools[:2])
    limited = await serve(school_keys={"narrow": [first]})

    async def asked(authorization: str, path: str) -> int:
        return (await limited.ask("GET", path, authorization=authorization)).status

    basic = aiohttp.encode_basic_auth("narrow", "")
    assert await asked("Bearer narrow", f"schools/{first}/classes") == 200
    assert await asked(basic, f"schools/{first}/classes") == 200
    assert await asked(basic, f"schools/{second}/classes") == 404
    assert [s["id"] for s in (await limited.ask("GET", "schools", authorization=basic)).json()["data"]] == [first]
    for wrong in ("Bearer other", "Basic ???", "nothing"):
        assert await asked(wrong, "schools") == 401


async def test_a_school_that_has_not_approved_shares_nothing(serve: Serve) -> None:
    reader = await serve()
    school = reader.simulator.school_id(SCHOOL)
    assert (await reader.ask("DELETE", f"schools/{school}/revoke-access")).status == 200

    assert (await reader.get(_at(reader, "students"))).status == 403
    assert (await reader.get(f"schools/{school}")).status == 200
    assert (await reader.ask("POST", f"schools/{school}/request-access")).json()["state"] == "pending"


async def test_what_is_not_there_is_not_found(serve: Serve) -> None:
    reader = await serve()

    for path in ("schools/A1", "schools/A1/students", _at(reader, "students/A1"), _at(reader, "timetables"), "x"):
        answer = await reader.get(path)
        assert (answer.status, answer.json()["error"]) == (404, "not_found")


async def test_records_are_counted(serve: Serve) -> None:
    reader = await serve(behaviour=Behaviour(former_staff=0))

    counts = await reader.data(_at(reader, "counts"), include="students,classes")

    assert counts["students"]["data"]["count"] == len(await reader.rows(_at(reader, "students")))
    assert counts.keys() == {"students", "classes"}
    assert (await reader.get(_at(reader, "counts"), include="pets")).status == 400


async def test_the_same_district_is_always_served_alike(serve: Serve) -> None:
    one, other = await serve(), await serve()

    for path in ("students", "employees", "contacts", "classes"):
        assert (await one.rows(_at(one, path))) == (await other.rows(_at(other, path)))


@pytest.mark.parametrize("params", [{"per_page": "0"}, {"page": "many"}, {"updated_after": "yesterday"}])
async def test_parameters_that_cannot_be_read_are_refused(serve: Serve, params: dict[str, str]) -> None:
    reader = await serve()

    assert (await reader.get(_at(reader, "students"), **params)).status == 422
