"""Operations that wait for a person, and what was decided."""

from common.events import SyncHeld
from common.orders import HoldDecided
from common.uow import UnitOfWork
from dashboard_api.projections.told import told_at
from dashboard_api.queries import hints, hold_decisions, runs, school_states


async def note_hold(event: SyncHeld, uow: UnitOfWork) -> None:
    """The school is on hold. How the run ends is told by its end."""
    async with uow:
        await runs.note(uow.conn, runs.fact_of(event, "applying"))
        await school_states.note_hold(uow.conn, event.district_id, event.school_id, event.hold_id, told_at(uow))
        await hints.tell(uow.conn, event)


async def note_decision(event: HoldDecided, uow: UnitOfWork) -> None:
    """What was decided; for one that the API took everything is known already."""
    async with uow:
        await hold_decisions.add(uow.conn, event, told_at(uow))
        if event.decision != "reject":
            await runs.note(uow.conn, runs.fact_of_decision(event, told_at(uow)))
        await school_states.lift_hold(uow.conn, event.district_id, event.school_id, told_at(uow))
        await hints.tell(uow.conn, event)
