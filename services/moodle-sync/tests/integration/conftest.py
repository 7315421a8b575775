"""A worker between a district's rosters and a simulated Moodle."""

from collections.abc import AsyncIterator

import pytest

from common.bus import Bus
from common.settings import CommonSettings
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from simulators.moodle import MoodleSimulator

from ..support.bench import TOKEN, Bench, a_bench, a_worker, settings_for


@pytest.fixture
async def moodle() -> AsyncIterator[MoodleSimulator]:
    async with MoodleSimulator(token=TOKEN) as site:
        yield site


@pytest.fixture
async def idle_bench(pool_of: PoolOf, bus: Bus, probe: EventProbe, moodle: MoodleSimulator) -> AsyncIterator[Bench]:
    """Without a worker: the test starts its own."""
    async with a_bench(pool_of, bus, probe, moodle) as surroundings:
        yield surroundings


@pytest.fixture
async def bench(idle_bench: Bench, settings: CommonSettings) -> AsyncIterator[Bench]:
    async with a_worker(idle_bench, settings_for(settings)):
        yield idle_bench
