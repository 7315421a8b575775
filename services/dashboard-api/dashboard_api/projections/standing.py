"""What puts a school on hold and lifts that again, and that a run is to stop."""

from dataclasses import replace

from common.events import HoldDecided, SyncCancelOrdered, SyncCompleted, SyncHeld
from common.uow import UnitOfWork
from dashboard_api.projections.told import told_at
from dashboard_api.queries import hints, runs, school_states
from dashboard_api.queries.runs import fact_of

LIFTING = ("clean", "with_errors", "nothing_to_do")
"""Outcomes of a run that would have been held if there still were a reason."""


async def note_hold(event: SyncHeld, uow: UnitOfWork) -> None:
    """The school is on hold."""
    async with uow:
        await school_states.note_hold(uow.conn, event.district_id, event.school_id, event.hold_id, told_at(uow))
        await hints.tell(uow.conn, event)


async def note_decision(event: HoldDecided, uow: UnitOfWork) -> None:
    """It no longer is."""
    async with uow:
        await school_states.lift_hold(uow.conn, event.district_id, event.school_id, told_at(uow))
        await hints.tell(uow.conn, event)


async def note_cancelling(event: SyncCancelOrdered, uow: UnitOfWork) -> None:
    """Somebody wants the run to stop; its end says whether it did."""
    fact = replace(fact_of(event, "ordered"), cancel_ordered_by=event.ordered_by, cancel_ordered_at=told_at(uow))
    async with uow:
        await runs.note(uow.conn, fact)
        await hints.tell(uow.conn, event)


async def lift_hold(event: SyncCompleted, uow: UnitOfWork) -> None:
    """A run that read and applied a school, and was not held, shows that nothing is to be decided any more."""
    if event.outcome in LIFTING and event.mode != "refresh" and not event.dry_run:
        await school_states.lift_hold(uow.conn, event.district_id, event.school_id, told_at(uow))
