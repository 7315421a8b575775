"""What readings of a OneRoster server come to: rows that move meanwhile, tombstones, pages as they were before."""

from uuid import uuid4

import pytest

from common.events import RosterFetched
from simulators.generate import District, generate

from ..support.expected import enrolments_at, users_at
from ..support.north import North, nothing_changed, serving, the_only

SCHOOL = "school-0001"


@pytest.fixture
def district() -> District:
    return generate(seed=21, schools=2, students_per_school=60)


async def test_rows_that_come_twice_are_counted_once(north: North, district: District) -> None:
    async with serving(district) as server:
        server.mishaps.set(shift=-3)
        await north.declare_rest(server, SCHOOL, page_size=50)
        fetched = await north.fetched(SCHOOL)
    lines = await north.ledger(fetched.run_id)
    assert fetched.complete
    assert lines["users"]["received"] > lines["users"]["announced"] == len(district.users)
    assert await north.keys(SCHOOL, "user") == users_at(district, SCHOOL)
    assert await north.findings() == set()


async def test_rows_that_slip_through_leave_the_snapshot_incomplete_and_nothing_is_closed(
    north: North, district: District
) -> None:
    async with serving(district) as server:
        await north.declare_rest(server, SCHOOL, page_size=50)
        await north.fetched(SCHOOL)
        kept = await north.keys(SCHOOL, "enrolment"), await north.keys(SCHOOL, "user")
        server.changes.rename_person(district.users[-1].id, "Renamed")
        server.mishaps.set(shift=7)
        fetched = await north.fetched(SCHOOL)
    assert not fetched.complete
    assert (await north.keys(SCHOOL, "enrolment"), await north.keys(SCHOOL, "user")) == kept
    assert fetched.changes["enrolment"]["removed"] == fetched.changes["user"]["removed"] == 0
    assert "SOURCE_INCOMPLETE" in {code for code, _ in await north.findings()}
    line = (await north.ledger(fetched.run_id))["users"]
    assert line["reason"].startswith(f"The source announced {len(district.users)} rows and gave ")


@pytest.mark.parametrize("shift", [1, 7])
async def test_rows_that_slip_through_are_noticed_without_an_announced_number_too(
    north: North, district: District, shift: int
) -> None:
    async with serving(district, total_count=False) as server:
        await north.declare_rest(server, SCHOOL, page_size=50)
        assert (await north.fetched(SCHOOL)).complete
        kept = await north.keys(SCHOOL, "enrolment"), await north.keys(SCHOOL, "user")
        server.changes.rename_person(district.users[-1].id, "Renamed")
        server.mishaps.set(shift=shift)
        fetched = await north.fetched(SCHOOL)
    assert not fetched.complete
    assert (await north.keys(SCHOOL, "enrolment"), await north.keys(SCHOOL, "user")) == kept
    line = (await north.ledger(fetched.run_id))["users"]
    assert line["reason"].startswith("Rows moved while they were read")


@pytest.mark.parametrize("page_size", [1, 2, 50])
async def test_rows_of_an_overlap_count_once(north: North, page_size: int) -> None:
    district = generate(seed=23, schools=1, students_per_school=15)
    async with serving(district, total_count=False) as server:
        await north.declare_rest(server, SCHOOL, page_size=page_size)
        first = await north.fetched(SCHOOL)
        again = await north.fetched(SCHOOL)
        assert nothing_changed(again)
        server.changes.rename_person("student-0000007", family_name="Other")
        fetched = await north.fetched(SCHOOL)
    assert first.complete and again.complete and fetched.complete
    assert fetched.changes["user"] == {"added": 0, "changed": 1, "removed": 0}
    assert await north.keys(SCHOOL, "user") == users_at(district, SCHOOL)
    for run in (first, again, fetched):
        line = (await north.ledger(run.run_id))["users"]
        assert line["received"] == len(district.users)
        assert not any("cut" in quirk for quirk in line["quirks"])
    assert await north.findings() == set()


