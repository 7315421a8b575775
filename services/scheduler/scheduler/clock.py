"""The clock: notes the nights that have come, and starts each, or says what kept it from running."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

import structlog
from prometheus_client import Counter

from common.db import Row
from common.uow import UnitOfWork
from scheduler import meeting, occurrences
from scheduler.occurrences import Ending
from scheduler.runs import PRIORITIES, Run

Clock = Callable[[], datetime]
NIGHTS = Counter("rosterbus_nights_total", "Nights of schools, by what became of them", ["state", "reason"])
STATES = {"missed": "missed", "not_set_up": "refused", "coalesced": "refused"}
"""What an occurrence is called that did not run for this reason; the others are skipped."""

CONTACT_EVERY = timedelta(minutes=1)
"""Between two looks whether a device that may sync at its next contact has one."""

log = structlog.get_logger()


def wall_clock() -> datetime:
    """The time that the operating system tells."""
    return datetime.now(UTC)


class Night(NamedTuple):
    """An occurrence, its run if it becomes one, and what stands in its way."""

    row: Row
    run: Run
    reason: str | None


async def note_nights(uow: UnitOfWork, now: datetime) -> None:
    """Write down the nights that have come."""
    async with uow:
        noted = await occurrences.note(uow.conn, now)
    if noted:
        log.info("nights have come", occurrences=noted)


async def start_nights(uow: UnitOfWork, now: datetime) -> bool:
    """Start those whose moment has come, as many as one transaction takes; whether there may be more.

    A night that meets a run which waits, and would do something else, is looked at again at each tick until it has
    become too late for it.
    """
    async with uow:
        rows = await occurrences.due(uow.conn, now)
        if not rows:
            return False
        waiting = [row for row in rows if row["waits"]]
        if waiting:
            await occurrences.look_again(uow.conn, waiting, now + CONTACT_EVERY)
        nights = [_night(row) for row in rows if not row["waits"]]
        endings = [_kept_from_running(night, uow) for night in nights if night.reason]
        endings += await _take_in([night for night in nights if not night.reason], uow)
        if endings:
            await occurrences.settle(uow.conn, endings)
    for ending in endings:
        NIGHTS.labels(ending.state, ending.reason or "").inc()
    log.info("nights settled", started=sum(e.state == "run" for e in endings), others=len(endings))
    return len(rows) == occurrences.AT_ONCE and bool(endings or waiting)


def run_of_night(subject: UUID, night: date) -> UUID:
    """The id of the run of a night of a school, or a day of a device."""
    return uuid5(subject, f"night/{night.isoformat()}")


def _night(row: Row) -> Night:
    run = Run(
        district_id=row["district_id"],
        id=run_of_night(row["subject"], row["night"]),
        order_id=uuid5(row["subject"], "nights"),
        school_id=row["school_id"],
        target_id=row["target_id"] or "",
        pool=row["pool"],
        mode="nightly",
        dry_run=False,
        trigger="schedule",
        kind="device" if row["device_id"] else "roster",
        additions_only=row["mode"] == "additions_only",
        device_id=row["device_id"],
        priority=PRIORITIES["schedule"],
    )
    return Night(row, run, row["reason"])


def _kept_from_running(night: Night, uow: UnitOfWork) -> Ending:
    assert night.reason is not None
    uow.emit(meeting.refusal(night.run, night.reason))
    return _ending(night, STATES.get(night.reason, "skipped"), night.reason, None)


async def _take_in(nights: Sequence[Night], uow: UnitOfWork) -> list[Ending]:
    met = await meeting.take_in(uow.conn, [night.run for night in nights])
    by_run = {night.run.id: night for night in nights}
    for refusal in met.refusals():
        if refusal.reason == "coalesced":
            uow.emit(refusal)
    refused = {run.id for run, _ in met.refused}
    coalesced = {run.id: other.id for run, other in met.coalesced}
    return [
        *(_ending(by_run[id_], "refused", "coalesced", other) for id_, other in coalesced.items()),
        *(_ending(n, "run", None, n.run.id) for n in nights if n.run.id not in refused | coalesced.keys()),
    ]


def _ending(night: Night, state: str, reason: str | None, run_id: UUID | None) -> Ending:
    row = night.row
    return Ending(row["district_id"], row["subject"], row["night"], state, reason, run_id)
