"""Runs that are expected to come to their end, and what they told."""

from typing import Any
from uuid import UUID, uuid4

from common.event_model import RunScope
from common.events import HoldDecided, SyncCompleted, SyncErrorsFound, SyncHeld, SyncRequested
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from moodle_sync import operations

from .bench import Bench
from .district import DISTRICT, Roster, school_id


async def completed(bench: Bench, roster: Roster, **facts: Any) -> SyncCompleted:
    """The end of a run that does not fail."""
    ended = await bench.run(roster, **facts)
    assert isinstance(ended, SyncCompleted), ended
    return ended


async def told(bench: Bench, ended: SyncCompleted) -> list[tuple[str, str]]:
    """Code and record of each finding that the run told, sorted."""
    async with bench.sync.acquire() as conn:
        findings = len(await operations.findings(conn, DISTRICT, ended.run_id))

    def heard() -> list[tuple[str, str]]:
        events = [event for event in bench.probe.all(SyncErrorsFound) if event.run_id == ended.run_id]
        return sorted((error.code, error.source_id) for event in events for error in event.errors)

    await wait_for(lambda: len(heard()) == findings, what="the findings")
    return heard()


def only(entity: str, key: str) -> RunScope:
    """A run for one person or one class."""
    return RunScope.model_validate({"entity": entity, "key": key})


async def failed_again(bench: Bench, roster: Roster, run_id: UUID) -> SyncCompleted:
    """A run that does again what failed in another."""
    return await completed(bench, roster, scope=RunScope(failed_in=run_id))


async def rebuilt(bench: Bench, school: str = "hill") -> SyncCompleted:
    """The end of a run that finds the school's links anew, asked for as the scheduler does."""
    event = SyncRequested(
        district_id=DISTRICT, run_id=uuid4(), school_id=school_id(school), kind="rebuild", mode="full"
    )
    async with UnitOfWork(bench.scheduler, "scheduler") as uow:
        uow.emit(event)
    ended = await bench.ended(event)
    assert isinstance(ended, SyncCompleted), ended
    return ended


async def decide(bench: Bench, hold: SyncHeld, decision: str, only: tuple[int, ...] | None = None) -> None:
    """Tell the decision as dashboard-api does, and wait until it is noted."""
    event = HoldDecided.model_validate(
        {
            **hold.model_dump(include={"district_id", "pool", "run_id", "school_id", "hold_id", "plan_hash"}),
            "decision": decision,
            "operations": only,
            "decided_by": "somebody",
        }
    )
    async with UnitOfWork(bench.dashboard, "dashboard-api") as uow:
        uow.emit(event)

    async def decided() -> bool:
        return bool(await bench.sync.fetchval("SELECT state <> 'open' FROM hold WHERE id = $1", hold.hold_id))

    await wait_for(decided, what="the decision")
