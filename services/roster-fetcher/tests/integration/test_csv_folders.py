"""Packages that are put into a folder, here or on an SFTP server: what is read, what it costs, what is told."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import randbytes
from typing import Any

import msgspec
import pytest

from common.events import SchoolsListed, SyncFailed
from roster_fetcher.patience import Patience
from roster_fetcher.sources.oneroster_csv import open_source
from roster_fetcher.sources.oneroster_csv.watching import newest
from roster_fetcher.sources.protocol import ListedSchool, Opening, SourceTrouble
from simulators.generate import District, generate, write_csv_package

from ..support.csv_packages import FILES, dated, delta_package, difference, zip_package
from ..support.north import HURRIED, North, nothing_changed, school_id, the_only
from ..support.sftp import PASSWORD, SftpServer, sftp_server

SCHOOL = "school-0001"


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A drop folder."""
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


@pytest.fixture(autouse=True)
def _nothing_is_left_in_the_cache() -> Iterator[None]:
    before = {*_cached()}
    yield
    for file in {*_cached()} - before:
        file.unlink(missing_ok=True)


@pytest.fixture
async def server(drop: Path) -> AsyncIterator[SftpServer]:
    """An SFTP server that gives out the drop folder."""
    async with sftp_server(drop) as running:
        yield running


def _cached() -> Iterator[Path]:
    return Path(tempfile.gettempdir()).glob("rosterbus-roster-fetcher-*/*")


def bulk(file: Path, district: District, version: str = "1.2", minutes_ago: float = 60) -> Path:
    """A complete package of a district."""
    write_csv_package(district, file, version, blank_status=True)
    return dated(file, minutes_ago)


def large(file: Path) -> Path:
    """A package with half a megabyte that nobody reads."""
    return zip_package(file, FILES | {"demographics": randbytes(500_000)}, modes={"demographics": "absent"})


def next_year(district: District) -> District:
    """The same district, with people and classes that came, went and changed, and roles too."""
    users, enrolments = [*district.users], [*district.enrolments]
    users[3] = msgspec.structs.replace(users[3], family_name="Newname")
    leaver = next(user.id for user in users if any(role.role == "student" for role in user.roles))
    newcomer = msgspec.structs.replace(users[5], id="user-new", username="user-new", email="new@school.example")
    moved = msgspec.structs.replace(enrolments[0], id="enrolment-new", user_id="user-new")
    return msgspec.structs.replace(
        district,
        users=[user for user in users if user.id != leaver] + [newcomer],
        enrolments=[row for row in enrolments if row.user_id != leaver] + [moved],
        classes=[*district.classes[1:], msgspec.structs.replace(district.classes[0], title="Another title")],
    )


async def records(north: North) -> set[tuple[str, str, bytes]]:
    """Every current record of the school, whole."""
    rows = await north.fetcher.fetch(
        "SELECT entity, source_key, hash FROM record WHERE school_id = $1 AND last_snapshot IS NULL", school_id(SCHOOL)
    )
    return {(row["entity"], row["source_key"], bytes(row["hash"])) for row in rows}


async def declare_folder(north: North, folder: Path) -> None:
    await north.declare("oneroster-csv", {"folder": str(folder)}, {}, [SCHOOL])


async def declare_sftp(north: North, server: SftpServer, *schools: str, **secrets: str) -> None:
    secrets = secrets or {"password": PASSWORD}
    await north.declare("oneroster-csv", {"sftp": server.settings}, secrets, schools or [SCHOOL])


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


async def test_a_district_on_an_sftp_server_is_read_and_what_comes_over_the_wire_is_counted(
    north: North, server: SftpServer
) -> None:
    package = bulk(server.folder / "2026-11-01.zip", generate(seed=28, schools=1, students_per_school=40))
    await declare_sftp(north, server)
    lines = await north.ledger((await north.fetched(SCHOOL)).run_id)
    assert lines["orgs"]["bytes_down"] == server.bytes_read >= package.stat().st_size
    assert sum(line["bytes_down"] for line in lines.values()) == lines["orgs"]["bytes_down"]


