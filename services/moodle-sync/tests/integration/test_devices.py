"""A device's run ends honestly: this version cannot carry learners' data, and touches nothing."""

from uuid import uuid4

from common.events import SyncFailed, SyncRequested
from common.uow import UnitOfWork
from simulators.moodle import MoodleSimulator

from ..support.bench import Bench
from ..support.district import DISTRICT, school_id


async def test_the_run_of_a_device_fails_at_once_without_a_plan_and_is_not_tried_again(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    event = SyncRequested(
        district_id=DISTRICT, run_id=uuid4(), school_id=school_id("hill"), kind="device", mode="nightly",
        device_id=uuid4(), retries_left=3,
    )  # fmt: skip
    for _ in range(2):
        async with UnitOfWork(bench.scheduler, "scheduler") as uow:
            uow.emit(event)
    ended = await bench.ended(event)
    assert isinstance(ended, SyncFailed)
    assert (ended.code, ended.retry_planned, ended.device_id) == ("DEVICE_SYNC_MISSING", False, event.device_id)
    assert await bench.sync.fetchval("SELECT count(*) FROM plan") == 0
    assert not moodle.calls
