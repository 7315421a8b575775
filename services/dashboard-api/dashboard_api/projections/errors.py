"""Data errors that a run met."""

from common.db import Row
from common.event_model import Phase
from common.events import SyncCompleted, SyncErrorsFound
from common.uow import UnitOfWork
from dashboard_api.projections.told import told_at
from dashboard_api.queries import hints, run_errors, runs


async def note_errors(event: SyncErrorsFound, uow: UnitOfWork) -> None:
    """Keep the errors; those that are known keep since when they stand."""
    async with uow:
        await runs.note(uow.conn, runs.fact_of(event, event.phase))
        await run_errors.add(uow.conn, event, told_at(uow))
        await hints.tell(uow.conn, event)


def looked_at(event: SyncCompleted, run: Row) -> list[Phase]:
    """The phases in which the run looked at everything of its school, so that what it did not find there is solved.

    A run that is narrowed reads the whole roster and applies only a part of it; an undo reads nothing.
    """
    if event.outcome == "cancelled" or run["kind"] not in ("roster", None):
        return []
    if event.outcome in ("refreshed", "previewed") or run["scope"]:
        return ["fetching"]
    return ["fetching", "applying"]