async def test_a_private_key_opens_the_server_too(north: North, server: SftpServer) -> None:
    bulk(server.folder / "2026-11-01.zip", generate(seed=28, schools=1, students_per_school=10))
    await declare_sftp(north, server, private_key=server.private_key)
    assert (await north.fetched(SCHOOL)).complete


async def test_a_second_school_and_a_second_run_download_nothing_again(north: North, server: SftpServer) -> None:
    bulk(server.folder / "2026-11-01.zip", generate(seed=29, schools=2, students_per_school=20))
    await declare_sftp(north, server, SCHOOL, "school-0002")
    await north.fetched(SCHOOL)
    read = server.bytes_read
    for school in ("school-0002", SCHOOL):
        lines = await north.ledger((await north.fetched(school)).run_id)
        assert sum(line["bytes_down"] for line in lines.values()) == 0
    assert server.bytes_read == read


async def test_only_the_packages_that_count_are_downloaded(north: North, server: SftpServer, tmp_path: Path) -> None:
    district = generate(seed=30, schools=1, students_per_school=100)
    first, second = (bulk(tmp_path / f"{n}.zip", d) for n, d in enumerate((district, next_year(district))))
    for day in (1, 2):
        bulk(server.folder / f"2026-11-0{day}.zip", district)
    delta_package(server.folder / "2026-11-03.zip", difference(first, second), version="1.2")
    await declare_sftp(north, server)
    await north.fetched(SCHOOL)
    assert {*server.opened} == {"2026-11-02.zip", "2026-11-03.zip"}
    assert "user-new" in await north.keys(SCHOOL, "user")


async def test_a_package_that_was_replaced_is_downloaded_again(north: North, server: SftpServer) -> None:
    district = generate(seed=31, schools=1, students_per_school=10)
    bulk(server.folder / "roster.zip", district)
    await declare_sftp(north, server)
    await north.fetched(SCHOOL)
    bulk(server.folder / "roster.zip", next_year(district), minutes_ago=30)
    assert (await north.fetched(SCHOOL)).changes["user"]["added"] == 1


async def test_a_connection_that_breaks_is_made_again(north: North, server: SftpServer) -> None:
    bulk(server.folder / "2026-11-01.zip", generate(seed=32, schools=1, students_per_school=10))
    server.breaks = 1
    await declare_sftp(north, server)
    assert (await north.fetched(SCHOOL)).complete
    assert server.breaks == 0


async def test_the_schools_on_an_sftp_server_are_listed(north: North, server: SftpServer) -> None:
    bulk(server.folder / "2026-11-01.zip", generate(seed=33, schools=3, students_per_school=5))
    await declare_sftp(north, server)
    assert the_only(await north.list_schools(), SchoolsListed).schools == 3


async def test_a_package_that_is_not_whole_is_told_without_downloading_it(north: North, server: SftpServer) -> None:
    package = large(server.folder / "2026-11-01.zip")
    package.write_bytes(package.read_bytes()[:-100_000])
    dated(package, 60)
    await declare_sftp(north, server)
    failed = await failure(north)
    assert (failed.code, "2026-11-01.zip" in failed.detail) == ("CSV_MANIFEST_INVALID", True)
    assert server.bytes_read < package.stat().st_size // 4


async def test_two_who_need_a_package_at_once_download_it_once(server: SftpServer) -> None:
    package = large(server.folder / "2026-11-01.zip")

    async def schools() -> list[ListedSchool]:
        async with open_source(Opening({"sftp": server.settings}, {"password": PASSWORD}, Patience())) as source:
            return await source.schools()

    first, second = await asyncio.gather(schools(), schools())
    assert [school.source_school_id for school in first] == ["o-1"]
    assert second == first
    assert server.bytes_read < 1.5 * package.stat().st_size


