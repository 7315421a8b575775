"""The command serves a district, and goes on where it was."""

from pathlib import Path
from typing import Any

import aiohttp

from simulators.clever import CleverSimulator
from simulators.clever.keep import KeptDistrict
from simulators.generate import District, write_csv_package
from simulators.shared.keep import load
from simulators.shared.origin import Origin

from ..support.asking import control, post
from ..support.commands import running


def _address(line: str) -> str:
    return line.split()[2].removesuffix("/v3.1,")


async def _get(line: str, path: str) -> list[dict[str, Any]]:
    """Read a list with the token that the command says beside its address."""
    headers = {"Authorization": f"Bearer {line.rsplit(maxsplit=1)[-1]}"}
    url = f"{_address(line)}/v3.1/{path}"
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        return [row["data"] for row in (await response.json())["data"]]


async def test_the_command_serves_a_package_as_its_flags_say(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip")
    flags = ("--zip", str(tmp_path / "district.zip"), "--state", str(tmp_path / "state"))
    settings = ("--behaviour", '{"default_limit": 2}', "--mishaps", '{"too_many": 1, "only": ["users"]}')
    renamed = [{"change": "change", "collection": "schools", "record_id": "school-0001", "name": "Oak"}]

    async with running("clever", *flags, *settings) as line:
        assert (await post(_address(line), "changes", renamed))[0] == 200
        assert (await control(_address(line), "GET", "mishaps"))[1]["too_many"] == 1
        schools = await _get(line, "schools")
    async with running("clever", *flags) as line:
        events = await _get(line, "events")

    assert [school["name"] for school in schools] == ["Oak", "Calder High"]
    assert [event["type"] for event in events] == [*["schools.created"] * 3, "schools.updated"]


async def test_everything_outlasts_a_restart_but_not_another_origin(tmp_path: Path) -> None:
    state, origin = tmp_path / "kept" / "state", Origin(school_year=2027, seed=1, schools=2, students=30)
    async with CleverSimulator(origin.district(), state=state, origin=origin.name()) as clever:
        clever.changes.unshare("schools", "school-0001")
        clever.changes.rename_person("student-0000001", given_name="Renamed")
        clever.tokens.rotate()
    kept = load(state, origin.name(), KeptDistrict)
    assert kept is not None

    again = CleverSimulator(kept, state=state, origin=origin.name())

    assert again.token == clever.token
    assert again.publisher.feed.all() == clever.publisher.feed.all()
    assert again.publisher.store["users"].ids() == clever.publisher.store["users"].ids()
    again.changes.share("schools", "school-0001")
    renamed = again.publisher.store["users"].get("student-0000001")
    assert renamed is not None and renamed["name"]["first"] == "Renamed"
    assert load(state, Origin(school_year=2027).name(), KeptDistrict) is None
