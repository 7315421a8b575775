"""What moodle-sync does when something happened."""

from uuid import uuid5

import structlog

from common import registry
from common.checks import TargetChecked, TargetCheckOrdered
from common.delivery import NotNow
from common.errors import Permanent
from common.events import (
    Event,
    HoldDecided,
    RosterFetched,
    SyncCancelOrdered,
    SyncRequested,
)
from common.target_report import TargetObstacle, TargetReport
from common.uow import UnitOfWork
from moodle_sync import cancellations, holds, report, rulings
from moodle_sync.job import Job
from moodle_sync.looking import look
from moodle_sync.running import Tools, carry_out

log = structlog.get_logger()


async def sync_roster(event: RosterFetched, uow: UnitOfWork, *, tools: Tools) -> None:
    """Bring the school's Moodle to its roster. Trouble with the site ends the run with the reason."""
    await _let_the_decision_pass(event, uow)
    await carry_out(Job.of_roster(event), uow, tools)


async def begin_without_roster(event: SyncRequested, uow: UnitOfWork, *, tools: Tools) -> None:
    """Undo a run, or find links anew: what needs no roster begins here. Everything else begins at the fetcher.

    A device's run fails at once: nothing here can carry learners' data yet, and nobody shall believe that it did.
    """
    if event.kind in ("roster", "device"):
        async with uow:
            if event.kind == "device":
                uow.emit(report.failure(Job.of_request(event), "DEVICE_SYNC_MISSING", ""))
            return
    await _let_the_decision_pass(event, uow)
    await carry_out(Job.of_request(event), uow, tools)


async def note_decision(event: HoldDecided, uow: UnitOfWork) -> None:
    """Keep what a person decided about operations that wait, for the next plan to honour.

    A decision about a hold that is closed by now, or about other operations than those that wait, changes nothing.
    """
    async with uow:
        if await holds.decide(uow.conn, event):
            await rulings.add(uow.conn, event.district_id, event.hold_id, event.decision, event.operations)
            log.info("hold decided", decision=event.decision)
        else:
            log.info("decision came too late", decision=event.decision)


async def note_cancellation(event: SyncCancelOrdered, uow: UnitOfWork) -> None:
    """The run stops at its next batch; one that never came here ends elsewhere."""
    async with uow:
        await cancellations.add(uow.conn, event.district_id, event.run_id)


async def check_target(event: TargetCheckOrdered, uow: UnitOfWork, *, tools: Tools) -> None:
    """The site was looked at and that is told; one that has been, or whose check is forgotten, is left alone."""
    wanted = await registry.target_check(uow.pool, event.district_id, event.check_id)
    if wanted is None:
        return
    try:
        found = await look(wanted, uow, tools)
    except Permanent as trouble:
        found = _no_report(trouble.code, str(trouble))
    async with uow:
        uow.emit(_checked(event, found))


def _checked(event: TargetCheckOrdered, found: TargetReport) -> TargetChecked:
    return TargetChecked(district_id=event.district_id, pool=event.pool, check_id=event.check_id, report=found)


def _no_report(code: str, detail: str) -> TargetReport:
    return TargetReport(usable=False, trouble=TargetObstacle(code=code, detail=detail))


async def _let_the_decision_pass(event: RosterFetched | SyncRequested, uow: UnitOfWork) -> None:
    """Raises `NotNow` where the run that a decision on a hold set going has overtaken the decision itself."""
    async with uow.step() as step:
        open_hold = await holds.open_of(step.conn, event.district_id, event.school_id)
    if open_hold is not None and event.run_id == uuid5(open_hold, str(event.school_id)):
        raise NotNow


async def fail_run(event: Event, error: BaseException, uow: UnitOfWork) -> None:
    """An event was parked: its run will not go on by itself, and everybody has to know."""
    words = f"{type(error).__name__}; the event waits among the parked messages"
    if isinstance(event, RosterFetched):
        async with uow:
            uow.emit(report.failure(Job.of_roster(event), "INTERNAL", words))
    elif isinstance(event, SyncRequested) and event.kind != "roster":
        async with uow:
            uow.emit(report.failure(Job.of_request(event), "INTERNAL", words))
    elif isinstance(event, TargetCheckOrdered):
        async with uow:
            uow.emit(_checked(event, _no_report("INTERNAL", words)))
