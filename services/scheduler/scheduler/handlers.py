"""What the scheduler does when something happened."""

from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter

from common.delivery import NotNow
from common.events import (
    HoldDecided,
    PackageArrived,
    SettingsChanged,
    SyncCancelOrdered,
    SyncCompleted,
    SyncFailed,
    SyncHeld,
    SyncOrdered,
)
from common.uow import UnitOfWork
from scheduler import admission, arrivals, decisions, ends, holds, meeting, occurrences, orders, retries, runs, schools
from scheduler.admission import IN_FLIGHT
from scheduler.runs import Run

RUNS_ENDED = Counter("rosterbus_runs_ended_total", "Runs that ended", ["mode", "outcome"])
ORDER_COMES_WITHIN = timedelta(minutes=10)
"""Events come in no order: the order of a run that is to be cancelled may be on its way."""

log = structlog.get_logger()


async def take_order(event: SyncOrdered, uow: UnitOfWork, *, in_flight: int = IN_FLIGHT) -> None:
    """Each school of the order ends up waiting, and where there is room running, or refused with the reason."""
    async with uow:
        rows = (
            await schools.all_set_up(uow.conn, event.district_id)
            if event.schools is None
            else await schools.named(uow.conn, event.district_id, event.schools)
        )
        known = {row["id"]: (row["target_id"], row["pool"]) for row in rows}
        device = event.device_id
        offline = device is not None and not await schools.is_online(uow.conn, event.district_id, device)
        wanted, refusals = orders.split(event, known, offline=offline)
        met = await meeting.take_in(uow.conn, wanted)
        refusals += met.refusals()
        for refusal in refusals:
            uow.emit(refusal)
        await admission.admit(uow, in_flight)
    log.info("order taken", waiting=len(met.waiting), refused=len(refusals))


async def take_arrival(event: PackageArrived, uow: UnitOfWork, *, in_flight: int = IN_FLIGHT) -> None:
    """Each school of the source that is set up ends up with a run that reads the new package.

    One that is under way may have read the one before, so a new one waits behind it. Raises `NotNow` while a run waits
    that will not do instead, such as a dry run.
    """
    async with uow.step() as step:
        rows = await schools.of_source(step.conn, event.district_id, event.source_id)
        met = await meeting.take_in(step.conn, arrivals.runs_of(event, rows))
        for run, other in met.replaced:
            step.emit(meeting.refusal(run, "coalesced", other.id))
        await admission.admit(step, in_flight)
    if met.waiting:
        log.info("package taken", waiting=len(met.waiting), late=len(met.refused))
    if met.refused and arrivals.is_fresh(uow.cause, datetime.now(UTC)):
        raise NotNow


async def end_run(event: SyncCompleted | SyncFailed, uow: UnitOfWork, *, in_flight: int = IN_FLIGHT) -> None:
    """End the run, which makes room for the next; try it again later if it failed for a reason that passes."""
    outcome = event.outcome if isinstance(event, SyncCompleted) else "failed"
    async with uow:
        run = await runs.end(uow.conn, event.district_id, event.run_id, outcome)
        if run:
            RUNS_ENDED.labels(event.mode, outcome).inc()
            if isinstance(event, SyncFailed):
                await _try_again(run, event.code, uow)
            elif event.lifts_hold:
                await holds.lift(uow.conn, run.district_id, run.school_id, run.id, told_at(uow))
        await admission.admit(uow, in_flight)


async def note_hold(event: SyncHeld, uow: UnitOfWork) -> None:
    """The school's nights do not run until the hold is over."""
    async with uow:
        await holds.open_(uow.conn, event, told_at(uow))


async def follow_decision(event: HoldDecided, uow: UnitOfWork, *, in_flight: int = IN_FLIGHT) -> None:
    """The hold is over; what was approved is done by a run that follows. `NotNow` while another waits in its way."""
    async with uow.step() as step:
        await holds.decide(step.conn, event, told_at(uow))
        follower = await decisions.follower(step.conn, event) if event.decision != "reject" else None
        met = await meeting.take_in(step.conn, [follower] if follower else [])
        for refusal in met.refusals():
            if refusal.reason == "coalesced":
                step.emit(refusal)
        await admission.admit(step, in_flight)
    if met.refused:
        raise NotNow


async def cancel_run(event: SyncCancelOrdered, uow: UnitOfWork, *, in_flight: int = IN_FLIGHT) -> None:
    """A run that nobody has in hand yet ends at once; one that a worker has, stops there at the next safe point.

    Raises `NotNow` for a run whose order has not come yet, and for one that is being written to at this moment.
    """
    async with uow:
        found = await runs.find(uow.conn, event.district_id, event.run_id)
        if found is None and datetime.now(UTC) - told_at(uow) < ORDER_COMES_WITHIN:
            raise NotNow
        if found is None or found[1]["state"] == "ended":
            return
        if found[1]["in_hand"]:
            await runs.note_cancelling(uow.conn, event.district_id, event.run_id)
            return
        run = await runs.take_away(uow.conn, event.district_id, event.run_id, "cancelled")
        if run is None:
            raise NotNow
        RUNS_ENDED.labels(run.mode, "cancelled").inc()
        uow.emit(ends.cancelled(run))
        await admission.admit(uow, in_flight)
    log.info("run cancelled before a worker had it")


async def note_settings(event: SettingsChanged, uow: UnitOfWork, *, in_flight: int = IN_FLIGHT) -> None:
    """Limits may have been raised, or a device be in contact again: see who can begin."""
    async with uow:
        if event.what == "device":
            await occurrences.look_now(uow.conn, event.district_id)
        await admission.admit(uow, in_flight)


async def _try_again(run: Run, code: str, uow: UnitOfWork) -> None:
    again = retries.again(run, code, told_at(uow))
    if again:
        await meeting.take_in(uow.conn, [again])
        log.info("the run will be tried again", attempt=again.attempt, at=str(again.not_before))


def told_at(uow: UnitOfWork) -> datetime:
    """When the event that is being handled was told."""
    assert uow.cause is not None
    return uow.cause.time
