"""OneRoster's further ways: signed requests, changes by date, guardians, servers that go their own way."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from common.events import RosterFetched, SchoolsListed, SyncFailed
from simulators.generate import District, generate
from simulators.generate.model import Class, Org, User
from simulators.oneroster import Behaviour, OneRosterSimulator

from ..support.expected import classes_at, enrolments_at, users_at
from ..support.north import North, nothing_changed, the_only

SCHOOL, OTHER = "school-0001", "school-0002"
UNDATED = "Users without dateLastModified are among the rows, which a filter by date would leave out."


@pytest.fixture
def district() -> District:
    return generate(seed=61, schools=2, students_per_school=40, two_schools=0.1)


def asked(server: OneRosterSimulator, what: str) -> list[str]:
    """The recent requests for a collection."""
    return [unquote(line) for line in server.counters.recent if f"/{what}?" in line]


async def declare_signed(north: North, server: OneRosterSimulator, **settings: Any) -> None:
    """Declare the district with a server that wants signed requests."""
    secrets = {"client_id": server.client_id, "client_secret": server.client_secret}
    address = {"version": "1.1", "auth": "oauth1", "base_url": server.base_url}
    await north.declare("oneroster", address | settings, secrets, [SCHOOL])


async def assert_all_there(north: North, server: OneRosterSimulator, school: str = SCHOOL) -> None:
    """A school has here what it has there."""
    now = server.roster.district()
    assert await north.keys(school, "class") == classes_at(now, school)
    assert await north.keys(school, "enrolment") == enrolments_at(now, school)
    assert await north.keys(school, "user") == users_at(now, school)


async def links(north: North, school: str = SCHOOL) -> set[tuple[str, str, str]]:
    """A school's guardians and students, and how they are related."""
    rows = await north.dashboard.fetch("SELECT guardian_key, student_key, relationship FROM roster.guardian_link")
    return {tuple(row) for row in rows}


@pytest.mark.parametrize("method", ["HMAC-SHA256", "HMAC-SHA1"])
async def test_a_school_is_read_by_signed_requests(north: North, district: District, method: str) -> None:
    behaviour = Behaviour(auth="oauth1")
    async with OneRosterSimulator(district, "1.1", behaviour, client_secret="a secret & more") as server:
        await declare_signed(north, server, signature_method=method, page_size=50)
        fetched = await north.fetched(SCHOOL)
        assert fetched.complete
        assert set(server.counters.statuses) == {200}
        await assert_all_there(north, server)
        assert (await north.fetched(SCHOOL, "nightly")).reading == "changes"


async def test_signed_requests_may_hold_any_id(north: North, district: District) -> None:
    awkward = "school é/7@x%+~ '"
    district.orgs = [msgspec.structs.replace(org, id=awkward) if org.id == SCHOOL else org for org in district.orgs]
    district.classes = [
        msgspec.structs.replace(row, school_id=awkward) if row.school_id == SCHOOL else row for row in district.classes
    ]
    async with OneRosterSimulator(district, "1.1", Behaviour(auth="oauth1")) as server:
        await declare_signed(north, server)
        await north.also_declare(awkward)
        await north.fetched(awkward)
        assert server.requests["schools/{school}/classes"] == 1
    assert await north.keys(awkward, "class") == classes_at(district, awkward)


@pytest.mark.parametrize("wrong", ["secret", "clock"])
async def test_a_signature_that_is_refused_names_what_may_be_wrong(
    north: North, district: District, wrong: str
) -> None:
    late = (lambda: time.time() + 3600) if wrong == "clock" else time.time
    async with OneRosterSimulator(district, "1.1", Behaviour(auth="oauth1"), wall_clock=late) as server:
        if wrong == "secret":
            server.client_secret = "outdated"
        await declare_signed(north, server)
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
        assert server.requests.total() == 1
    assert failed.code == "AUTH_INVALID"
    assert "signature" in failed.detail and "clock" in failed.detail