async def test_a_package_that_is_replaced_while_it_is_read_is_told(drop: Path) -> None:
    zip_package(drop / "2026-11-01.zip", FILES)
    async with open_source(Opening({"folder": str(drop)}, {}, Patience())) as source:
        zip_package(drop / "2026-11-01.zip", FILES, minutes_ago=30)
        with pytest.raises(SourceTrouble) as trouble:
            await source.schools()
    assert trouble.value.code == "SOURCE_INCOMPLETE"
    assert "2026-11-01.zip was replaced or taken away" in str(trouble.value)


async def test_a_server_that_says_nothing_is_not_waited_for_in_vain(north: North, server: SftpServer) -> None:
    ended = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
        settings = server.settings | {"port": silent.sockets[0].getsockname()[1]}
        await north.declare("oneroster-csv", {"sftp": settings}, {"password": PASSWORD}, [SCHOOL])
        failed = await failure(north)
        ended.set()
    assert failed.code == "SOURCE_UNREACHABLE"
    assert "did not answer in time" in failed.detail


@pytest.mark.parametrize(
    ("wrong", "secrets", "code", "says"),
    [
        ({}, {"password": "wrong"}, "AUTH_INVALID", "refuses the user north"),
        ({"username": "south"}, {}, "AUTH_INVALID", "refuses the user south"),
        ({"folder": "/no/such/folder"}, {}, "SOURCE_UNREACHABLE", "has no folder /no/such/folder"),
        ({"host": "nowhere.invalid"}, {}, "SOURCE_UNREACHABLE", "The SFTP server nowhere.invalid"),
    ],
)
async def test_what_the_server_does_not_accept_is_told(
    north: North, server: SftpServer, wrong: dict[str, str], secrets: dict[str, str], code: str, says: str
) -> None:
    settings = {"sftp": server.settings | wrong}
    await north.declare("oneroster-csv", settings, {"password": PASSWORD} | secrets, [SCHOOL])
    failed = await failure(north)
    assert failed.code == code
    assert says in failed.detail


async def test_a_server_with_another_key_gets_no_password(north: North, server: SftpServer, tmp_path: Path) -> None:
    async with sftp_server(tmp_path) as other:
        settings = {"sftp": server.settings | {"port": other.port}}
        await north.declare("oneroster-csv", settings, {"password": PASSWORD}, [SCHOOL])
        failed = await failure(north)
    assert failed.code == "SETTINGS_INVALID"
    assert "shows another key than host_key" in failed.detail


@pytest.mark.parametrize("by_sftp", [False, True])
async def test_a_watch_notices_a_new_package_once_it_is_complete(server: SftpServer, by_sftp: bool) -> None:
    settings: dict[str, Any] = {"sftp": server.settings} if by_sftp else {"folder": str(server.folder)}
    opening = Opening(settings, {"password": PASSWORD} if by_sftp else {}, HURRIED)
    assert await newest(opening) is None
    zip_package(server.folder / "2026-11-01.zip", FILES)
    first = await newest(opening)
    assert first is not None
    assert first.startswith("2026-11-01.zip ")
    delta_package(server.folder / "2026-11-02.zip", {"users": FILES["users"]}, minutes_ago=0)
    assert await newest(opening) == first
    dated(server.folder / "2026-11-02.zip", 1)
    assert await newest(opening) not in (None, first)


async def test_a_watch_of_one_package_sees_nothing(tmp_path: Path) -> None:
    package = zip_package(tmp_path / "p.zip", FILES)
    assert await newest(Opening({"path": str(package)}, {}, Patience())) is None


async def test_a_watch_tells_why_it_cannot_look(tmp_path: Path) -> None:
    with pytest.raises(SourceTrouble) as trouble:
        await newest(Opening({"folder": str(tmp_path / "gone")}, {}, Patience()))
    assert trouble.value.code == "SOURCE_UNREACHABLE"
