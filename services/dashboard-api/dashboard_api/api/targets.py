"""`/districts/{id}/targets`, added, changed, looked at and taken out one by one; `/target-checks`."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict

from common.db import Connection
from dashboard_api import target_checks
from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.districts import DistrictId
from dashboard_api.api.etags import IfMatch, matches, require_seen, tagged
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.listing import InWhole, both
from dashboard_api.api.schemas.settings import SettingsOfTarget, SettingsOfTargets, TargetAdded, TargetCheck
from dashboard_api.api.schemas.system import CheckOrdered
from dashboard_api.api.sources import ordered
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.context import Context
from dashboard_api.declare import parts, present, reserved, target_parts
from dashboard_api.declare.parts import TargetPart
from dashboard_api.declare.values import Id
from dashboard_api.problems import not_found
from dashboard_api.queries import checks, district_parts, districts
from dashboard_api.queries.target_checks import NewTargetCheck
from dashboard_api.words.errors import explained_target_check

COLUMNS = ("id", "name", "base_url", "user_auth", "roles", "max_parallel", "schools", "check.asked_at", "check.usable")

router = APIRouter(tags=["settings"], route_class=Acting)
TargetId = Annotated[str, Path(description="Its id in the district")]
ACTS = {"add_target": "", "change_target": "", "declare": None}
"""What may change a target (`api.etags`)."""


class TargetCheckOrder(BaseModel):
    """A site that need not be declared yet: `target` is as a declaration has it, token included."""

    model_config = ConfigDict(extra="forbid")

    district: Id
    target: dict[str, Any]
    pool: Id | None = None


@both(router, "/districts/{district_id}/targets", **gives(SettingsOfTargets, tagged=True, as_csv=True))
async def list_targets(
    request: Request, district_id: DistrictId, caller: ApiCaller, context: InContext, asked: InWhole
) -> Response:
    """A district's Moodle sites without their tokens, with the schools set up for each, and its newest check."""
    caller.require("declare", district_id)
    if asked.as_csv:
        found = await district_parts.targets(context.pool, district_id)
        return asked.csv("targets", COLUMNS, [_shown(one) for one in found])
    return await _all(request, context, district_id)


@router.get("/districts/{district_id}/targets/{target_id}", **gives(SettingsOfTarget, tagged=True))
async def show_target(
    request: Request, district_id: DistrictId, target_id: TargetId, caller: ApiCaller, context: InContext
) -> Response:
    """One of them. Its `ETag` suits changes of this site alone, that of the list changes of any."""
    caller.require("declare", district_id)
    found = await district_parts.targets(context.pool, district_id)
    target = next((one for one in found if one["id"] == target_id), None)
    if target is None:
        raise not_found("target")
    return tagged(request, json.dumps(_shown(target), ensure_ascii=False), present.target_part(target))


@router.post("/districts/{district_id}/targets", **gives(TargetAdded, 201, tagged=True))
async def add_target(
    request: Request, district_id: DistrictId, body: dict[str, Any], caller: ApiCaller, context: InContext
) -> Response:
    """Declare one more Moodle site, as a declaration has it, token included; `id` is the first free one.

    The first site is `main`, the one that declarations and `rosterbus apply` know.
    """
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        id_ = await target_parts.add(uow, context.box, caller, district_id, body)
    return await _all(request, context, district_id, added=id_)


@router.put("/districts/{district_id}/targets/{target_id}", **gives(SettingsOfTargets, tagged=True))
async def put_target(
    request: Request,
    district_id: DistrictId,
    target_id: TargetId,
    body: dict[str, Any],
    caller: ApiCaller,
    context: InContext,
    if_match: IfMatch = None,
) -> Response:
    """Declare a Moodle site whole, new or known, token included, under an id that whoever declares it chooses."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await _require_seen(uow.conn, if_match, district_id, target_id)
        await target_parts.put(uow, context.box, caller, (district_id, target_id), body)
    return await _all(request, context, district_id)


@router.patch("/districts/{district_id}/targets/{target_id}", **gives(SettingsOfTargets, tagged=True))
async def change_target(
    request: Request,
    district_id: DistrictId,
    target_id: TargetId,
    body: dict[str, Any],
    caller: ApiCaller,
    context: InContext,
    if_match: IfMatch = None,
) -> Response:
    """Replace keys of a target as a declaration has them: `name`, `base_url`, `token`, `roles` and the rest."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await _require_seen(uow.conn, if_match, district_id, target_id)
        await target_parts.change(uow, context.box, caller, (district_id, target_id), body)
    return await _all(request, context, district_id)


