"""Which runs are tried again by themselves, and when: a pure decision."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid5

from common.catalogue import entry_of
from scheduler.runs import PRIORITIES, Run

PAUSES = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=45))
"""Between a failure and the next attempt."""
RETRIED = ("roster", "device")
"""Kinds that work from states, so that repeating one does what is left."""


def left(run: Run) -> int:
    """How many attempts there are beside this one."""
    return max(len(PAUSES) + 1 - run.attempt, 0) if run.kind in RETRIED and not run.dry_run else 0


def again(run: Run, code: str, failed_at: datetime) -> Run | None:
    """The run that is to follow one which failed with this code of the catalogue, or None.

    It waits until its time, or until the next scheduled run: that takes its place.
    """
    if not left(run) or not entry_of(code).passes:
        return None
    return replace(
        run,
        id=uuid5(run.id, "again"),
        trigger="retry",
        attempt=run.attempt + 1,
        not_before=failed_at + PAUSES[run.attempt - 1],
        priority=PRIORITIES["retry"],
        fence=0,
    )