async def test_after_an_incomplete_fetch_the_next_complete_one_closes_what_is_gone(
    north: North, district: District
) -> None:
    async with serving(district) as server:
        await north.declare_rest(server, SCHOOL, page_size=50)
        await north.fetched(SCHOOL)
        gone = next(row.id for row in district.enrolments if row.school_id == SCHOOL)
        server.changes.drop_enrolment(gone)
        server.mishaps.set(shift=7)
        await north.fetched(SCHOOL)
        server.mishaps.clear()
        fetched = await north.fetched(SCHOOL)
    assert fetched.changes["enrolment"]["removed"] == 1
    assert gone not in await north.keys(SCHOOL, "enrolment")


async def test_tombstones_are_out_of_scope_and_end_what_was_there(north: North, district: District) -> None:
    async with serving(district, removal="tobedeleted") as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
        gone = next(row for row in district.enrolments if row.school_id == SCHOOL and row.role == "student")
        server.changes.remove_person(gone.user_id)
        fetched = await north.fetched(SCHOOL)
    assert fetched.changes["user"]["removed"] == 1
    assert (await north.ledger(fetched.run_id))["users"]["out_of_scope"] >= 1
    assert "USER_NOT_FOUND" not in {code for code, _ in await north.findings()}


async def test_packed_pages_count_as_they_were_sent(north: North, district: District) -> None:
    sizes = []
    for gzip in (False, True):
        async with serving(district, gzip=gzip) as server:
            await north.declare_rest(server, SCHOOL)
            fetched = await north.fetched(SCHOOL)
            bodies = server.counters.bytes.total()
            assert bodies < fetched.bytes_down < bodies + 600 * server.requests.total()
            assert fetched.bytes_up > 200 * server.requests.total()
            sizes.append(fetched.bytes_down)
    assert sizes[1] < sizes[0] / 3


async def test_unchanged_pages_are_recognised_packed_as_well(north: North, district: District) -> None:
    async with serving(district, gzip=True) as server:
        await north.declare_rest(server, SCHOOL, page_size=50)
        await north.fetched(SCHOOL)
        again = await north.fetched(SCHOOL)
    assert nothing_changed(again)
    line = (await north.ledger(again.run_id))["users"]
    assert line["kept"] + line["out_of_scope"] == line["received"] == len(district.users)


async def test_one_changed_page_brings_back_all_pages_before_it(north: North, district: District) -> None:
    async with serving(district) as server:
        await north.declare_rest(server, SCHOOL, page_size=20)
        await north.fetched(SCHOOL)
        server.changes.rename_person("student-0000059", family_name="Other")
        fetched = await north.fetched(SCHOOL)
    assert fetched.changes["user"] == {"added": 0, "changed": 1, "removed": 0}
    assert fetched.changes["enrolment"] == {"added": 0, "changed": 0, "removed": 0}
    assert await north.keys(SCHOOL, "enrolment") == enrolments_at(district, SCHOOL)


async def test_other_settings_of_the_source_make_every_page_new(north: North, district: District) -> None:
    async with serving(district) as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
        await north.declare_rest(server, SCHOOL, page_size=999)
        fetched = await north.fetched(SCHOOL)
    assert nothing_changed(fetched)
    assert await north.fetcher.fetchval("SELECT count(DISTINCT key) FROM page_memory") == 1


async def test_a_run_whose_snapshot_exists_only_tells_again(north: North, district: District) -> None:
    run_id = uuid4()
    async with serving(district) as server:
        await north.declare_rest(server, SCHOOL)
        first = the_only(await north.fetch(SCHOOL, run_id=run_id), RosterFetched)
        asked = server.requests.total()
        await north.fetcher.execute("DELETE FROM inbox")
        again = the_only(await north.fetch(SCHOOL, run_id=run_id), RosterFetched)
        assert server.requests.total() == asked
    assert again == first
    assert await north.fetcher.fetchval("SELECT count(*) FROM snapshot") == 1
