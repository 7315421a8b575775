"""The command serves a district, and goes on where it was."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from simulators.generate import District, write_csv_package


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


async def test_the_command_serves_a_package_in_either_version(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip")

    async with _running("--zip", str(tmp_path / "district.zip"), "--version", "1.1") as address:
        schools = (await _get(address, "v1p1/schools"))["orgs"]

    assert [school["name"] for school in schools] == [school.name for school in district.schools]


async def test_changes_outlast_a_restart_but_not_another_origin(tmp_path: Path) -> None:
    arguments = ("--schools", "1", "--students", "30", "--state", str(tmp_path / "kept" / "state"))
    renamed = [{"change": "rename_person", "user_id": "student-0000001", "given_name": "Renamed"}]
    path = "rostering/v1p2/users/student-0000001"

    async with _running("--seed", "1", *arguments) as address, aiohttp.ClientSession() as http:
        async with http.post(f"{address}/_simulator/changes", json=renamed) as response:
            assert response.status == 200
    async with _running("--seed", "1", *arguments) as address:
        assert (await _get(address, path))["user"]["givenName"] == "Renamed"
    async with _running("--seed", "2", *arguments) as address:
        assert (await _get(address, path))["user"]["givenName"] != "Renamed"


async def test_mishaps_and_behaviour_can_be_set_from_the_start() -> None:
    settings = ("--seed", "1", "--students", "20", "--behaviour", '{"max_limit": 3}', "--mishaps", '{"html": 1}')

    async with _running(*settings) as address, aiohttp.ClientSession() as http:
        async with http.get(f"{address}/_simulator/mishaps") as response:
            assert (await response.json())["html"] == 1
        async with http.delete(f"{address}/_simulator/mishaps") as response:
            assert response.status == 200
        assert len((await _get(address, "rostering/v1p2/users?limit=100"))["users"]) == 3
