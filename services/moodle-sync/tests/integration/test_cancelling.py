"""A run that somebody stops ends at its next batch, and says what was not done."""

from common.events import RosterFetched, SyncCancelOrdered, SyncCompleted
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from simulators.moodle import MoodleSimulator

from ..support.bench import Bench
from ..support.district import a_school, keep_snapshot, set_up_school


async def cancel(bench: Bench, event: RosterFetched) -> None:
    """Tell it as dashboard-api does, and wait until it is noted."""
    run = event.model_dump(include={"district_id", "pool", "run_id", "school_id"})
    async with UnitOfWork(bench.dashboard, "dashboard-api") as uow:
        uow.emit(SyncCancelOrdered.model_validate({**run, "ordered_by": "somebody"}))

    async def noted() -> bool:
        return bool(await bench.sync.fetchval("SELECT true FROM cancellation WHERE run_id = $1", event.run_id))

    await wait_for(noted, what="the cancellation")


async def test_a_running_run_stops_after_the_batch_that_is_out(bench: Bench, moodle: MoodleSimulator) -> None:
    gate = moodle.hold("core_user_create_users", after_write=True)
    event = await bench.fetched(a_school(students=450, classes=2))
    await gate.reached.wait()
    await cancel(bench, event)
    gate.release()
    ended = await bench.ended(event)
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "cancelled"
    made = ended.actions["user"]["create"]
    assert made == len(moodle.site.users()) < 451
    rows = await bench.sync.fetch("SELECT state, count(*) AS n FROM operation GROUP BY 1")
    states = {row["state"]: row["n"] for row in rows}
    assert states == {"done": made + 3, "cancelled": 451 - made + 902}


async def test_what_was_not_done_is_done_by_the_next_run(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = a_school(students=250, classes=1)
    gate = moodle.hold("core_user_create_users", after_write=True)
    event = await bench.fetched(roster)
    await gate.reached.wait()
    await cancel(bench, event)
    gate.release()
    await bench.ended(event)
    ended = await bench.run(roster)
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "clean"
    assert (len(moodle.site.users()), len(moodle.site.enrolments())) == (251, 251)


async def test_a_run_that_is_stopped_before_it_begins_does_nothing(bench: Bench, moodle: MoodleSimulator) -> None:
    await set_up_school(bench.dashboard, "hill")
    event = await keep_snapshot(bench.fetcher, a_school(students=1))
    await cancel(bench, event)
    await bench.announce(event)
    ended = await bench.ended(event)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, moodle.calls.total()) == ("cancelled", 0)
