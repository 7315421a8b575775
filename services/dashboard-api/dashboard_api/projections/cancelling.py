"""That a run is to stop."""

from dataclasses import replace

from common.events import SyncCancelOrdered
from common.uow import UnitOfWork
from dashboard_api.projections.told import told_at
from dashboard_api.queries import hints, runs
from dashboard_api.queries.runs import fact_of


async def note_cancelling(event: SyncCancelOrdered, uow: UnitOfWork) -> None:
    """Somebody wants the run to stop; its end says whether it did."""
    fact = replace(fact_of(event, "ordered"), cancel_ordered_by=event.ordered_by, cancel_ordered_at=told_at(uow))
    async with uow:
        await runs.note(uow.conn, fact)
        await hints.tell(uow.conn, event)