async def test_of_the_people_only_those_who_changed_are_asked_for(north: North, district: District) -> None:
    async with OneRosterSimulator(district) as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
        server.changes.rename_person("student-0000003", "Renamed")
        server.counters.clear()
        fetched = await north.fetched(SCHOOL, "nightly")
        (users,) = asked(server, "users")
        assert "filter=dateLastModified>='20" in users and users.endswith(".000Z'")
        assert not any("filter" in line for what in ("orgs", "classes", "enrollments") for line in asked(server, what))
    lines = await north.ledger(fetched.run_id)
    assert (lines["users"]["received"], lines["users"]["changes_only"]) == (1, True)
    assert fetched.changes["user"] == {"added": 0, "changed": 1, "removed": 0}
    assert lines["enrollments"]["received"] > 0 and not lines["enrollments"]["changes_only"]


async def test_what_no_date_tells_is_found_all_the_same(north: North, district: District) -> None:
    """Enrolments vanish without a trace, and a class gets other people without a new date."""
    async with OneRosterSimulator(district, behaviour=Behaviour(relations_move_date=False)) as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
        row = next(row for row in district.enrolments if row.school_id == SCHOOL and row.role == "student")
        server.changes.drop_enrolment(row.id)
        at_other = [user for user in district.users_as("student") if {role.org_id for role in user.roles} == {OTHER}]
        away = next(user for user in at_other if not user.agent_ids)
        server.changes.add_enrolment(away.id, row.class_id)
        fetched = await north.fetched(SCHOOL, "nightly")
        await assert_all_there(north, server)
    assert fetched.reading == "full"
    assert "told nothing among what changed" in fetched.reading_reason


async def test_who_vanishes_without_a_trace_stays_until_everything_is_read(north: North, district: District) -> None:
    async with OneRosterSimulator(district, behaviour=Behaviour(removal="vanish")) as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
        gone = next(row.user_id for row in district.enrolments if row.school_id == SCHOOL and row.role == "student")
        server.changes.remove_person(gone)
        night = await north.fetched(SCHOOL, "nightly")
        assert night.reading == "changes"
        assert gone in await north.keys(SCHOOL, "user")
        assert await north.keys(SCHOOL, "enrolment") == enrolments_at(server.roster.district(), SCHOOL)
        await north.fetched(SCHOOL, "full")
    assert gone not in await north.keys(SCHOOL, "user")


@pytest.mark.parametrize(("errors", "status"), [("standard", 400), ("bare", 500)])
async def test_a_server_that_refuses_the_filter_is_read_whole_and_says_why(
    north: North, district: District, errors: Any, status: int
) -> None:
    async with OneRosterSimulator(district, behaviour=Behaviour(filters="refused", errors=errors)) as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
        server.changes.rename_person("student-0000003", "Renamed")
        fetched = await north.fetched(SCHOOL, "nightly")
        assert server.counters.statuses[status] == 1
    assert fetched.reading == "full"
    assert fetched.reading_reason == f"The source refuses to tell which users changed (HTTP {status})."
    assert fetched.changes["user"]["changed"] == 1


async def test_a_server_that_ignores_the_filter_gives_more_than_was_asked_for(north: North, district: District) -> None:
    async with OneRosterSimulator(district, behaviour=Behaviour(filters="ignored")) as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
        server.changes.rename_person("student-0000003", "Renamed")
        fetched = await north.fetched(SCHOOL, "nightly")
        assert (fetched.reading, fetched.changes["user"]["changed"]) == ("changes", 1)
        await assert_all_there(north, server)


async def test_organisations_that_changed_take_everything(north: North, district: District) -> None:
    async with OneRosterSimulator(district) as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
        server.changes.change("orgs", OTHER, name="Renamed")
        fetched = await north.fetched(SCHOOL, "nightly")
    assert (fetched.reading, fetched.reading_reason) == ("full", "The source's orgs changed.")


async def test_the_servers_own_clock_says_from_when_on_changes_are_asked_for(north: North, district: District) -> None:
    async with OneRosterSimulator(district) as server:
        await north.declare_rest(server, SCHOOL)
        before = time.time()
        await north.fetched(SCHOOL)
    value = await north.fetcher.fetchval("SELECT value FROM cursor")
    moment = datetime.fromisoformat(value).timestamp()
    assert before - 3602 <= moment <= time.time() - 3600


