"""Having a Moodle site looked at: what to open, sealed, and the event that says so, in one transaction."""

from uuid import UUID

from common.events import TargetCheckOrdered
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.problems import not_found
from dashboard_api.queries import audit, district_parts, districts, target_checks
from dashboard_api.queries.target_checks import NewTargetCheck


async def order(uow: UnitOfWork, principal: Principal, check: NewTargetCheck) -> UUID:
    """The id of the check. Inside the unit of work. Neither district nor target need be declared."""
    id_ = await target_checks.add(uow.conn, check, principal.id)
    detail = {"base_url": check.base_url, "target": check.target_id or None}
    await audit.add(uow.conn, check.district_id, principal.id, "check_target", f"target_check/{id_}", detail)
    uow.emit(TargetCheckOrdered(district_id=check.district_id, pool=check.pool, check_id=id_))
    return id_


async def order_declared(uow: UnitOfWork, principal: Principal, district_id: str, target_id: str) -> UUID:
    """The same of a site that is declared, as it is, token included. Raises `Problem` 404."""
    known = await district_parts.target(uow.conn, district_id, target_id)
    if known is None:
        raise not_found("target")
    pool = await districts.pool_of(uow.conn, district_id)
    what = (known["base_url"], known["roles"], known["secrets"])
    return await order(uow, principal, NewTargetCheck(district_id, pool, target_id, *what))
