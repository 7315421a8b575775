"""What is kept of a fetch, and what is left alone: other schools, other districts, other sources."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from common import registry
from common.delivery import NotNow
from common.events import SyncFailed
from roster_fetcher import findings, ledger, listed_schools, page_memory, records, school_lock, snapshots
from roster_fetcher.findings import Finding
from roster_fetcher.ledger import Entry
from roster_fetcher.roster import User
from roster_fetcher.snapshots import Snapshot
from roster_fetcher.sources.protocol import KnownPage, ListedSchool
from roster_fetcher.staging import staging

from ..support.north import North, school_id, the_only, write_package
from ..support.staged import ANNA, BEN, HILL, LAKE, MATHS, keep, staged_row


async def states(north: North, district: str, school: UUID) -> set[tuple[str, int, int | None]]:
    rows = await north.fetcher.fetch(
        "SELECT source_key, first_snapshot, last_snapshot FROM record WHERE district_id = $1 AND school_id = $2",
        district,
        school,
    )
    return {tuple(row) for row in rows}


async def test_a_record_has_a_row_for_each_state_and_unchanged_ones_stay_untouched(north: North) -> None:
    await keep(north, "north", HILL, ("anna", ANNA), ("ben", BEN))
    await keep(north, "north", HILL, ("anna", ANNA), ("ben", User("teacher", "Benjamin", "Okafor")), closable=("user",))
    await keep(north, "north", HILL, ("anna", ANNA), closable=("user",))
    await keep(north, "north", HILL, ("anna", ANNA), ("ben", BEN), closable=("user",))
    assert await states(north, "north", HILL) == {("anna", 1, None), ("ben", 1, 1), ("ben", 2, 2), ("ben", 4, None)}


async def test_other_schools_and_districts_are_not_touched(north: North) -> None:
    for district, school in (("north", HILL), ("north", LAKE), ("south", HILL)):
        await keep(north, district, school, ("anna", ANNA), ("ben", BEN))
    await keep(north, "north", HILL, closable=("user",))
    assert await states(north, "north", HILL) == {("anna", 1, 1), ("ben", 1, 1)}
    for district, school in (("north", LAKE), ("south", HILL)):
        assert await states(north, district, school) == {("anna", 1, None), ("ben", 1, None)}


async def test_only_entities_that_were_read_completely_are_closed(north: North) -> None:
    await keep(north, "north", HILL, ("anna", ANNA), ("maths", MATHS))
    await keep(north, "north", HILL, closable=("class",))
    assert await states(north, "north", HILL) == {("anna", 1, None), ("maths", 1, 1)}


async def test_the_same_key_in_two_entities_is_two_records(north: North) -> None:
    await keep(north, "north", HILL, ("1", ANNA), ("1", MATHS))
    async with north.fetcher.acquire() as conn:
        assert await records.current_keys(conn, "north", HILL, "user") == {"1"}
        assert await records.count_current(conn, "north", HILL) == {"user": 1, "student": 1, "class": 1}
        assert await records.count_current(conn, "north", LAKE) == {}


async def test_nothing_staged_outlasts_its_reading(north: North) -> None:
    async with north.fetcher.acquire() as conn:
        for _ in range(2):
            async with staging(conn) as staged:
                await staged.add([staged_row("anna", ANNA, "users", False)], [])
                assert await conn.fetchval("SELECT count(*) FROM staged") == 1
        assert await conn.fetchval("SELECT to_regclass('pg_temp.staged')") is None


async def test_a_runs_findings_are_its_own_and_the_worst_come_first(north: North) -> None:
    mine, other = uuid4(), uuid4()
    kinds = ("warning", "error", "critical")
    for run in (mine, other):
        async with north.fetcher.acquire() as conn, staging(conn) as staged:
            await staged.add([], [Finding("CODE", severity, "user", str(run)) for severity in kinds])
            await findings.keep_staged(conn, "north", run)
    async with north.fetcher.acquire() as conn:
        again = uuid4()
        await findings.repeat(conn, "north", again, mine)
        assert await findings.count_errors(conn, "north", again) == 2
        worst = await findings.worst(conn, "north", again, 2)
        assert [(row["severity"], row["source_key"]) for row in worst] == [
            ("critical", str(mine)),
            ("error", str(mine)),
        ]
        assert await findings.count_errors(conn, "south", mine) == 0


async def test_a_ledger_whose_sums_do_not_hold_is_refused(north: North) -> None:
    async with north.fetcher.acquire() as conn:
        with pytest.raises(Exception, match="ledger_check"):
            await ledger.add(conn, "north", uuid4(), [Entry("users", "user", received=3, kept=2)])


async def test_bytes_and_rows_are_summed_over_a_run_alone(north: North) -> None:
    mine, other = uuid4(), uuid4()
    async with north.fetcher.acquire() as conn:
        for run in (mine, other):
            lines = [Entry(name, "user", received=2, kept=2, bytes_up=10, bytes_down=100) for name in ("a", "b")]
            await ledger.add(conn, "north", run, lines)
        assert await ledger.bytes_of(conn, "north", mine) == (20, 200)
        assert await ledger.rows_of(conn, "north", mine) == 4
        assert await ledger.bytes_of(conn, "north", uuid4()) == (0, 0)


async def test_pages_are_recalled_for_the_last_snapshot_and_the_same_settings_only(north: North) -> None:
    pages = {"users": [KnownPage(b"one", 5), KnownPage(b"two", 3)]}
    async with north.fetcher.acquire() as conn:
        await snapshots.add(conn, "north", HILL, Snapshot(1, uuid4(), True, {}, {}, 0))
        await snapshots.add(conn, "north", LAKE, Snapshot(1, uuid4(), True, {}, {}, 0))
        await page_memory.remember(conn, "north", HILL, 1, b"key", pages, {"users": {"kept": 8}})
        await page_memory.remember(conn, "north", LAKE, 1, b"key", {}, {})
        recalled = await page_memory.recall(conn, "north", HILL, b"key")
        assert recalled is not None
        assert recalled.pages == pages
        assert recalled.outcomes == {"users": {"kept": 8}}
        assert await page_memory.recall(conn, "north", HILL, b"other") is None
        await snapshots.add(conn, "north", HILL, Snapshot(2, uuid4(), False, {}, {}, 0))
        assert await page_memory.recall(conn, "north", HILL, b"key") is None


def test_secrets_are_no_part_of_what_pages_depend_on() -> None:
    source = registry.Source("north", "sis", "oneroster", {"version": "1.2"}, b"sealed")
    renewed = registry.Source("north", "sis", "oneroster", {"version": "1.2"}, b"sealed anew")
    other = registry.Source("north", "sis", "oneroster", {"version": "1.1"}, b"sealed")
    assert page_memory.key_of(source, "o-1") == page_memory.key_of(renewed, "o-1")
    assert (
        len({page_memory.key_of(source, "o-1"), page_memory.key_of(other, "o-1"), page_memory.key_of(source, "o-2")})
        == 3
    )


async def test_a_listing_replaces_that_of_its_source_alone(north: North) -> None:
    async with north.fetcher.acquire() as conn:
        for source in ("sis", "other"):
            number = await listed_schools.replace(conn, "north", source, [ListedSchool("o-1", "Hill", "1001")])
            assert number == 1
        assert await listed_schools.replace(conn, "north", "sis", [ListedSchool("o-2", "Lake", "")]) == 2
        rows = await conn.fetch("SELECT source_id, source_school_id FROM listed_school ORDER BY 1")
        assert [tuple(row) for row in rows] == [("other", "o-1"), ("sis", "o-2")]


async def test_a_school_that_is_being_read_is_not_read_by_another(north: North) -> None:
    async with north.fetcher.acquire() as one, north.fetcher.acquire() as two:
        async with school_lock.held(one, "north", HILL):
            with pytest.raises(NotNow):
                async with school_lock.held(two, "north", HILL):
                    raise AssertionError("two hold the same lock")
            async with school_lock.held(two, "north", LAKE):
                pass
        async with school_lock.held(two, "north", HILL):
            pass


async def test_files_that_are_absent_close_nothing(north: North, tmp_path: Path) -> None:
    files = {
        "orgs": "sourcedId,name,type\no-1,Hill,school\n",
        "academicSessions": "sourcedId,title,startDate,endDate\nt-1,Autumn,2026-08-15,2027-01-01\n",
        "classes": "sourcedId,title,schoolSourcedId,termSourcedIds\nk-1,Maths,o-1,t-1\n",
        "users": "sourcedId,givenName,familyName,role,orgSourcedIds,email\nu-1,Zoë,Nuñez,teacher,o-1,z@a.example\n",
        "enrollments": "sourcedId,classSourcedId,userSourcedId,role\ne-1,k-1,u-1,teacher\n",
    }
    package = write_package(tmp_path / "package", files)
    await north.declare("oneroster-csv", {"path": str(package)}, {}, ["o-1"])
    assert (await north.fetched("o-1")).counts["term"] == 1
    write_package(tmp_path / "package", files, modes={"academicSessions": "absent"})
    fetched = await north.fetched("o-1")
    assert fetched.complete
    assert fetched.changes["term"]["removed"] == 0
    assert fetched.counts["term"] == 1
    assert {code for code, _ in await north.findings()} == {"CLASS_WITHOUT_STUDENTS"}


async def test_ids_that_no_index_can_hold_are_skipped(north: North, tmp_path: Path) -> None:
    endless, nul = "x" * 4000, "with nul\0"
    files = {
        "orgs": "sourcedId,name,type\no-1,Hill,school\n",
        "classes": f"sourcedId,title,schoolSourcedId\n{endless},Maths,o-1\nk-1,{nul},o-1\n",
        "users": "sourcedId,givenName,familyName,role,orgSourcedIds,username\nu-1,Zoë,Nuñez,student,o-2,zoe\n",
        "enrollments": f"sourcedId,classSourcedId,userSourcedId,role\ne-1,k-1,{endless},student\n",
    }
    await north.declare("oneroster-csv", {"path": str(write_package(tmp_path / "package", files))}, {}, ["o-1"])
    await north.fetched("o-1")
    assert {code for code, _ in await north.findings()} >= {"ROW_MALFORMED", "USER_NOT_FOUND"}
    assert (await north.view("class", "o-1", "k-1"))["title"] == "with nul"


async def test_an_unknown_kind_of_source_fails_the_run(north: North) -> None:
    await north.declare("carrier-pigeon", {}, {}, ["o-1"])
    failed = the_only(await north.fetch("o-1"), SyncFailed)
    assert (failed.code, failed.school_id) == ("SETTINGS_INVALID", school_id("o-1"))
    assert "oneroster, oneroster-csv" in failed.detail
