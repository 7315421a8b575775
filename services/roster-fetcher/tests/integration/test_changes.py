"""Reading only what changed ends in the same snapshot as reading everything, whatever happened in between."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.generate import Quirks, generate

from ..support.metrics import unaccounted
from ..support.north import North, nothing_changed
from ..support.worlds import WORLDS, World

TELLING = [name for name in WORLDS if not name.startswith("csv")]
"""Kinds that can tell what changed."""

numbers = st.integers(0, 40)
changes = st.one_of(
    st.tuples(st.just("rename"), numbers, st.sampled_from(["Ida", "Otto", "Mei"])),
    st.tuples(st.just("admit"), st.sampled_from(["Nora", "Finn", "Sami"])),
    st.tuples(st.just("dismiss"), numbers),
    st.tuples(st.just("enrol"), numbers, numbers),
    st.tuples(st.just("drop"), numbers),
    st.tuples(st.just("open_class"), st.sampled_from(["Chess", "Choir"]), numbers),
    st.tuples(st.just("close_class"), numbers),
    st.tuples(st.just("retitle"), numbers, st.sampled_from(["Algebra", "Drama"])),
    st.tuples(st.just("transfer"), st.integers(0, 5)),
    st.tuples(st.just("surprise"), numbers),
)
nights = st.lists(st.lists(changes, max_size=4), min_size=1, max_size=3)


@pytest.mark.parametrize("kind", TELLING)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=nights)
async def test_changes_end_in_the_snapshot_that_everything_gives(
    kind: str, north: North, tmp_path: Path, nights: list[list[tuple[object, ...]]]
) -> None:
    district = generate(seed=51, schools=2, students_per_school=12, two_schools=0.2)
    async with WORLDS[kind](district, tmp_path / str(uuid4())) as world:
        await world.declare(north)
        await north.fetched(world.school())
        for night in nights:
            for name, *values in night:
                getattr(world, str(name))(*values)
            await north.fetched(world.school(), "nightly")
            shared = world.shared()
            assert await north.keys(world.school(), "class") == shared.classes
            assert await north.keys(world.school(), "user") == shared.users
            assert await north.parts(world.school()) == shared.parts
        found = await north.every_finding()
        everything = await north.fetched(world.school(), "full")
        assert nothing_changed(everything)
        assert await north.every_finding() == found
        assert not unaccounted()


@pytest.fixture(params=TELLING)
async def world(request: pytest.FixtureRequest, north: North, tmp_path: Path) -> AsyncIterator[World]:
    """A district that was read once."""
    async with AsyncExitStack() as stack:
        quirks = Quirks(missing_email=2, unknown_user=1)
        district = generate(seed=52, schools=1, students_per_school=15, quirks=quirks)
        made = await stack.enter_async_context(WORLDS[request.param](district, tmp_path))
        await made.declare(north)
        await north.fetched(made.school())
        yield made


async def test_a_nightly_run_reads_what_changed_and_says_so(world: World, north: North) -> None:
    world.rename(2, "Renamed")
    fetched = await north.fetched(world.school(), "nightly")
    assert (fetched.reading, fetched.reading_reason) == ("changes", "")
    assert fetched.changes["user"] == {"added": 0, "changed": 1, "removed": 0}
    lines = await north.ledger(fetched.run_id)
    assert any(line["changes_only"] for line in lines.values())


async def test_a_night_without_changes_keeps_counts_and_findings(world: World, north: North) -> None:
    found = await north.findings()
    before = await north.fetched(world.school(), "full")
    fetched = await north.fetched(world.school(), "nightly")
    assert fetched.reading == "changes"
    assert nothing_changed(fetched)
    assert (fetched.counts, fetched.errors) == (before.counts, before.errors)
    assert await north.findings() == found


async def test_a_full_run_reads_everything(world: World, north: North) -> None:
    assert (await north.fetched(world.school(), "full")).reading == "full"


async def test_after_a_week_everything_is_read_again_and_the_reason_told(world: World, north: North) -> None:
    await north.fetcher.execute("UPDATE cursor SET full_at = full_at - interval '7 days'")
    fetched = await north.fetched(world.school(), "nightly")
    assert fetched.reading == "full"
    assert "7 days" in fetched.reading_reason


async def test_after_an_incomplete_reading_everything_is_read(world: World, north: North) -> None:
    await north.fetcher.execute("UPDATE cursor SET snapshot = 0")
    fetched = await north.fetched(world.school(), "nightly")
    assert fetched.reading == "full"
    assert fetched.reading_reason
