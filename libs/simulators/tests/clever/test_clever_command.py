"""The command serves a district, and goes on where it was."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from simulators.clever import CleverSimulator
from simulators.clever.keep import load
from simulators.generate import District, write_csv_package
from simulators.oneroster.origin import Origin


@asynccontextmanager
async def _running(*arguments: str) -> AsyncIterator[tuple[str, str]]:
    """Run the command on a free port, and give address and token; it must end by itself when told to."""
    command = (sys.executable, "-m", "simulators.clever", "--port", "0", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode().split()
    try:
        yield line[2].removesuffix("/v3.1,"), line[-1]
    finally:
        process.terminate()
        assert await process.wait() == 0


async def _get(address: str, token: str, path: str) -> list[dict[str, Any]]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http,
        http.get(f"{address}/v3.1/{path}") as response,
    ):
        return [row["data"] for row in (await response.json())["data"]]


async def test_the_command_serves_a_package_as_its_flags_say(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip")
    flags = ("--zip", str(tmp_path / "district.zip"), "--state", str(tmp_path / "state"))
    settings = ("--behaviour", '{"default_limit": 2}', "--mishaps", '{"too_many": 1, "only": ["users"]}')
    renamed = [{"change": "change", "collection": "schools", "record_id": "school-0001", "name": "Oak"}]

    async with _running(*flags, *settings) as (address, token), aiohttp.ClientSession() as http:
        async with http.post(f"{address}/_simulator/changes", json=renamed) as response:
            assert response.status == 200
        async with http.get(f"{address}/_simulator/mishaps") as response:
            assert (await response.json())["too_many"] == 1
        schools = await _get(address, token, "schools")
    async with _running(*flags) as (address, token):
        events = await _get(address, token, "events")

    assert [school["name"] for school in schools] == ["Oak", "Calder High"]
    assert [event["type"] for event in events] == [*["schools.created"] * 3, "schools.updated"]


async def test_everything_outlasts_a_restart_but_not_another_origin(tmp_path: Path) -> None:
    state, origin = tmp_path / "kept" / "state", Origin(school_year=2027, seed=1, schools=2, students=30)
    async with CleverSimulator(origin.district(), state=state, origin=origin.name()) as clever:
        clever.changes.unshare("schools", "school-0001")
        clever.changes.rename_person("student-0000001", given_name="Renamed")
        clever.tokens.rotate()
    kept = load(state, origin.name())
    assert kept is not None

    again = CleverSimulator(kept, state=state, origin=origin.name())

    assert again.token == clever.token
    assert again.publisher.feed.all() == clever.publisher.feed.all()
    assert again.publisher.store["users"].ids() == clever.publisher.store["users"].ids()
    again.changes.share("schools", "school-0001")
    renamed = again.publisher.store["users"].get("student-0000001")
    assert renamed is not None and renamed["name"]["first"] == "Renamed"
    assert load(state, Origin(school_year=2027).name()) is None


async def test_what_was_not_changed_is_not_kept(tmp_path: Path, district: District) -> None:
    async with CleverSimulator(district, state=tmp_path / "state", origin="any"):
        pass

    assert not (tmp_path / "state").exists()


async def test_the_command_says_why_it_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("no zip")
    command = (sys.executable, "-m", "simulators.clever", "--port", "0", "--zip", str(tmp_path / "notes.zip"))
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, complaint = await process.communicate()

    assert process.returncode == 1
    assert "not a zip file" in complaint.decode()
