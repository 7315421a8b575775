"""A source tried out before anything is declared, and a package that starts its own sync."""

import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from common.sealing import SecretBox
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from roster_fetcher.handlers import Sources
from roster_fetcher.patience import Patience
from roster_fetcher.sources import SOURCES
from roster_fetcher.watch import Watch
from simulators.generate import generate, write_csv_package
from simulators.oneroster import OneRosterSimulator

from .support.system import SECRET_KEY, System
from .test_one_roster import of_server

LONG_AGO = 1_700_000_000


async def checked(system: System, source: dict[str, Any]) -> dict[str, Any]:
    """The report of a check of this source."""
    async with system.api.post("/api/v1/source-checks", json={"district": "north", "source": source}) as answer:
        assert answer.status == 202, await answer.text()
        address = answer.headers["Location"]

    async def done() -> bool:
        return bool((await system.get(address))["report"])

    await wait_for(done, what="the report of the check")
    report: dict[str, Any] = (await system.get(address))["report"]
    return report


def put(folder: Path, name: str, students: int, at: int) -> None:
    """A package that was written to its end at that time, in seconds since 1970."""
    write_csv_package(generate(seed=7, schools=2, students_per_school=students), folder / name, "1.1")
    os.utime(folder / name, (at, at))


async def test_a_source_is_tried_out_before_it_is_declared_and_nothing_is_kept(system: System) -> None:
    district = generate(7, schools=2, students_per_school=30)
    async with OneRosterSimulator(district, "1.2") as sis:
        report = await checked(system, of_server(sis, "1.2"))
        refused = await checked(system, {**of_server(sis, "1.2"), "client_secret": "wrong"})
    assert (report["usable"], report["schools"]) == (True, 2)
    assert report["counts"]["student"] >= 30
    assert all(read["complete"] for read in report["endpoints"])
    assert (refused["usable"], refused["trouble"]["code"]) == (False, "AUTH_INVALID")
    assert (await system.get("/api/v1/districts"))["districts"] == []
    assert await system.fetcher.fetchval("SELECT count(*) FROM record") == 0


async def test_a_package_that_is_put_into_a_watched_folder_is_synced(system: System, tmp_path: Path) -> None:
    put(tmp_path, "monday.zip", 10, LONG_AGO)
    await system.declare({"kind": "oneroster-csv", "folder": str(tmp_path)})
    await system.sync()
    before = system.moodle.summary()["users"]
    sources = Sources(SOURCES, SecretBox(SecretStr(SECRET_KEY)), Patience())
    watch = Watch(system.fetcher, lambda: UnitOfWork(system.fetcher, "roster-fetcher"), sources, ("shared",))
    await watch.look()
    put(tmp_path, "tuesday.zip", 12, LONG_AGO + 60)
    for _ in range(2):
        await watch.look()

    async def of_the_package() -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = (await system.get("/api/v1/runs?status=completed"))["runs"]
        return [run for run in runs if run["trigger"] == "arrival"]

    async def ended() -> bool:
        return len(await of_the_package()) == 2

    await wait_for(ended, seconds=60, every=0.2, what="the package's runs")
    assert {run["mode"] for run in await of_the_package()} == {"partial"}
    assert system.moodle.summary()["users"] > before
