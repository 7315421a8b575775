"""Wonde as it really is: regions, includes that are refused, permissions withdrawn, people who come and go."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from common.events import SyncFailed
from simulators.generate import District, generate
from simulators.wonde import Behaviour, WondeSimulator

from ..support.north import North, the_only
from ..support.wonde_site import Site


@pytest.fixture
def district() -> District:
    return generate(seed=61, schools=3, students_per_school=20)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def site(north: North, district: District, stack: AsyncExitStack) -> Site:
    return Site(north, await stack.enter_async_context(WondeSimulator(district, Behaviour())))


async def test_teachers_are_kept_other_employees_only_where_they_are_wanted(site: Site, north: North) -> None:
    current = {row.id: row for row in site.held.employees.values() if row.current}
    teachers = {key for key, row in current.items() if row.teaching_staff}
    await site.declare()
    await north.fetched(site.school)
    assert await site.users("teacher") == teachers
    assert await site.users("administrator") == await site.users("guardian") == set()
    await site.declare(staff=True)
    await north.fetched(site.school)
    assert await site.users("teacher") == teachers
    assert await site.users("administrator") == current.keys() - teachers != set()


async def test_an_employee_who_is_a_parent_is_two_users_with_one_upi(site: Site, north: North) -> None:
    await site.declare(families=True)
    await north.fetched(site.school)
    rows = await north.fetcher.fetch(
        "SELECT body->'identifiers'->>'upi' AS upi, array_agg(body->>'role' ORDER BY body->>'role') AS roles "
        "FROM record WHERE entity = 'user' GROUP BY 1 HAVING count(*) > 1"
    )
    assert [row["roles"] for row in rows] == [["guardian", "teacher"]]


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_whatever_a_schools_own_system_writes_comes_in_one_form(
    site: Site, district: District, north: North, number: int
) -> None:
    source = district.schools[number]
    school = site.wonde.school_id(source.id)
    await site.declare()
    fetched = await north.fetched(school)
    assert fetched.errors == 0
    assert await north.findings() == set()
    user = next(u for u in district.users_as("student") if u.roles[0].org_id == source.id)
    seen = await north.view("user", school, site.wonde.ids(source.id, "students")[user.id])
    assert (seen["given_name"], seen["email"]) == (user.given_name, user.email)
    assert seen["grade"] == user.grades[0]


async def test_a_class_has_dates_where_its_academic_year_has(site: Site, district: District, north: North) -> None:
    with_dates = district.schools[1].id
    school = site.wonde.school_id(with_dates)
    await site.declare()
    await north.fetched(school)
    taught = await north.view("class", school, next(iter(site.wonde.ids(with_dates, "classes").values())))
    assert (taught["starts_on"].isoformat(), taught["ends_on"].isoformat()) == ("2026-08-01", "2027-08-01")


async def test_pages_are_as_large_as_each_list_allows(site: Site, north: North) -> None:
    site.wonde.behaviour.max_per_page_of["classes"] = 4
    await site.declare()
    fetched = await north.fetched(site.school)
    lines = await north.ledger(fetched.run_id)
    assert lines["classes"]["pages"] == -(-len(site.held.classes) // 4)
    assert fetched.complete


async def test_rows_that_slide_between_numbered_pages_close_nothing(site: Site, north: North) -> None:
    await site.declare(page_size=7)
    await north.fetched(site.school)
    site.wonde.behaviour.cursors = False
    site.wonde.mishaps.set(shift=-1)
    site.wonde.changes.remove(max(site.held.students))
    fetched = await north.fetched(site.school)
    assert not fetched.complete
    assert max(site.held.students) in await site.users("student")
    assert (await north.ledger(fetched.run_id))["students"]["quirks"]


async def test_a_next_page_at_another_host_is_not_asked_for(site: Site, north: North) -> None:
    await site.declare(page_size=5)
    site.wonde.mishaps.set(foreign_next="elsewhere.example")
    failed = await site.failure()
    assert failed.code == "SOURCE_BAD_RESPONSE"
    assert "elsewhere.example" in failed.detail


async def test_a_school_is_read_from_its_own_region(
    site: Site, district: District, north: North, stack: AsyncExitStack
) -> None:
    there = await stack.enter_async_context(WondeSimulator(district, Behaviour()))
    site.wonde.changes.move_school(site.school, there.address.removeprefix("http://"))
    await site.declare()
    fetched = await north.fetched(site.school)
    assert fetched.complete
    assert await site.users("student") == set(site.held.students)
    assert there.requests["schools/{school}/students"] == 1
    assert site.wonde.requests["schools/{school}/students"] == 0


@pytest.mark.parametrize("mode", ["full", "nightly"])
async def test_the_wrong_region_is_no_empty_school(site: Site, north: North, mode: Any) -> None:
    await site.declare()
    await north.fetched(site.school)
    site.wonde.changes.move_school(site.school, "api-ap-southeast-2.wonde.com")
    failed = the_only(await north.fetch(site.school, mode), SyncFailed)
    assert failed.code == "SETTINGS_INVALID"
    assert "AU at api-ap-southeast-2.wonde.com" in failed.detail
    assert await site.users("student") == set(site.held.students)


async def test_a_school_with_nothing_at_all_is_remarked_on(site: Site, north: North) -> None:
    for kind in ("students", "employees", "classes"):
        for key in list(getattr(site.held, kind)):
            site.wonde.changes.leave(key)
    await site.declare()
    fetched = await north.fetched(site.school)
    (said,) = (await site.findings())["SOURCE_EMPTY"]
    assert "region GB at 127.0.0.1" in said
    assert fetched.counts.get("user", 0) == 0


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("include", ["classes.students", "classes.employees", "employees.employment_details"])
async def test_without_a_part_that_proves_who_is_where_nobody_is_removed(
    site: Site, north: North, include: str, status: int
) -> None:
    await site.declare()
    site.wonde.behaviour.include_status = status
    await north.fetched(site.school)
    users, parts = await north.keys(site.school, "user"), await north.parts(site.school)
    site.wonde.mishaps.set(refused_includes=(include,))
    site.wonde.changes.remove(next(iter(site.held.students)))
    fetched = await north.fetched(site.school)
    assert not fetched.complete
    assert (await north.keys(site.school, "user"), await north.parts(site.school)) == (users, parts)
    list_name, _, name = include.partition(".")
    assert any(
        f"the include {name} of {list_name}" in said for said in (await site.findings())["INCLUDE_NOT_AVAILABLE"]
    )


async def test_without_other_parts_the_rest_is_taken_with_a_warning(site: Site, north: North) -> None:
    site.wonde.mishaps.set(refused_includes=("contact_details", "subject"))
    await site.declare()
    fetched = await north.fetched(site.school)
    assert fetched.complete
    assert fetched.errors == 0
    assert await site.users("student") == set(site.held.students)
    findings = await site.findings()
    assert findings.keys() == {"INCLUDE_NOT_AVAILABLE"}
    assert len(findings["INCLUDE_NOT_AVAILABLE"]) == 3
    emails = await north.dashboard.fetch("SELECT DISTINCT email FROM roster.user")
    assert [row["email"] for row in emails] == [""]


async def test_when_a_permission_comes_everything_is_read_again(site: Site, north: North) -> None:
    site.wonde.mishaps.set(refused_includes=("contact_details",))
    await site.declare()
    await north.fetched(site.school)
    assert (await north.fetched(site.school, "nightly")).reading == "changes"
    site.wonde.mishaps.clear()
    fetched = await north.fetched(site.school, "nightly")
    assert fetched.reading == "full"
    assert "contact_details" in fetched.reading_reason
    assert fetched.changes["user"]["changed"] == fetched.counts["user"]


async def test_when_a_permission_goes_everything_is_read_again(site: Site, north: North) -> None:
    await site.declare()
    await north.fetched(site.school)
    site.wonde.changes.rename_person(next(iter(site.held.students)), forename="Renamed")
    site.wonde.mishaps.set(refused_includes=("students.education_details",))
    fetched = await north.fetched(site.school, "nightly")
    assert fetched.reading == "full"
    assert "students.education_details" in fetched.reading_reason


async def test_without_contacts_the_rest_is_read_and_no_guardian_is_removed(site: Site, north: North) -> None:
    await site.declare(families=True)
    await north.fetched(site.school)
    guardians, links = await site.users("guardian"), await north.keys(site.school, "guardian_link")
    assert guardians
    assert links
    site.wonde.mishaps.set(revoked=("contacts",))
    site.wonde.changes.rename_person(next(iter(site.held.students)), forename="Renamed")
    fetched = await north.fetched(site.school)
    assert not fetched.complete
    assert fetched.changes["user"]["changed"] == 1
    assert await site.users("guardian") == guardians
    assert await north.keys(site.school, "guardian_link") == links


async def test_whose_guardians_contacts_are_is_asked_of_them_where_students_do_not_tell(
    site: Site, north: North
) -> None:
    async def links() -> set[tuple[str, str]]:
        rows = await north.dashboard.fetch("SELECT guardian_key, student_key FROM roster.guardian_link")
        return {tuple(row) for row in rows}

    await site.declare(families=True)
    await north.fetched(site.school)
    before = await links()
    assert len(before) > 5
    site.wonde.mishaps.set(refused_includes=("students.contacts",))
    fetched = await north.fetched(site.school)
    assert fetched.complete
    assert await links() == before
    assert (await north.fetched(site.school, "nightly")).reading == "full"


async def test_a_school_that_has_not_approved_says_so(site: Site) -> None:
    await site.declare()
    site.wonde.changes.set_access(site.school, "revoked")
    failed = await site.failure()
    assert failed.code == "AUTH_FORBIDDEN"
    assert "has not approved" in failed.detail


async def test_only_schools_that_approved_are_listed(site: Site, north: North) -> None:
    site.wonde.changes.set_access(site.school, "pending")
    await site.declare()
    await north.list_schools()
    rows = await north.dashboard.fetch("SELECT source_school_id FROM roster.listed_school")
    assert {row["source_school_id"] for row in rows} == site.wonde.roster.schools.keys() - {site.school}