async def test_rosterhub_is_read_whole_each_time_since_its_rows_have_no_dates(north: North, district: District) -> None:
    async with OneRosterSimulator(district, "1.1", Behaviour.rosterhub()) as server:
        await north.declare_rest(server, SCHOOL, page_size=50)
        first = await north.fetched(SCHOOL)
        await assert_all_there(north, server)
        for _ in range(2):
            again = await north.fetched(SCHOOL, "nightly")
            assert (again.reading, again.reading_reason) == ("full", UNDATED)
            assert nothing_changed(again)
    quirks = {name: set(line["quirks"]) for name, line in (await north.ledger(again.run_id)).items()}
    assert quirks == {name: set(line["quirks"]) for name, line in (await north.ledger(first.run_id)).items()}
    assert quirks["users"] == {
        "The number of rows is not announced (no X-Total-Count).",
        "References are flat ids in place of objects.",
        "Rows do not come in the order asked for.",
        "Users come without dateLastModified.",
    }
    assert await links(north)


async def test_edfi_is_read_and_its_ways_are_noted(north: North, district: District) -> None:
    async with OneRosterSimulator(district, "1.2", Behaviour.edfi(max_limit=30, per_minute=0)) as server:
        await north.declare_rest(server, SCHOOL)
        fetched = await north.fetched(SCHOOL)
        assert fetched.complete
        await assert_all_there(north, server)
    lines = await north.ledger(fetched.run_id)
    assert lines["classes"]["quirks"][0] == "There is no list of a school's classes."
    assert "Pages are cut to 30 rows where 1000 were asked for." in lines["users"]["quirks"]
    assert "One person comes as several rows with the same identifier." in lines["users"]["quirks"]
    grades = await north.dashboard.fetch("SELECT DISTINCT grade FROM roster.user WHERE role = 'student'")
    assert {row["grade"] for row in grades} <= {"KG", *(f"{number:02}" for number in range(1, 13))}


async def test_a_server_after_the_standard_has_no_quirks(north: North, district: District) -> None:
    async with OneRosterSimulator(district) as server:
        await north.declare_rest(server, SCHOOL)
        fetched = await north.fetched(SCHOOL)
    assert {name: line["quirks"] for name, line in (await north.ledger(fetched.run_id)).items() if line["quirks"]} == {}


async def test_warnings_beside_the_rows_are_noted(north: North, district: District) -> None:
    async with OneRosterSimulator(district, "1.1") as server:
        server.mishaps.set(warned=1, only=("users",))
        await north.declare_rest(server, SCHOOL)
        fetched = await north.fetched(SCHOOL)
        assert fetched.complete
        await assert_all_there(north, server)
    lines = await north.ledger(fetched.run_id)
    assert [name for name, line in lines.items() if line["quirks"]] == ["users"]
    assert lines["users"]["quirks"] == ["The source warns beside its rows."]


