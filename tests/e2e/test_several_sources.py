"""A district whose schools come from every kind of source there is, in one Moodle."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from rosterbus_local.demo_rosters import CLASSLINK, CLEVER, DROP_FOLDER, WONDE, district_of, package_of
from simulators.classlink import ClassLinkSimulator
from simulators.clever import CleverSimulator
from simulators.generate import generate
from simulators.oneroster import OneRosterSimulator
from simulators.wonde import WondeSimulator

from .support.system import System
from .test_one_roster import of_server

YEAR = 2027


@pytest.fixture
async def sources(tmp_path: Path) -> AsyncIterator[dict[str, dict[str, Any]]]:
    """One of each kind, with a school of 30 to 112 students."""
    package_of(DROP_FOLDER, tmp_path / "drop", YEAR)
    async with AsyncExitStack() as stack:
        oneroster = await stack.enter_async_context(OneRosterSimulator(generate(7, 1, 30, school_year=YEAR), "1.2"))
        clever = await stack.enter_async_context(CleverSimulator(district_of(CLEVER, YEAR)))
        classlink = await stack.enter_async_context(ClassLinkSimulator(district_of(CLASSLINK, YEAR)))
        wonde = await stack.enter_async_context(WondeSimulator(district_of(WONDE, YEAR)))
        yield {
            "sis": of_server(oneroster, "1.2"),
            "clever": {
                "kind": "clever",
                "district_id": clever.district_id,
                "base_url": clever.base_url,
                "token_base_url": clever.token_base_url,
                "token": clever.token,
            },
            "classlink": {
                "kind": "classlink",
                "mode": "proxy",
                "base_url": classlink.address,
                "application_id": classlink.oneroster_application_id,
                "token": classlink.token,
            },
            "wonde": {"kind": "wonde", "base_url": wonde.base_url, "token": wonde.token},
            "drop": {"kind": "oneroster-csv", "folder": str(tmp_path / "drop")},
        }


async def test_schools_of_every_kind_of_source_come_to_one_moodle(
    system: System, sources: dict[str, dict[str, Any]]
) -> None:
    district = await system.declare(None, sources=sources)
    assert {source["id"]: source["schools"] for source in district["sources"]} == dict.fromkeys(sources, 1)
    runs = await system.sync()
    assert [run["outcome"] for run in runs] == ["clean"] * 5
    schools = (await system.get("/api/v1/schools"))["schools"]
    assert {school["source_id"] for school in schools} == set(sources)
    held = system.moodle.summary()
    assert held["users"] == sum(run["actions"]["user"]["create"] for run in runs)
    assert held["categories"] == 5

    calls = system.moodle.calls.total()
    assert {run["outcome"] for run in await system.sync("partial")} == {"nothing_to_do"}
    assert system.moodle.calls.total() == calls


async def test_a_source_that_refuses_us_leaves_the_others_as_they_are(
    system: System, sources: dict[str, dict[str, Any]]
) -> None:
    refusing = {**sources["clever"], "token": "not-the-token"}
    district = await system.declare(None, sources={"sis": sources["sis"], "clever": refusing})
    told = {source["id"]: (source["schools"], source["listing_error_code"]) for source in district["sources"]}
    assert told == {"sis": (1, None), "clever": (0, "AUTH_INVALID")}
    assert [run["outcome"] for run in await system.sync()] == ["clean"]
