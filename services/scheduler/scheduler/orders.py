"""What an order comes to, school by school: a pure decision."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from common.events import SyncRefused
from common.orders import SyncOrdered
from scheduler.runs import PRIORITIES, Run


def run_of(order_id: UUID, school_id: UUID) -> UUID:
    """The id of an order's run for a school."""
    return uuid5(order_id, str(school_id))


def split(
    order: SyncOrdered, schools: Mapping[UUID, tuple[str | None, str]], *, offline: bool = False
) -> tuple[list[Run], list[SyncRefused]]:
    """The runs that an order asks for, and its refusals for schools that are unknown or not set up.

    `schools` gives the target (None: not set up) and the pool of each school that is known; `offline` is said of the
    order's device.
    """
    runs, refusals = [], []
    for school_id in order.schools if order.schools is not None else schools:
        target_id, pool = schools.get(school_id, (None, order.pool))
        if target_id is None:
            reason = "not_set_up" if school_id in schools else "unknown_school"
            refusals.append(_refusal(order, school_id, reason))
        elif offline:
            refusals.append(_refusal(order, school_id, "device_offline"))
        else:
            runs.append(_run(order, school_id, target_id, pool))
    return runs, refusals


def _run(order: SyncOrdered, school_id: UUID, target_id: str, pool: str) -> Run:
    return Run(
        district_id=order.district_id,
        id=run_of(order.order_id, school_id),
        order_id=order.order_id,
        school_id=school_id,
        target_id=target_id,
        pool=pool,
        mode=order.mode,
        dry_run=order.dry_run,
        trigger="person",
        kind=order.kind,
        device_id=order.device_id,
        scope=order.scope.model_dump(mode="json", exclude_defaults=True),
        priority=PRIORITIES["person"],
    )


def _refusal(order: SyncOrdered, school_id: UUID, reason: str) -> SyncRefused:
    return SyncRefused.model_validate(
        {
            "district_id": order.district_id,
            "pool": order.pool,
            "run_id": run_of(order.order_id, school_id),
            "school_id": school_id,
            "reason": reason,
            "mode": order.mode,
            "device_id": order.device_id,
        }
    )
