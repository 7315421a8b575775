"""The command serves a district, and goes on where it was."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from simulators.generate import District, write_csv_package
from simulators.oneroster.origin import Origin
from simulators.wonde import WondeSimulator
from simulators.wonde.keep import load


@asynccontextmanager
async def _running(*arguments: str) -> AsyncIterator[str]:
    """Run the command on a free port, and give its address; it must end by itself when told to."""
    command = (sys.executable, "-m", "simulators.wonde", "--port", "0", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    try:
        yield line.partition("Wonde at ")[2].strip().removesuffix("/v1.0")
    finally:
        process.terminate()
        assert await process.wait() == 0


async def test_the_command_serves_a_package_and_keeps_its_changes(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip")
    flags = ("--zip", str(tmp_path / "district.zip"), "--state", str(tmp_path / "state"), "--token", "opensesame")
    settings = ("--behaviour", '{"mis": ["Arbor"]}', "--mishaps", '{"too_many": 1}')
    headers = {"Authorization": "Bearer opensesame"}

    async with _running(*flags, *settings) as address, aiohttp.ClientSession() as http:
        async with http.get(f"{address}/v1.0/schools", headers=headers) as response:
            assert response.status == 429
        async with http.get(f"{address}/_simulator/schools") as response:
            school = (await response.json())["school-0001"]
        moved = [{"change": "set_access", "school_id": school, "access": "declined"}]
        async with http.post(f"{address}/_simulator/changes", json=moved) as response:
            assert response.status == 200
    async with (
        _running(*flags) as address,
        aiohttp.ClientSession() as http,
        http.get(f"{address}/v1.0/schools/declined", headers=headers) as response,
    ):
        declined = (await response.json())["data"]

    assert [(one["id"], one["mis"], one["name"]) for one in declined] == [(school, "Arbor", district.schools[0].name)]


async def test_a_kept_state_goes_on_with_the_same_ids_but_not_for_another_origin(tmp_path: Path) -> None:
    state, origin = tmp_path / "kept" / "state", Origin(school_year=2027, seed=1, schools=1, students=30)
    async with WondeSimulator(origin.district(), state=state, origin=origin.name()) as first:
        school = first.school_id("school-0001")
        student = first.changes.add_student(school, "Robin", "Newcomer")
        first.changes.remove(next(iter(first.ids("school-0001", "students").values())))

    kept = load(state, origin.name())
    assert kept == first.roster
    assert kept is not None
    assert WondeSimulator(kept).changes.add_student(school, "Kim", "Newcomer") != student
    assert load(state, Origin(school_year=2027, seed=2).name()) is None


async def test_a_roster_that_was_not_changed_is_not_kept(tmp_path: Path, district: District) -> None:
    async with WondeSimulator(district, state=tmp_path / "state", origin="any"):
        pass

    assert load(tmp_path / "state", "any") is None


async def test_the_command_says_why_it_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("no zip")
    command = (sys.executable, "-m", "simulators.wonde", "--port", "0", "--zip", str(tmp_path / "notes.zip"))
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, complaint = await process.communicate()

    assert process.returncode == 1
    assert "not a zip file" in complaint.decode()
