"""Packages on an SFTP server: what comes over the wire, what is kept, what is told; and watching for new ones."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from common.events import SchoolsListed, SyncFailed
from common.reach import sockets_outside
from roster_fetcher.patience import Patience
from roster_fetcher.sources.oneroster_csv import open_source
from roster_fetcher.sources.oneroster_csv.watching import newest
from roster_fetcher.sources.protocol import ListedSchool, Opening, SourceTrouble
from simulators.generate import generate

from ..support.csv_packages import FILES, SCHOOL, bulk, dated, delta_package, difference, large, next_year, zip_package
from ..support.north import HURRIED, North, the_only
from ..support.sftp import PASSWORD, SftpServer, sftp_server


@pytest.fixture(autouse=True)
def _nothing_is_left_in_the_cache() -> Iterator[None]:
    before = {*_cached()}
    yield
    for file in {*_cached()} - before:
        file.unlink(missing_ok=True)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SftpServer]:
    """An SFTP server that gives out a folder."""
    folder = tmp_path / "outgoing"
    folder.mkdir()
    async with sftp_server(folder) as running:
        yield running


def _cached() -> Iterator[Path]:
    return Path(tempfile.gettempdir()).glob("rosterbus-roster-fetcher-*/*")


async def declare_sftp(north: North, server: SftpServer, *schools: str, **secrets: str) -> None:
    secrets = secrets or {"password": PASSWORD}
    await north.declare("oneroster-csv", {"sftp": server.settings}, secrets, schools or [SCHOOL])


async def failure(north: North) -> SyncFailed:
    return the_only(await north.fetch(SCHOOL), SyncFailed)


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


async def test_a_server_is_opened_unless_it_is_in_a_refused_network(server: SftpServer) -> None:
    large(server.folder / "2026-11-01.zip")
    opening = Opening({"sftp": server.settings}, {"password": PASSWORD}, HURRIED)
    elsewhere, here = (sockets_outside([ip_network(one)]) for one in ("10.0.0.0/8", "127.0.0.0/8"))
    async with open_source(opening._replace(sockets=elsewhere)) as source:
        assert len(await source.schools()) == 1
    with pytest.raises(SourceTrouble, match="cannot be connected to"):
        async with open_source(opening._replace(sockets=here)) as source:
            await source.schools()


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
