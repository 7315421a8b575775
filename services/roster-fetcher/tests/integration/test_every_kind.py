"""What holds for every kind of source and every version: the same district gives the same roster, however it comes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from common.events import RosterFetched, SchoolsListed, SchoolsNotListed, SyncCompleted, SyncFailed, SyncProgressed
from simulators.generate import District, Quirks, generate, write_csv_package
from simulators.oneroster import OneRosterSimulator

from ..support.expected import classes_at, enrolments_at, users_at
from ..support.north import North, nothing_changed, school_id, the_only

KINDS = ("rest 1.1", "rest 1.2", "csv 1.1", "csv 1.2")
Serve = Callable[[District], Awaitable[None]]


@pytest.fixture(params=KINDS)
async def serve(request: pytest.FixtureRequest, north: North, tmp_path: Path) -> AsyncIterator[Serve]:
    """Let the test district have this roster, declared with all its schools, by the kind of source in question."""
    kind, version = request.param.split()
    async with AsyncExitStack() as stack:

        async def serve_it(district: District) -> None:
            schools = [school.id for school in district.schools]
            if kind == "csv":
                write_csv_package(district, tmp_path / "package.zip", version, bom=True, blank_status=True)
                await north.declare("oneroster-csv", {"path": str(tmp_path / "package.zip")}, {}, schools)
            else:
                server = await stack.enter_async_context(OneRosterSimulator(msgspec.structs.replace(district), version))
                await north.declare_rest(server, *schools, page_size=100)

        yield serve_it


async def test_a_school_is_read_completely(serve: Serve, north: North) -> None:
    district = generate(seed=3, schools=3, students_per_school=60)
    await serve(district)
    for school in district.schools:
        fetched = await north.fetched(school.id)
        assert fetched.complete
        assert await north.keys(school.id, "class") == classes_at(district, school.id)
        assert await north.keys(school.id, "enrolment") == enrolments_at(district, school.id)
        assert await north.keys(school.id, "user") == users_at(district, school.id)
        assert await north.keys(school.id, "school") == {school.id}
        assert fetched.counts["user"] == sum(
            fetched.counts[role] for role in ("student", "teacher", "administrator", "guardian")
        )
        assert await north.findings() == set()


async def test_every_row_is_accounted_for(serve: Serve, north: North) -> None:
    district = generate(seed=4, schools=2, students_per_school=80, quirks=Quirks.one_of_each())
    await serve(district)
    fetched = await north.fetched(district.schools[0].id)
    lines = await north.ledger(fetched.run_id)
    counts = district.counts()
    for endpoint in ("orgs", "courses", "users"):
        assert lines[endpoint]["received"] == counts[endpoint]
    for line in lines.values():
        assert line["received"] == line["kept"] + line["warned"] + line["skipped"] + line["out_of_scope"]
        assert line["complete"]


async def test_a_second_fetch_finds_nothing_changed(serve: Serve, north: North) -> None:
    district = generate(seed=5, schools=2, students_per_school=40, quirks=Quirks(missing_email=2, unknown_user=1))
    await serve(district)
    school = district.schools[0].id
    first = await north.fetched(school)
    found = await north.findings()
    second = await north.fetched(school)
    assert (first.snapshot, second.snapshot) == (1, 2)
    assert nothing_changed(second)
    assert (second.counts, second.errors, second.complete) == (first.counts, first.errors, True)
    assert await north.findings() == found
    assert sum(line["received"] for line in (await north.ledger(second.run_id)).values()) > 0


async def test_what_changed_is_told_by_entity_and_kind(serve: Serve, north: North) -> None:
    district = generate(seed=6, schools=1, students_per_school=40)
    await serve(district)
    school = district.schools[0].id
    await north.fetched(school)
    gone = district.enrolments.pop()
    district.users[5] = msgspec.structs.replace(district.users[5], family_name="Newname")
    district.classes.append(msgspec.structs.replace(district.classes[0], id="class-new", title="New class"))
    await serve(district)
    fetched = await north.fetched(school)
    assert fetched.changes["enrolment"] == {"added": 0, "changed": 0, "removed": 1}
    assert fetched.changes["user"] == {"added": 0, "changed": 1, "removed": 0}
    assert fetched.changes["class"] == {"added": 1, "changed": 0, "removed": 0}
    assert gone.id not in await north.keys(school, "enrolment")
    assert (await north.view("user", school, district.users[5].id))["family_name"] == "Newname"


async def test_planted_faults_are_found_and_told_with_code_and_record(serve: Serve, north: North) -> None:
    quirks = Quirks.one_of_each("school-0001")
    district = generate(seed=7, schools=2, students_per_school=120, quirks=quirks)
    await serve(district)
    await north.fetched("school-0001")
    found = await north.findings()
    codes = {
        "missing_email": "MISSING_EMAIL",
        "invalid_email": "INVALID_EMAIL",
        "one_name": "MISSING_NAME",
        "odd_grade": "INVALID_GRADE",
        "repeated_user": "DUP_SOURCED_ID",
        "class_without_teacher": "CLASS_WITHOUT_TEACHER",
        "class_without_term": "TERM_NOT_FOUND",
        "class_of_unknown_course": "COURSE_NOT_FOUND",
        "unknown_user": "USER_NOT_FOUND",
        "unknown_class": "CLASS_NOT_FOUND",
    }
    for quirk, code in codes.items():
        for key in district.findings[quirk]:
            assert (code, key) in found, quirk
    away = {row.id: row.user_id for row in district.enrolments}
    for key in district.findings["other_school"]:
        assert ("STUDENT_OTHER_SCHOOL", away[key]) in found
    skipped = {key for quirk in ("one_name", "unknown_user", "unknown_class") for key in district.findings[quirk]}
    assert not skipped & (await north.keys("school-0001", "user") | await north.keys("school-0001", "enrolment"))


async def test_values_come_in_one_form(serve: Serve, north: North) -> None:
    district = generate(seed=8, schools=1, students_per_school=60, quirks=Quirks(decomposed_name=1, disabled_user=1))
    await serve(district)
    school = district.schools[0].id
    await north.fetched(school)
    decomposed = await north.view("user", school, district.findings["decomposed_name"][0])
    assert decomposed["given_name"] == "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"
    assert not (await north.view("user", school, district.findings["disabled_user"][0]))["enabled"]
    taught = await north.view("class", school, district.classes[0].id)
    sessions = {session.id: session for session in district.sessions}
    terms = [sessions[key] for key in district.classes[0].term_ids]
    assert taught["starts_on"].isoformat() == min(term.starts for term in terms)
    assert taught["ends_on"].isoformat() == max(term.ends for term in terms)
    lead = next(row for row in district.enrolments if row.primary == "true")
    assert (await north.view("enrolment", school, lead.id))["is_primary"]


async def test_somebody_at_two_schools_belongs_to_both(serve: Serve, north: North) -> None:
    district = generate(seed=9, schools=2, students_per_school=60, two_schools=0.3)
    await serve(district)
    at_both = {user.id for user in district.users if len({role.org_id for role in user.roles}) == 2}
    assert at_both
    for school in district.schools:
        await north.fetched(school.id)
        assert at_both <= await north.keys(school.id, "user")


async def test_a_refresh_keeps_a_snapshot_and_ends_the_run(serve: Serve, north: North) -> None:
    district = generate(seed=10, schools=1, students_per_school=20)
    await serve(district)
    told = await north.fetch(district.schools[0].id, "refresh")
    ended = the_only(told, SyncCompleted)
    assert (ended.mode, ended.outcome) == ("refresh", "refreshed")
    assert not [event for event in told if isinstance(event, RosterFetched)]
    assert the_only(told, SyncProgressed).phase == "fetching"
    assert await north.keys(district.schools[0].id, "class")


async def test_the_schools_of_a_source_are_listed(serve: Serve, north: North) -> None:
    district = generate(seed=11, schools=4, students_per_school=5)
    await serve(district)
    for listing in (1, 2):
        listed = the_only(await north.list_schools(), SchoolsListed)
        assert (listed.schools, listed.listing) == (4, listing)
        rows = await north.dashboard.fetch("SELECT source_school_id, name, listing FROM roster.listed_school")
        assert {tuple(row) for row in rows} == {(school.id, school.name, listing) for school in district.schools}


async def test_a_source_without_schools_is_not_listed_and_the_last_listing_stands(serve: Serve, north: North) -> None:
    district = generate(seed=12, schools=2, students_per_school=5)
    await serve(district)
    await north.list_schools()
    district.orgs = [org for org in district.orgs if org.kind != "school"]
    await serve(district)
    assert the_only(await north.list_schools(), SchoolsNotListed).code == "SOURCE_EMPTY"
    assert await north.fetcher.fetchval("SELECT count(*) FROM listed_school") == 2


async def test_a_school_that_is_not_shared_fails_the_run(serve: Serve, north: North) -> None:
    district = generate(seed=13, schools=2, students_per_school=10)
    await serve(district)
    school = district.schools[0].id
    await north.fetched(school)
    district.orgs = [org for org in district.orgs if org.id != school]
    await serve(district)
    await north.fetcher.execute("DELETE FROM outbox")
    await north.dashboard.execute(
        "INSERT INTO school (district_id, id, source_id, source_school_id, name) "
        "VALUES ('north', $1, 'sis', $2, $2) ON CONFLICT DO NOTHING",
        school_id(school),
        school,
    )
    failed = the_only(await north.fetch(school), SyncFailed)
    assert (failed.code, failed.phase) == ("SCHOOL_NOT_FOUND", "fetching")
    assert school in failed.detail
    assert await north.keys(school, "class")


async def test_people_who_all_vanish_at_once_are_taken_for_a_fault_of_sharing(serve: Serve, north: North) -> None:
    district = generate(seed=14, schools=1, students_per_school=10)
    await serve(district)
    school = district.schools[0].id
    before = await north.fetched(school)
    district.users.clear()
    await serve(district)
    after = await north.fetched(school)
    assert not after.complete
    assert after.counts == before.counts
    assert "SOURCE_EMPTY" in {code for code, _ in await north.findings()}
