"""The contract that every kind of source keeps, against servers (or packages) that behave as the real ones do."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from common.events import RosterFetched, SchoolsListed, SyncCompleted, SyncFailed
from simulators.generate import District, generate

from ..support.metrics import unaccounted
from ..support.north import North, nothing_changed, the_only
from ..support.worlds import SERVERS, WORLDS, World

Serve = Callable[[District], Awaitable[World]]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


def serving(request: pytest.FixtureRequest, stack: AsyncExitStack, tmp_path: Path) -> Serve:
    async def serve(district: District) -> World:
        return await stack.enter_async_context(WORLDS[request.param](district, tmp_path))

    return serve


@pytest.fixture(params=WORLDS)
def serve(request: pytest.FixtureRequest, stack: AsyncExitStack, tmp_path: Path) -> Serve:
    """Let a district be served by the kind of source in question."""
    return serving(request, stack, tmp_path)


@pytest.fixture(params=SERVERS)
def serve_http(request: pytest.FixtureRequest, stack: AsyncExitStack, tmp_path: Path) -> Serve:
    """The same for kinds that answer over HTTP."""
    return serving(request, stack, tmp_path)


async def assert_all_there(north: North, world: World, number: int = 0) -> None:
    """The last snapshot is what the source holds: no more, no less."""
    school, shared = world.school(number), world.shared(number)
    assert await north.keys(school, "class") == shared.classes
    assert await north.keys(school, "user") == shared.users
    assert await north.parts(school) == shared.parts
    assert not unaccounted()


async def test_a_school_is_read_completely(serve: Serve, north: North) -> None:
    world = await serve(generate(seed=31, schools=2, students_per_school=40, two_schools=0.2))
    await world.declare(north)
    for number in range(2):
        fetched = await north.fetched(world.school(number))
        assert fetched.complete
        await assert_all_there(north, world, number)
        assert await north.keys(world.school(number), "school") == {world.school(number)}
        lines = await north.ledger(fetched.run_id)
        for line in lines.values():
            assert line["received"] == line["kept"] + line["warned"] + line["skipped"] + line["out_of_scope"]
            assert line["complete"]
            assert bool(line["first_id"]) == bool(line["received"]), line["endpoint"]


async def test_the_schools_of_a_source_are_listed(serve: Serve, north: North) -> None:
    world = await serve(generate(seed=32, schools=3, students_per_school=4))
    await world.declare(north)
    assert the_only(await north.list_schools(), SchoolsListed).schools == 3
    rows = await north.dashboard.fetch("SELECT source_school_id, name FROM roster.listed_school")
    assert {tuple(row) for row in rows} == {
        (world.school(number), school.name) for number, school in enumerate(world.district.schools)
    }


async def test_a_second_reading_finds_nothing_changed_and_decodes_nothing(serve: Serve, north: North) -> None:
    world = await serve(generate(seed=33, schools=1, students_per_school=30))
    await world.declare(north)
    first = await north.fetched(world.school())
    again = await north.fetched(world.school())
    assert nothing_changed(again)
    assert (again.counts, again.errors, again.complete) == (first.counts, first.errors, True)
    lines = [await north.ledger(run) for run in (first.run_id, again.run_id)]
    assert {name: line["received"] for name, line in lines[0].items()} == {
        name: line["received"] for name, line in lines[1].items()
    }


@pytest.mark.parametrize("page_size", [1, 7, 10, 20, 100])
async def test_the_size_of_pages_makes_no_difference(serve_http: Serve, north: North, page_size: int) -> None:
    """20 students: pages of one row, of an odd number, exactly filled ones, a single one."""
    world = await serve_http(generate(seed=34, schools=1, students_per_school=20))
    await world.declare(north, page_size=page_size)
    fetched = await north.fetched(world.school())
    assert fetched.complete
    await assert_all_there(north, world)


async def test_a_school_with_nobody_in_it_is_read_too(serve: Serve, north: North) -> None:
    district = generate(seed=35, schools=2, students_per_school=5)
    empty = district.schools[1].id
    gone = {taught.id for taught in district.classes if taught.school_id == empty}
    district.classes = [taught for taught in district.classes if taught.id not in gone]
    district.enrolments = [row for row in district.enrolments if row.class_id not in gone]
    district.users = [user for user in district.users if not any(role.org_id == empty for role in user.roles)]
    world = await serve(district)
    await world.declare(north)
    fetched = await north.fetched(world.school(1))
    assert fetched.complete
    assert fetched.counts.get("class", 0) == fetched.counts.get("enrolment", 0) == 0


async def test_what_changes_at_the_source_changes_here(serve: Serve, north: North) -> None:
    world = await serve(generate(seed=36, schools=1, students_per_school=20))
    await world.declare(north)
    await north.fetched(world.school())
    world.rename(3, "Renamed")
    world.admit("Newcomer")
    world.dismiss(5)
    world.open_class("Chess", 1)
    world.close_class(2)
    fetched = await north.fetched(world.school())
    assert fetched.reading == "full"
    assert fetched.changes["user"]["changed"] >= 1
    await assert_all_there(north, world)


async def test_a_name_in_any_script_stays_what_it_is(serve: Serve, north: North) -> None:
    names = ["Zoë", "محمد", "李小龍", "D'Arcy-O’Neil", "🦊"]
    world = await serve(generate(seed=37, schools=1, students_per_school=8))
    for number, name in enumerate(names):
        world.rename(number, name)
    await world.declare(north)
    await north.fetched(world.school())
    rows = await north.dashboard.fetch("SELECT given_name FROM roster.user")
    assert set(names) <= {row["given_name"] for row in rows}


async def test_a_school_that_is_not_there_fails_the_run_and_closes_nothing(serve: Serve, north: North) -> None:
    world = await serve(generate(seed=38, schools=1, students_per_school=5))
    await world.declare(north)
    await north.also_declare("elsewhere")
    failed = the_only(await north.fetch("elsewhere"), SyncFailed)
    assert failed.code == "SCHOOL_NOT_FOUND", failed.detail
    assert "elsewhere" in failed.detail


async def test_a_refresh_keeps_a_snapshot_and_ends_the_run(serve: Serve, north: North) -> None:
    world = await serve(generate(seed=39, schools=1, students_per_school=5))
    await world.declare(north)
    told = await north.fetch(world.school(), "refresh")
    assert the_only(told, SyncCompleted).outcome == "refreshed"


MISHAPS = {
    "busy": {"too_many": 1, "retry_after": 0},
    "trouble of its own": {"unavailable": 2},
    "a page of HTML": {"html": 2},
    "half a page": {"truncated": 2},
    "a line that breaks": {"dropped": 2},
}


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("after", [0, 3])
async def test_passing_trouble_is_waited_out(serve_http: Serve, north: North, mishap: str, after: int) -> None:
    world = await serve_http(generate(seed=40, schools=1, students_per_school=12))
    await world.declare(north, page_size=5)
    world.mishaps.set(after=after, **MISHAPS[mishap])
    assert (await north.fetched(world.school())).complete
    await assert_all_there(north, world)


async def test_a_source_that_is_busy_and_does_not_say_for_how_long_is_asked_again(
    serve_http: Serve, north: North
) -> None:
    world = await serve_http(generate(seed=45, schools=1, students_per_school=12))
    await world.declare(north)
    world.be_busy(2)
    assert (await north.fetched(world.school())).complete
    await assert_all_there(north, world)


LASTING: dict[str, tuple[dict[str, Any], set[str]]] = {
    "busy": ({"too_many": 999, "retry_after": 0}, {"SOURCE_RATE_LIMITED"}),
    "busy for an hour": ({"too_many": 999, "retry_after": 3600}, {"SOURCE_RATE_LIMITED"}),
    "trouble of its own": ({"unavailable": 999}, {"SOURCE_UNREACHABLE"}),
    "pages of HTML": ({"html": 999}, {"SOURCE_BAD_RESPONSE"}),
    "half pages": ({"truncated": 999}, {"SOURCE_BAD_RESPONSE"}),
    "lines that break": ({"dropped": 999}, {"SOURCE_UNREACHABLE"}),
    "silence": ({"latency": 5}, {"SOURCE_UNREACHABLE"}),
    "credentials refused": ({"unauthorised": True}, {"AUTH_INVALID"}),
    "reading forbidden": ({"forbidden": True}, {"AUTH_FORBIDDEN"}),
}


@pytest.mark.parametrize("mishap", LASTING)
async def test_lasting_trouble_fails_the_run_with_its_code_and_closes_nothing(
    serve_http: Serve, north: North, mishap: str
) -> None:
    world = await serve_http(generate(seed=41, schools=1, students_per_school=12))
    await world.declare(north)
    await north.fetched(world.school())
    before = await north.keys(world.school(), "user")
    values, codes = LASTING[mishap]
    world.rename(1, "Renamed")
    world.mishaps.set(**values)
    failed = the_only(await north.fetch(world.school()), SyncFailed)
    assert failed.code in codes, failed.detail
    assert failed.detail.endswith(".")
    assert await north.keys(world.school(), "user") == before
    world.mishaps.clear()


async def test_a_reading_broken_off_at_any_page_leaves_no_trace_and_the_next_one_is_whole(
    serve_http: Serve, north: North
) -> None:
    world = await serve_http(generate(seed=42, schools=1, students_per_school=8))
    await world.declare(north, page_size=10)
    first = await north.fetched(world.school())
    requests = sum(line["pages"] for line in (await north.ledger(first.run_id)).values())
    await assert_all_there(north, world)
    for after in range(requests):
        world.rename(after, f"Renamed{after}")
        world.mishaps.set(after=after, dropped=999)
        told = await north.fetch(world.school())
        if [event for event in told if isinstance(event, SyncFailed)]:
            assert (await north.last_snapshot(world.school())) == first.snapshot
        world.mishaps.clear()
        first = await north.fetched(world.school())
        assert first.complete
    await assert_all_there(north, world)


async def test_nothing_personal_is_logged(serve: Serve, north: North) -> None:
    captured = LogCapture()
    structlog.configure(processors=[captured])
    world = await serve(generate(seed=43, schools=1, students_per_school=10))
    for number in range(10):
        world.rename(number, f"Secretname{number}")
    await world.declare(north)
    await north.fetched(world.school())
    if world.has_mishaps:
        world.mishaps.set(truncated=999)
        await north.fetch(world.school())
        world.mishaps.clear()
    said = str(captured.entries)
    assert captured.entries
    assert "Secretname" not in said
    assert not any(user.email and user.email in said for user in world.district.users)


async def test_a_run_told_twice_is_read_once(serve: Serve, north: North) -> None:
    world = await serve(generate(seed=44, schools=1, students_per_school=5))
    await world.declare(north)
    first = await north.fetched(world.school())
    again = the_only(await north.fetch(world.school(), run_id=first.run_id), RosterFetched)
    assert (again.snapshot, again.counts) == (first.snapshot, first.counts)
