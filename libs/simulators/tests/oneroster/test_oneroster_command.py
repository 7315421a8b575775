"""The command serves a district, and goes on where it was."""

from pathlib import Path
from typing import Any

import aiohttp

from simulators.generate import District, write_csv_package
from simulators.oneroster import OneRosterSimulator
from simulators.oneroster.keep import KeptDistrict
from simulators.shared.keep import load
from simulators.shared.origin import Origin

from ..support.asking import control, post
from ..support.commands import running


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

    async with running("oneroster", *flags, *settings) as line:
        address = line.partition("tokens at ")[2].removesuffix("/oauth/token")
        assert (await post(address, "changes", renamed))[0] == 200
        assert (await control(address, "GET", "mishaps"))[1]["too_many"] == 1
        schools = (await _get(address, "v1p1/schools?limit=100"))["orgs"]

    assert [school["name"] for school in schools] == ["Oak", district.schools[1].name]
    assert (tmp_path / "state").exists()


async def test_changes_outlast_a_restart_but_not_another_origin(tmp_path: Path) -> None:
    state, origin = tmp_path / "kept" / "state", Origin(school_year=2027, seed=1, schools=1, students=30)
    async with OneRosterSimulator(origin.district(), state=state, origin=origin.name()) as sis:
        sis.changes.rename_person("student-0000001", given_name="Renamed")
        renamed = sis.roster.district()

    kept = load(state, origin.name(), KeptDistrict)
    assert kept is not None and kept.district == renamed
    for other in (Origin(school_year=2027, seed=2, schools=1, students=30), Origin(school_year=2027)):
        assert load(state, other.name(), KeptDistrict) is None


def test_a_package_is_known_by_its_content_not_its_name(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "one.zip")
    write_csv_package(district, tmp_path / "two.zip")
    write_csv_package(district, tmp_path / "three.zip", "1.2")

    one, two, three = (Origin(school_year=2027, package=tmp_path / f"{n}.zip") for n in ("one", "two", "three"))

    assert one.name() == two.name() != three.name()
    assert Origin(school_year=2027).district().name == "Rowan Valley Schools"