async def test_several_pages_at_once_give_the_same_roster(north: North, district: District) -> None:
    async with OneRosterSimulator(district) as server:
        await north.declare_rest(server, SCHOOL, page_size=20, parallel=4)
        fetched = await north.fetched(SCHOOL)
        assert fetched.complete
        await assert_all_there(north, server)
        assert server.requests["users"] == -(-len(district.users) // 20)
        assert nothing_changed(await north.fetched(SCHOOL))


@pytest.mark.parametrize("parallel", [1, 3, 8])
async def test_as_many_pages_as_set_are_under_way_at_once(north: North, district: District, parallel: int) -> None:
    async with OneRosterSimulator(district) as server:
        server.mishaps.set(latency=0.05, only=("users",))
        await north.declare_rest(server, SCHOOL, page_size=20, parallel=parallel)
        await north.fetched(SCHOOL)
        assert server.counters.most_at_once == parallel


@pytest.mark.parametrize(
    "mishap",
    [
        {"shift": -3},
        {"too_many": 4, "retry_after": 0, "after": 15},
        {"unavailable": 2, "after": 15},
        {"token_requests": 9},
    ],
)
async def test_trouble_between_pages_that_are_under_way_at_once(
    north: North, district: District, mishap: dict[str, int]
) -> None:
    async with OneRosterSimulator(district) as server:
        server.mishaps.set(**mishap)
        await north.declare_rest(server, SCHOOL, page_size=15, parallel=4)
        fetched = await north.fetched(SCHOOL)
        assert fetched.complete
        await assert_all_there(north, server)


async def test_guardians_are_linked_by_either_side(north: North, district: District) -> None:
    await assert_linked(north, district, lambda user: user.agent_ids)


async def test_guardians_are_linked_where_only_they_tell(north: North, district: District) -> None:
    await assert_linked(north, district, lambda user: user.agent_ids if user.has_role("parent") else ())


async def test_guardians_are_linked_where_only_students_tell(north: North, district: District) -> None:
    await assert_linked(north, district, lambda user: user.agent_ids if user.has_role("student") else ())


async def assert_linked(north: North, district: District, names: Callable[[User], tuple[str, ...]]) -> None:
    """A school's families are as they are there, whoever tells of them; `names` is whom a user's row names."""
    students = {user.id for user in district.users_as("student") if user.id in users_at(district, SCHOOL)}
    families = {(parent, user.id) for user in district.users if user.id in students for parent in user.agent_ids}
    replace = msgspec.structs.replace
    district.users = [replace(user, agent_ids=names(user)) for user in district.users]
    async with OneRosterSimulator(district, "1.1") as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
    found = await links(north)
    assert {(guardian, student) for guardian, student, _ in found} == families
    assert {relationship for _, _, relationship in found} <= {"parent", ""}


@pytest.mark.parametrize("teller", ["student", "parent"])
async def test_a_parent_who_belongs_to_the_district_comes_along_with_a_child(
    north: North, district: District, teller: str
) -> None:
    replace = msgspec.structs.replace
    district.users = [
        replace(
            user,
            roles=(replace(user.roles[0], org_id="district-1"),) if user.has_role("parent") else user.roles,
            agent_ids=user.agent_ids if user.has_role(teller) else (),
            email=user.email if user.has_role("student") else "",
        )
        for user in district.users
    ]
    students = {user.id for user in district.users_as("student") if user.id in users_at(district, SCHOOL)}
    told = {user.id: user.agent_ids for user in district.users}
    expected = {
        parent.id
        for parent in district.users_as("parent")
        if any(parent.id in told[student] or student in told[parent.id] for student in students)
    }
    async with OneRosterSimulator(district) as server:
        await north.declare_rest(server, SCHOOL)
        fetched = await north.fetched(SCHOOL)
    rows = await north.dashboard.fetch("SELECT source_key FROM roster.user WHERE role = 'guardian'")
    assert {row["source_key"] for row in rows} == expected != set()
    lines = await north.ledger(fetched.run_id)
    assert lines["users"]["out_of_scope"] > 0
    elsewhere = {parent.id for parent in district.users_as("parent")} - expected
    assert elsewhere.isdisjoint(key for _, key in await north.findings())


async def test_departments_where_classes_are_taught_are_schools_if_it_is_set(north: North, district: District) -> None:
    district.orgs += [
        Org(id="real", name="Lake School", kind="department", parent_id="district-1"),
        Org(id="maths", name="Mathematics", kind="department", parent_id=SCHOOL),
    ]
    district.classes.append(Class(id="k-1", title="Lake 1", school_id="real"))
    async with OneRosterSimulator(district) as server:
        await north.declare_rest(server, "real")
        assert the_only(await north.list_schools(), SchoolsListed).schools == 2
        await north.declare_rest(server, "real", school_types=["school", "department"])
        assert the_only(await north.list_schools(), SchoolsListed).schools == 3
        fetched = the_only(await north.fetch("real"), RosterFetched)
    assert fetched.counts["class"] == 1