@router.delete("/districts/{district_id}/targets/{target_id}", **gives(SettingsOfTargets, tagged=True, problems=(409,)))
async def remove_target(
    request: Request,
    district_id: DistrictId,
    target_id: TargetId,
    caller: ApiCaller,
    context: InContext,
    if_match: IfMatch = None,
) -> Response:
    """Take a Moodle site out; what is in it stays. 409 while a school is set up for it or a device syncs with it."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await _require_seen(uow.conn, if_match, district_id, target_id)
        await target_parts.remove(uow, caller, district_id, target_id)
    return await _all(request, context, district_id)


@router.post("/districts/{district_id}/targets/{target_id}/check", **gives(CheckOrdered, 202))
async def check_declared_target(
    district_id: DistrictId, target_id: TargetId, caller: ApiCaller, context: InContext
) -> Response:
    """Have a declared Moodle site looked at: token, functions, release, roles. `Location` is the check."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        id_ = await target_checks.order_declared(uow, caller, district_id, target_id)
    return ordered(id_, "target-checks")


@router.post("/target-checks", **gives(CheckOrdered, 202, problems=(404,)))
async def check_target(body: TargetCheckOrder, caller: ApiCaller, context: InContext) -> Response:
    """Have a Moodle site looked at before it is declared. `Location` is the check."""
    caller.require("declare", body.district)
    target = parts.read(TargetPart, {"target": body.target}).target
    reserved.require_public(caller, {"base_url": target.base_url})
    sealed = context.box.seal({"token": target.token.get_secret_value()})
    async with context.unit_of_work() as uow:
        present = await districts.pool_of(uow.conn, body.district)
        reserved.require_own_pool(caller, body.pool, present)
        pool = body.pool or present
        wanted = NewTargetCheck(body.district, pool, "", target.base_url, target.roles, sealed)
        id_ = await target_checks.order(uow, caller, wanted)
    return ordered(id_, "target-checks")


@router.get("/target-checks/{check_id}", **gives(TargetCheck))
async def show_target_check(check_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """A check: `state` waiting, unanswered (for ten minutes) or done, and then `report`, its trouble also in words."""
    caller.require_scope("declare")
    text = await checks.one_json(context.pool, "target", caller.visible, check_id)
    if text is None:
        raise not_found("check")
    return json_text(json.dumps(explained_target_check(json.loads(text)), ensure_ascii=False))


async def _require_seen(conn: Connection, if_match: str | None, district_id: str, id_: str) -> None:
    """Raises `Problem` 412 unless the caller has seen the site as it is, alone or in the list."""
    if if_match is None:
        return
    await districts.lock(conn, district_id)
    declared = {one["id"]: present.target_part(one) for one in await district_parts.targets(conn, district_id)}
    if id_ in declared and matches(if_match, [*declared.values()]):
        return
    subjects = [f"target/{id_}", f"district/{district_id}"]
    await require_seen(conn, if_match, declared.get(id_), district_id, subjects, ACTS)


async def _all(request: Request, context: Context, district_id: str, added: str | None = None) -> Response:
    """All of them; with `added`, the id of the one that is new."""
    found = await district_parts.targets(context.pool, district_id)
    body: dict[str, Any] = {"targets": [_shown(one) for one in found]}
    if added is not None:
        body = {"id": added, **body}
    answer = tagged(request, json.dumps(body, ensure_ascii=False), [present.target_part(one) for one in found])
    if added is not None:
        answer.status_code = 201
        answer.headers["Location"] = f"/api/v1/districts/{district_id}/targets/{added}"
    return answer


def _shown(target: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in target.items() if key != "sealed"}
