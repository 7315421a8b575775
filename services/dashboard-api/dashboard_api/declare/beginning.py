"""The beginning of a district that is set up step by step: its row and its schools."""

from typing import Any
from uuid import UUID

from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.declare import parts
from dashboard_api.declare.model import District
from dashboard_api.declare.parts import Change
from dashboard_api.declare.values import Declared
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import district_parts, districts, schools

Json = dict[str, Any]


class DistrictPart(Declared):
    """The part of a declaration below `district`."""

    district: District


async def begin(uow: UnitOfWork, principal: Principal, body: Json) -> str:
    """Declare a district without anything in it; its id. Raises `Problem`: 422, 409 if the id is taken."""
    district = parts.read(DistrictPart, {"district": body}).district
    values = {name: getattr(district, name) for name in district_parts.GENERAL}
    if not await district_parts.add(uow.conn, district.id, values):
        raise Problem(409, "district_taken", _("Another district has this short name. Choose another one."))
    change = Change("change_district", "district", f"district/{district.id}", {}, values)
    await parts.note(uow, principal, district.id, change)
    return district.id


async def set_up_all(uow: UnitOfWork, principal: Principal, district_id: str, target: str) -> None:
    """All schools without a Moodle go to this one, and those that are shared later, too. Raises `Problem` 422."""
    await districts.lock(uow.conn, district_id)
    await parts.require_target(uow, district_id, target)
    await district_parts.send_all(uow.conn, district_id, target)
    await schools.set_all_up(uow.conn, district_id, target)
    change = Change("set_up_all", "district", f"district/{district_id}", {}, {"schools": "all"})
    await parts.note(uow, principal, district_id, change)


async def set_up_some(uow: UnitOfWork, principal: Principal, district_id: str, ids: list[UUID], target: str) -> None:
    """These schools go to this Moodle."""
    for id_ in ids:
        known = await district_parts.school(uow.conn, district_id, id_)
        zone = known["timezone"] if known else None
        await parts.change_school(uow, principal, district_id, id_, target, zone)
