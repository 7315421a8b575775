"""The command serves a district, and goes on where it was."""

from pathlib import Path
from typing import Any

import aiohttp

from simulators.generate import District, write_csv_package
from simulators.shared.keep import load
from simulators.shared.origin import Origin
from simulators.wonde import WondeSimulator
from simulators.wonde.keep import KeptRoster

from ..support.asking import control, post
from ..support.commands import running


def _address(line: str) -> str:
    return line.partition("Wonde at ")[2].removesuffix("/v1.0")


async def _get(url: str) -> tuple[int, Any]:
    headers = {"Authorization": "Bearer opensesame"}
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        return response.status, await response.json()


async def test_the_command_serves_a_package_and_keeps_its_changes(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip")
    flags = ("--zip", str(tmp_path / "district.zip"), "--state", str(tmp_path / "state"), "--token", "opensesame")
    settings = ("--behaviour", '{"mis": ["Arbor"]}', "--mishaps", '{"too_many": 1}')

    async with running("wonde", *flags, *settings) as line:
        address = _address(line)
        assert (await _get(f"{address}/v1.0/schools"))[0] == 429
        school = (await control(address, "GET", "schools"))[1]["school-0001"]
        moved = [{"change": "set_access", "school_id": school, "access": "declined"}]
        assert (await post(address, "changes", moved))[0] == 200
    async with running("wonde", *flags) as line:
        declined = (await _get(f"{_address(line)}/v1.0/schools/declined"))[1]["data"]

    assert [(one["id"], one["mis"], one["name"]) for one in declined] == [(school, "Arbor", district.schools[0].name)]


async def test_a_kept_state_goes_on_with_the_same_ids_but_not_for_another_origin(tmp_path: Path) -> None:
    state, origin = tmp_path / "kept" / "state", Origin(school_year=2027, seed=1, schools=1, students=30)
    async with WondeSimulator(origin.district(), state=state, origin=origin.name()) as first:
        school = first.school_id("school-0001")
        student = first.changes.add_student(school, "Robin", "Newcomer")
        first.changes.remove(next(iter(first.ids("school-0001", "students").values())))

    kept = load(state, origin.name(), KeptRoster)
    assert kept is not None and kept.roster == first.roster
    assert WondeSimulator(kept.roster).changes.add_student(school, "Kim", "Newcomer") != student
    assert load(state, Origin(school_year=2027, seed=2).name(), KeptRoster) is None
