"""Data errors that a run met."""

from common.events import SyncErrorsFound
from common.uow import UnitOfWork
from dashboard_api.queries import hints, run_errors, runs


async def note_errors(event: SyncErrorsFound, uow: UnitOfWork) -> None:
    """Keep the errors, and let go of those of earlier runs of the school."""
    async with uow:
        await runs.note(uow.conn, runs.fact_of(event, event.phase))
        await run_errors.add(uow.conn, event)
        await run_errors.forget_superseded(uow.conn, event.district_id, event.school_id)
        await hints.tell(uow.conn, event)
