"""What the scheduler does when something happened."""

from datetime import UTC, datetime

import structlog
from prometheus_client import Counter

from common.delivery import NotNow
from common.events import PackageArrived, SettingsChanged, SyncCompleted, SyncFailed, SyncOrdered, SyncRequested
from common.uow import UnitOfWork
from scheduler import arrivals, orders, runs, schools

RUNS_ENDED = Counter("rosterbus_runs_ended_total", "Runs that ended", ["mode", "outcome"])

log = structlog.get_logger()


async def take_order(event: SyncOrdered, uow: UnitOfWork) -> None:
    """Each school of the order ends up waiting, and where there is room running, or refused with the reason."""
    async with uow:
        rows = (
            await schools.all_set_up(uow.conn, event.district_id)
            if event.schools is None
            else await schools.named(uow.conn, event.district_id, event.schools)
        )
        wanted, refusals = orders.split(event, {row["id"]: (row["target_id"], row["pool"]) for row in rows})
        waiting = await runs.add_waiting(uow.conn, wanted)
        doubles = [run for run in wanted if run.id not in waiting]
        open_runs = await runs.open_runs(uow.conn, event.district_id, [run.school_id for run in doubles])
        for refusal in refusals + orders.refuse_doubles(event, doubles, open_runs):
            uow.emit(refusal)
        await _admit(uow)
    log.info("order taken", waiting=len(waiting), refused=len(wanted) - len(waiting) + len(refusals))


async def take_arrival(event: PackageArrived, uow: UnitOfWork) -> None:
    """Each school of the source that is set up ends up with a run that reads the new package.

    Raises `NotNow` while a run is open that may have read the package before: its school comes when that has ended.
    """
    async with uow.step() as step:
        rows = await schools.of_source(step.conn, event.district_id, event.source_id)
        wanted = arrivals.runs_of(event, rows)
        waiting = await runs.add_waiting(step.conn, wanted)
        late = await runs.count_late(step.conn, event.district_id, wanted)
        await _admit(step)
    if waiting:
        log.info("package taken", waiting=len(waiting), late=late)
    if late and arrivals.is_fresh(uow.cause, datetime.now(UTC)):
        raise NotNow


async def end_run(event: SyncCompleted | SyncFailed, uow: UnitOfWork) -> None:
    """End the run, which makes room for the next."""
    outcome = event.outcome if isinstance(event, SyncCompleted) else "failed"
    async with uow:
        if await runs.end(uow.conn, event.district_id, event.run_id, outcome):
            RUNS_ENDED.labels(event.mode, outcome).inc()
        await _admit(uow)


async def note_settings(event: SettingsChanged, uow: UnitOfWork) -> None:
    """Limits may have been raised: see who can begin."""
    async with uow:
        await _admit(uow)


async def admit_waiting(uow: UnitOfWork) -> None:
    """The leader's tick: admit whoever was overlooked, for instance while the registry was away."""
    async with uow:
        await _admit(uow)


async def _admit(uow: UnitOfWork) -> None:
    for run in await runs.admit(uow.conn):
        uow.emit(
            SyncRequested.model_validate(
                {
                    "district_id": run.district_id,
                    "pool": run.pool,
                    "run_id": run.id,
                    "school_id": run.school_id,
                    "mode": run.mode,
                    "dry_run": run.dry_run,
                    "trigger": run.trigger,
                }
            )
        )
