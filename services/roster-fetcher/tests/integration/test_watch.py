"""Watched folders: a new package is told of once, and trouble with a folder disturbs nobody else."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from common.events import PackageArrived
from common.sealing import SecretBox
from common.uow import UnitOfWork
from roster_fetcher.watch import Watch
from simulators.generate import generate, write_csv_package

from ..support.north import DISTRICT, KEY, North, sources

LONG_AGO = 1_700_000_000


def put(folder: Path, name: str, seed: int, at: int) -> None:
    """A package that was written to its end at that time, in seconds since 1970."""
    folder.mkdir(exist_ok=True)
    write_csv_package(generate(seed=seed, schools=1, students_per_school=2), folder / name, "1.1")
    os.utime(folder / name, (at, at))


def a_watch(north: North, *pools: str) -> Watch:
    return Watch(north.fetcher, lambda: UnitOfWork(north.fetcher, "roster-fetcher"), sources(), pools or ("shared",))


async def add_source(north: North, id_: str, settings: dict[str, Any], kind: str = "oneroster-csv") -> None:
    await north.dashboard.execute(
        "INSERT INTO source VALUES ($1, $2, $3, $4, $5)", DISTRICT, id_, kind, settings, SecretBox(KEY).seal({})
    )


@pytest.fixture
async def folder(north: North, tmp_path: Path) -> Path:
    """A folder with a package in it, declared as the district's source."""
    put(tmp_path / "drop", "first.zip", 1, LONG_AGO)
    await north.declare("oneroster-csv", {"folder": str(tmp_path / "drop")}, {})
    return tmp_path / "drop"


async def looks(watch: Watch, north: North, times: int) -> list[PackageArrived]:
    for _ in range(times):
        await watch.look()
    return [event for event in await north.told() if isinstance(event, PackageArrived)]


async def test_a_new_package_is_told_of_once_it_was_the_same_in_two_looks(north: North, folder: Path) -> None:
    watch = a_watch(north)
    assert await looks(watch, north, 3) == []
    put(folder, "second.zip", 2, LONG_AGO + 60)
    assert await looks(watch, north, 1) == []
    (arrived,) = await looks(watch, north, 1)
    assert (arrived.district_id, arrived.source_id, arrived.pool) == (DISTRICT, "sis", "shared")
    assert "second" not in arrived.model_dump_json()
    assert await looks(watch, north, 3) == []


async def test_a_package_that_takes_anothers_place_is_new(north: North, folder: Path) -> None:
    watch = a_watch(north)
    await looks(watch, north, 2)
    put(folder, "first.zip", 3, LONG_AGO + 60)
    assert len(await looks(watch, north, 2)) == 1


async def test_a_package_is_remembered_when_the_lead_changes_hands(north: North, folder: Path) -> None:
    await looks(a_watch(north), north, 1)
    put(folder, "second.zip", 2, LONG_AGO + 60)
    await looks(a_watch(north), north, 1)
    assert len(await looks(a_watch(north), north, 1)) == 1


async def test_two_who_look_at_once_tell_of_a_package_once(north: North, folder: Path) -> None:
    one, other = a_watch(north), a_watch(north)
    await looks(one, north, 1)
    put(folder, "second.zip", 2, LONG_AGO + 60)
    await looks(one, north, 1)
    await asyncio.gather(one.look(), other.look())
    assert len(await looks(one, north, 1)) == 1


async def test_another_folder_begins_anew(north: North, folder: Path, tmp_path: Path) -> None:
    watch = a_watch(north)
    await looks(watch, north, 2)
    put(tmp_path / "other", "package.zip", 5, LONG_AGO)
    await north.dashboard.execute("UPDATE source SET settings = $1", {"folder": str(tmp_path / "other")})
    assert await looks(watch, north, 3) == []


async def test_sources_of_other_kinds_places_and_pools_are_left_alone(
    north: North, folder: Path, tmp_path: Path
) -> None:
    await add_source(north, "one-package", {"path": str(folder / "first.zip")})
    await add_source(north, "server", {"folder": "no such setting"}, "oneroster")
    with capture_logs() as lines:
        assert await looks(a_watch(north, "elsewhere"), north, 2) == []
        assert await north.fetcher.fetchval("SELECT count(*) FROM watched_package") == 0
        assert await looks(a_watch(north, "elsewhere", "shared"), north, 2) == []
    assert await north.fetcher.fetchval("SELECT array_agg(source_id) FROM watched_package") == ["sis"]
    assert lines == []


async def test_trouble_with_a_folder_is_logged_when_it_begins_and_when_it_ends(
    north: North, folder: Path, tmp_path: Path
) -> None:
    await add_source(north, "another", {"folder": str(tmp_path / "missing")})
    watch = a_watch(north)
    with capture_logs() as lines:
        await looks(watch, north, 3)
        put(folder, "second.zip", 2, LONG_AGO + 60)
        assert len(await looks(watch, north, 2)) == 1
        (tmp_path / "missing").mkdir()
        await looks(watch, north, 2)
    said = [(line["event"], line["source"], line.get("code")) for line in lines if line["source"] == "another"]
    assert said == [
        ("a watched folder cannot be read", "another", "SOURCE_UNREACHABLE"),
        ("a watched folder can be read again", "another", None),
    ]
