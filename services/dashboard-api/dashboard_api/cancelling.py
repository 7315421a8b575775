"""Stopping a run: the event and the audit, in one transaction."""

from uuid import UUID

from common.orders import SyncCancelOrdered
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import audit, districts, hints, run_list
from dashboard_api.words.standing import ENDED


async def cancel(uow: UnitOfWork, principal: Principal, district_id: str, run_id: UUID, reason: str) -> str:
    """Order that a run stops; the status that it had. Its end will say that it stopped.

    Raises `Problem` 409 for one that has ended.
    """
    run = await run_list.standing(uow.conn, district_id, run_id)
    if run["status"] in ENDED:
        raise Problem(409, "ended", _("This run has ended already; there is nothing to cancel."))
    order = SyncCancelOrdered(
        district_id=district_id,
        pool=await districts.pool_of(uow.conn, district_id),
        run_id=run_id,
        school_id=run["school_id"],
        ordered_by=principal.id,
        reason=reason,
    )
    change = {"reason": reason, "before": run["status"], "after": "cancelling"}
    await audit.add(uow.conn, district_id, principal.id, "cancel", f"run/{run_id}", change)
    await hints.tell(uow.conn, order)
    uow.emit(order)
    return str(run["status"])
