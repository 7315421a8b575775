"""The command serves a district, and goes on where it was."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from simulators.generate import District, write_csv_package
from simulators.oneroster import OneRosterSimulator
from simulators.oneroster.keep import load
from simulators.oneroster.origin import Origin


@asynccontextmanager
async def _running(*arguments: str) -> AsyncIterator[str]:
    """Run the command on a free port, and give its address; it must end by itself when told to."""
    command = (sys.executable, "-m", "simulators.oneroster", "--port", "0", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    try:
        yield line.partition("tokens at ")[2].strip().removesuffix("/oauth/token")
    finally:
        process.terminate()
        assert await process.wait() == 0


async def _get(address: str, path: str) -> dict[str, Any]:
    form = {"grant_type": "client_credentials", "client_id": "rosterbus", "client_secret": "only-simulated"}
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{address}/oauth/token", data=form) as response:
            token = (await response.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with http.get(f"{address}/ims/oneroster/{path}", headers=headers) as response:
            return dict(await response.json())


async def test_the_command_serves_a_package_as_its_flags_say(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip")
    flags = ("--zip", str(tmp_path / "district.zip"), "--version", "1.1", "--state", str(tmp_path / "state"))
    settings = ("--behaviour", '{"max_limit": 2}', "--mishaps", '{"too_many": 1, "only": ["users"]}')
    renamed = [{"change": "change", "collection": "orgs", "record_id": district.schools[0].id, "name": "Oak"}]

    async with _running(*flags, *settings) as address, aiohttp.ClientSession() as http:
        async with http.post(f"{address}/_simulator/changes", json=renamed) as response:
            assert response.status == 200
        async with http.get(f"{address}/_simulator/mishaps") as response:
            assert (await response.json())["too_many"] == 1
        schools = (await _get(address, "v1p1/schools?limit=100"))["orgs"]

    assert [school["name"] for school in schools] == ["Oak", district.schools[1].name]
    assert (tmp_path / "state").exists()


async def test_changes_outlast_a_restart_but_not_another_origin(tmp_path: Path) -> None:
    state, origin = tmp_path / "kept" / "state", Origin(school_year=2027, seed=1, schools=1, students=30)
    async with OneRosterSimulator(origin.district(), state=state, origin=origin.name()) as sis:
        sis.changes.rename_person("student-0000001", given_name="Renamed")
        renamed = sis.roster.district()

    assert load(state, origin.name()) == renamed
    for other in (Origin(school_year=2027, seed=2, schools=1, students=30), Origin(school_year=2027)):
        assert load(state, other.name()) is None


async def test_a_roster_that_was_not_changed_is_not_kept(tmp_path: Path, district: District) -> None:
    async with OneRosterSimulator(district, state=tmp_path / "state", origin="any"):
        pass

    assert load(tmp_path / "state", "any") is None


def test_a_package_is_known_by_its_content_not_its_name(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "one.zip")
    write_csv_package(district, tmp_path / "two.zip")
    write_csv_package(district, tmp_path / "three.zip", "1.2")

    one, two, three = (Origin(school_year=2027, package=tmp_path / f"{n}.zip") for n in ("one", "two", "three"))

    assert one.name() == two.name() != three.name()
    assert Origin(school_year=2027).district().name == "Rowan Valley Schools"


async def test_the_command_says_why_it_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("no zip")
    command = (sys.executable, "-m", "simulators.oneroster", "--port", "0", "--zip", str(tmp_path / "notes.zip"))
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, complaint = await process.communicate()

    assert process.returncode == 1
    assert "not a zip file" in complaint.decode()
