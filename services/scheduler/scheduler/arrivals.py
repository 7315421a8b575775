"""What a new package comes to, school by school: a pure decision."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from common.db import Row
from common.envelope import Envelope
from common.events import PackageArrived
from scheduler.orders import run_of
from scheduler.runs import PRIORITIES, Run

WAITS_FOR = timedelta(hours=6)
"""How long a package waits for the runs that are in its way; the next night's sync takes it in any case."""


def runs_of(arrival: PackageArrived, schools: Iterable[Row]) -> list[Run]:
    """A partial run for each of these schools (`id, target_id, pool`); the same however often it is asked."""
    return [
        Run(
            district_id=arrival.district_id,
            id=run_of(arrival.arrival_id, school["id"]),
            order_id=arrival.arrival_id,
            school_id=school["id"],
            target_id=school["target_id"],
            pool=school["pool"],
            mode="partial",
            dry_run=False,
            trigger="arrival",
            priority=PRIORITIES["arrival"],
        )
        for school in schools
    ]


def is_fresh(told: Envelope | None, now: datetime) -> bool:
    """Whether the package is still worth waiting for."""
    return told is not None and now - told.time < WAITS_FOR
