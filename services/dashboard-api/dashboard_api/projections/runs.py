"""Events in the life of a run, kept in the read models. Each handler says what its event tells, and nothing more."""

from dataclasses import replace

from common.events import (
    PlanMade,
    RosterFetched,
    SyncCompleted,
    SyncFailed,
    SyncOrdered,
    SyncProgressed,
    SyncRefused,
    SyncRequested,
)
from common.uow import UnitOfWork
from dashboard_api.projections.errors import looked_at
from dashboard_api.projections.told import told_at
from dashboard_api.queries import hints, people, phases, run_errors, runs, school_states, schools, snapshots
from dashboard_api.queries.runs import RunFact, fact_of
from dashboard_api.queries.school_states import Ending


async def note_order(event: SyncOrdered, uow: UnitOfWork) -> None:
    """Runs of an order; those that the API placed are known already."""
    async with uow:
        named = event.schools
        ids = await schools.set_up(uow.conn, event.district_id) if named is None else list(named)
        await runs.note_all(uow.conn, runs.facts_of_order(event, ids, told_at(uow)))
        await hints.tell(uow.conn, event)


async def note_request(event: SyncRequested, uow: UnitOfWork) -> None:
    """The run was admitted."""
    fact = replace(
        fact_of(event, "requested"),
        kind=event.kind,
        mode=event.mode,
        scope=runs.scope_of(event),
        dry_run=event.dry_run,
        trigger=event.trigger,
        requested_at=told_at(uow),
        device_id=event.device_id,
    )
    await _keep(event, fact, uow)


async def note_refusal(event: SyncRefused, uow: UnitOfWork) -> None:
    """The run was not admitted."""
    fact = replace(
        fact_of(event, "refused"),
        mode=event.mode,
        trigger=event.trigger if event.mode else None,
        refusal=event.reason,
        running_run_id=event.running_run_id,
        kind="device" if event.device_id else None,
        device_id=event.device_id,
        ended_at=told_at(uow),
    )
    await _keep(event, fact, uow)


async def note_progress(event: SyncProgressed, uow: UnitOfWork) -> None:
    """How far a phase has come. Bytes of the fetch are the source's, those of the other phases Moodle's."""
    fact = fact_of(event, event.phase)
    if event.phase == "fetching":
        fact = replace(fact, source_up=event.bytes_up, source_down=event.bytes_down)
    else:
        fact = replace(fact, target_up=event.bytes_up, target_down=event.bytes_down)
    async with uow:
        await runs.note(uow.conn, fact)
        await phases.note(uow.conn, event, told_at(uow))
        await hints.tell(uow.conn, event)


async def note_roster(event: RosterFetched, uow: UnitOfWork) -> None:
    """What was read, and what changed since the snapshot before."""
    fact = replace(
        fact_of(event, "planning"),
        mode=event.mode,
        dry_run=event.dry_run,
        snapshot=event.snapshot,
        complete=event.complete,
        reading=event.reading,
        reading_reason=event.reading_reason,
        counts=event.counts,
        changes=event.changes,
        source_up=event.bytes_up,
        source_down=event.bytes_down,
    )
    async with uow:
        await runs.note(uow.conn, fact)
        await school_states.note_counts(uow.conn, fact, told_at(uow))
        await hints.tell(uow.conn, event)


async def note_plan(event: PlanMade, uow: UnitOfWork) -> None:
    """What is to be done."""
    await _keep(event, replace(fact_of(event, "applying"), plan=event.operations), uow)


async def note_completion(event: SyncCompleted, uow: UnitOfWork) -> None:
    """The run's end, and with it how the school stands, unless the run only looked."""
    async with uow:
        fact = await _of_completion(event, uow)
        run = await runs.note(uow.conn, fact)
        if phases_seen := looked_at(event, run):
            at = told_at(uow)
            await run_errors.note_look(uow.conn, event.district_id, event.school_id, event.run_id, phases_seen, at)
        if event.outcome == "refreshed":
            await school_states.note_counts(uow.conn, fact, told_at(uow))
        elif event.outcome not in ("previewed", "cancelled"):
            health = "with_errors" if event.errors or event.outcome == "with_errors" else "clean"
            await school_states.note_ending(
                uow.conn,
                Ending(event.district_id, event.school_id, event.run_id, health, event.errors, told_at(uow)),
            )
            await people.note_in_moodle(uow.conn, event.district_id, event.school_id, told_at(uow))
            if event.lifts_hold:
                await school_states.lift_hold(uow.conn, event.district_id, event.school_id, told_at(uow))
        await hints.tell(uow.conn, event)


async def note_failure(event: SyncFailed, uow: UnitOfWork) -> None:
    """The run's end without a result, unless it is known to have completed after all. A device's says nothing of
    how its school stands."""
    fact = replace(
        fact_of(event, "failed"),
        mode=event.mode,
        failure_phase=event.phase,
        failure_code=event.code,
        failure_detail=event.detail,
        retry_planned=event.retry_planned,
        device_id=event.device_id,
        ended_at=told_at(uow),
    )
    async with uow:
        run = await runs.note(uow.conn, fact)
        looked = event.mode == "refresh" or run["dry_run"]
        if run["status"] == "failed" and not looked and not event.device_id:
            await school_states.note_ending(
                uow.conn, Ending(event.district_id, event.school_id, event.run_id, "failed", None, told_at(uow))
            )
        await hints.tell(uow.conn, event)


async def _keep(event: SyncRequested | SyncRefused | PlanMade, fact: RunFact, uow: UnitOfWork) -> None:
    async with uow:
        await runs.note(uow.conn, fact)
        await hints.tell(uow.conn, event)


async def _of_completion(event: SyncCompleted, uow: UnitOfWork) -> RunFact:
    """A refresh ends once the roster is read. Its counts are those of its snapshot, since no other event tells them."""
    fact = replace(
        fact_of(event, "completed"),
        mode=event.mode,
        outcome=event.outcome,
        actions=event.actions,
        errors=event.errors,
        courses=event.courses,
        calls=event.calls,
        bytes_up=event.bytes_up,
        bytes_down=event.bytes_down,
        duration_ms=event.duration_ms,
        ended_at=told_at(uow),
    )
    if event.outcome != "refreshed":
        return fact
    fact = replace(fact, source_up=event.bytes_up, source_down=event.bytes_down)
    kept = await snapshots.of_run(uow.conn, event.district_id, event.run_id)
    return replace(fact, **kept) if kept else fact
