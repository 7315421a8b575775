"""Having a Moodle site looked at: what to open, sealed, and the event that says so, in one transaction."""

from uuid import UUID

from common.events import TargetCheckOrdered
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.queries import audit, target_checks
from dashboard_api.queries.target_checks import NewTargetCheck


async def order(uow: UnitOfWork, principal: Principal, check: NewTargetCheck) -> UUID:
    """The id of the check. Inside the unit of work. Neither district nor target need be declared."""
    id_ = await target_checks.add(uow.conn, check, principal.id)
    detail = {"base_url": check.base_url, "target": check.target_id or None}
    await audit.add(uow.conn, check.district_id, principal.id, "check_target", f"target_check/{id_}", detail)
    uow.emit(TargetCheckOrdered(district_id=check.district_id, pool=check.pool, check_id=id_))
    return id_
