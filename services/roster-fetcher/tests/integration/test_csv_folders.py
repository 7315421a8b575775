"""Packages that are put into a folder on this machine: what is read of them, and what is told."""

from pathlib import Path

import pytest

from common.events import SyncFailed
from roster_fetcher.patience import Patience
from roster_fetcher.sources.oneroster_csv import open_source
from roster_fetcher.sources.protocol import Opening, SourceTrouble
from simulators.generate import generate

from ..support.csv_packages import FILES, SCHOOL, bulk, dated, delta_package, difference, next_year, zip_package
from ..support.north import North, nothing_changed, school_id, the_only


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A drop folder."""
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


async def records(north: North) -> set[tuple[str, str, bytes]]:
    """Every current record of the school, whole."""
    rows = await north.fetcher.fetch(
        "SELECT entity, source_key, hash FROM record WHERE school_id = $1 AND last_snapshot IS NULL", school_id(SCHOOL)
    )
    return {(row["entity"], row["source_key"], bytes(row["hash"])) for row in rows}


async def declare_folder(north: North, folder: Path) -> None:
    await north.declare("oneroster-csv", {"folder": str(folder)}, {}, [SCHOOL])


async def failure(north: North) -> SyncFailed:
    return the_only(await north.fetch(SCHOOL), SyncFailed)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
async def test_a_bulk_with_deltas_comes_to_the_same_as_the_next_bulk(
    north: North, drop: Path, tmp_path: Path, version: str
) -> None:
    district = generate(seed=21, schools=2, students_per_school=40)
    later = next_year(district)
    first, second = (bulk(tmp_path / f"{n}.zip", d, version) for n, d in enumerate((district, later)))
    bulk(drop / "north-2026-11-01.zip", district, version)
    delta_package(drop / "north-2026-11-02.zip", difference(first, second), version=version)
    await declare_folder(north, drop)
    assert (await north.fetched(SCHOOL)).complete
    by_delta = await records(north)
    await north.declare("oneroster-csv", {"path": str(second)}, {}, [SCHOOL])
    assert nothing_changed(await north.fetched(SCHOOL))
    assert await records(north) == by_delta
    assert ("user", "user-new") in {(entity, key) for entity, key, _ in by_delta}


async def test_a_delta_changes_what_it_says_and_nothing_else(north: North, drop: Path, tmp_path: Path) -> None:
    district = generate(seed=22, schools=1, students_per_school=40)
    first, second = (bulk(tmp_path / f"{n}.zip", d) for n, d in enumerate((district, next_year(district))))
    bulk(drop / "2026-11-01.zip", district)
    await declare_folder(north, drop)
    await north.fetched(SCHOOL)
    delta_package(drop / "2026-11-02.zip", difference(first, second), version="1.2")
    changes = (await north.fetched(SCHOOL)).changes
    assert changes["user"] == {"added": 1, "changed": 1, "removed": 1}
    assert changes["class"] == {"added": 0, "changed": 1, "removed": 0}
    assert "user-new" in await north.keys(SCHOOL, "user")


async def test_a_role_that_changes_alone_is_noticed(north: North, drop: Path) -> None:
    users = "sourcedId,username,givenName,familyName\nu-1,zoe,Zoë,Nuñez\n"
    roles = "sourcedId,status,userSourcedId,roleType,role,orgSourcedId\nr-1,,u-1,primary,student,school-0001\n"
    files = {name: content.replace("o-1", SCHOOL) for name, content in FILES.items()} | {"users": users}
    zip_package(drop / "2026-11-01.zip", files | {"roles": roles}, version="1.2")
    await declare_folder(north, drop)
    await north.fetched(SCHOOL)
    delta_package(drop / "2026-11-02.zip", {"roles": roles.replace("student", "teacher")}, version="1.2")
    assert (await north.fetched(SCHOOL)).changes["user"]["changed"] == 1
    assert (await north.view("user", SCHOOL, "u-1"))["role"] == "teacher"


async def test_packages_that_did_not_change_are_not_read_anew(north: North, drop: Path, tmp_path: Path) -> None:
    district = generate(seed=23, schools=1, students_per_school=40)
    first, second = (bulk(tmp_path / f"{n}.zip", d) for n, d in enumerate((district, next_year(district))))
    bulk(drop / "2026-11-01.zip", district)
    delta_package(drop / "2026-11-02.zip", difference(first, second), version="1.2")
    await declare_folder(north, drop)
    counts = (await north.fetched(SCHOOL)).counts
    again = await north.fetched(SCHOOL)
    assert nothing_changed(again)
    assert (again.counts, again.snapshot) == (counts, 2)


async def test_a_file_that_is_absent_everywhere_closes_nothing(north: North, drop: Path) -> None:
    district = generate(seed=24, schools=1, students_per_school=10)
    bulk(drop / "2026-11-01.zip", district)
    await declare_folder(north, drop)
    await north.fetched(SCHOOL)
    terms = await north.keys(SCHOOL, "term")
    files = {name: content.replace("o-1", SCHOOL) for name, content in FILES.items()}
    (drop / "2026-11-01.zip").unlink()
    zip_package(drop / "2026-11-02.zip", files, modes={"academicSessions": "absent", "courses": "absent"})
    fetched = await north.fetched(SCHOOL)
    assert terms
    assert await north.keys(SCHOOL, "term") == terms
    assert "academicSessions" not in await north.ledger(fetched.run_id)


async def test_a_delta_without_its_bulk_is_told_and_leaves_everything_as_it_was(north: North, drop: Path) -> None:
    district = generate(seed=25, schools=1, students_per_school=10)
    bulk(drop / "2026-11-01.zip", district)
    await declare_folder(north, drop)
    await north.fetched(SCHOOL)
    before = await records(north)
    (drop / "2026-11-01.zip").unlink()
    delta_package(drop / "2026-11-02.zip", FILES)
    failed = await failure(north)
    assert failed.code == "CSV_DELTA_WITHOUT_BASE"
    assert "In the package 2026-11-02.zip the file orgs.csv is a delta" in failed.detail
    assert await records(north) == before


async def test_a_package_that_is_still_being_written_is_not_taken_yet(north: North, drop: Path) -> None:
    district = generate(seed=26, schools=1, students_per_school=10)
    bulk(drop / "2026-11-01.zip", district)
    zip_package(drop / "2026-11-02.zip", FILES, minutes_ago=0)
    (drop / "2026-11-03.zip").write_bytes((drop / "2026-11-01.zip").read_bytes()[:-500])
    dated(drop / "2026-11-03.zip", 1)
    await declare_folder(north, drop)
    assert (await north.fetched(SCHOOL)).counts["student"] >= 10


async def test_a_package_in_the_middle_that_is_being_written_is_waited_for(north: North, drop: Path) -> None:
    bulk(drop / "2026-11-01.zip", generate(seed=26, schools=1, students_per_school=10))
    zip_package(drop / "2026-11-02.zip", {"orgs": FILES["orgs"]}, minutes_ago=0)
    delta_package(drop / "2026-11-03.zip", {"users": FILES["users"]})
    await declare_folder(north, drop)
    failed = await failure(north)
    assert failed.code == "SOURCE_INCOMPLETE"
    assert "2026-11-02.zip is still being written" in failed.detail


async def test_a_broken_newest_package_is_told_and_no_older_one_taken_in_its_place(north: North, drop: Path) -> None:
    bulk(drop / "2026-11-01.zip", generate(seed=27, schools=1, students_per_school=10))
    (drop / "2026-11-02.zip").write_bytes(b"half an upload")
    dated(drop / "2026-11-02.zip", 60)
    await declare_folder(north, drop)
    failed = await failure(north)
    assert failed.code == "CSV_MANIFEST_INVALID"
    assert "2026-11-02.zip is no zip file, or was not written to its end" in failed.detail


@pytest.mark.parametrize(
    ("exists", "says"), [(True, "has no package (*.zip) that is complete"), (False, "cannot be read (No such file")]
)
async def test_a_folder_without_packages_is_named(north: North, tmp_path: Path, exists: bool, says: str) -> None:
    folder = tmp_path / "empty"
    if exists:
        folder.mkdir()
    await declare_folder(north, folder)
    failed = await failure(north)
    assert failed.code == "SOURCE_UNREACHABLE"
    assert f"The folder {folder} {says}" in failed.detail


async def test_a_package_that_is_replaced_while_it_is_read_is_told(drop: Path) -> None:
    zip_package(drop / "2026-11-01.zip", FILES)
    async with open_source(Opening({"folder": str(drop)}, {}, Patience())) as source:
        zip_package(drop / "2026-11-01.zip", FILES, minutes_ago=30)
        with pytest.raises(SourceTrouble) as trouble:
            await source.schools()
    assert trouble.value.code == "SOURCE_INCOMPLETE"
    assert "2026-11-01.zip was replaced or taken away" in str(trouble.value)


async def test_a_broken_package_further_back_does_not_matter_where_only_optional_files_are_sought(
    north: North, drop: Path
) -> None:
    files = {name: content.replace("o-1", SCHOOL) for name, content in FILES.items()}
    (drop / "2026-11-01.zip").write_bytes(b"no zip file")
    dated(drop / "2026-11-01.zip", 60 * 24)
    zip_package(drop / "2026-11-02.zip", files)
    await declare_folder(north, drop)
    assert (await north.fetched(SCHOOL)).counts["user"] == 1


async def test_a_broken_package_further_back_fails_the_run_where_a_delta_needs_it(north: North, drop: Path) -> None:
    (drop / "2026-11-01.zip").write_bytes(b"no zip file")
    dated(drop / "2026-11-01.zip", 60 * 24)
    courses = {"courses": "sourcedId,status,title\nc-1,active,Maths\n"}
    zip_package(drop / "2026-11-02.zip", FILES | courses, modes={"courses": "delta"})
    await declare_folder(north, drop)
    assert "2026-11-01.zip" in (await failure(north)).detail


async def test_a_bulk_of_blank_lines_with_a_delta_after_it_is_read_night_after_night(north: North, drop: Path) -> None:
    header = FILES["enrollments"].splitlines()[0]
    zip_package(drop / "a.zip", FILES | {"enrollments": f"{header}\n\n"}, minutes_ago=90)
    delta_package(drop / "b.zip", {"enrollments": f"{header}\ne-1,active,2026-11-02,k-1,o-1,u-1,student\n"})
    await north.declare("oneroster-csv", {"folder": str(drop)}, {}, ["o-1"])
    for _ in range(3):
        assert (await north.fetched("o-1")).complete
        assert await north.keys("o-1", "enrolment") == {"e-1"}
