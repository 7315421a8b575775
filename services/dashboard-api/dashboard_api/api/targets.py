"""`/districts/{id}/targets`, added, changed, looked at and taken out one by one; `/target-checks`."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict

from common.db import Connection
from dashboard_api import target_checks
from dashboard_api.api.answers import json_text
from dashboard_api.api.calls import Call, MayDeclare, MayOverwrite
from dashboard_api.api.described import gives
from dashboard_api.api.etags import matches, tagged
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.listing import InWhole, both
from dashboard_api.api.schemas.settings import SettingsOfTarget, SettingsOfTargets, TargetAdded, TargetCheck
from dashboard_api.api.schemas.system import CheckOrdered
from dashboard_api.api.sources import ordered
from dashboard_api.auth.guard import ApiCaller, InContext
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
async def list_targets(call: MayDeclare, asked: InWhole) -> Response:
    """A district's Moodle sites without their tokens, with the schools set up for each, and its newest check."""
    if asked.as_csv:
        found = await district_parts.targets(call.context.pool, call.district_id)
        return asked.csv("targets", COLUMNS, [_shown(one) for one in found])
    return await _all(call)


@router.get("/districts/{district_id}/targets/{target_id}", **gives(SettingsOfTarget, tagged=True))
async def show_target(call: MayDeclare, target_id: TargetId) -> Response:
    """One of them. Its `ETag` suits changes of this site alone, that of the list changes of any."""
    found = await district_parts.targets(call.context.pool, call.district_id)
    target = next((one for one in found if one["id"] == target_id), None)
    if target is None:
        raise not_found("target")
    return tagged(call.request, json.dumps(_shown(target), ensure_ascii=False), present.target_part(target))


@router.post("/districts/{district_id}/targets", **gives(TargetAdded, 201, tagged=True))
async def add_target(call: MayDeclare, body: dict[str, Any]) -> Response:
    """Declare one more Moodle site, as a declaration has it, token included; `id` is the first free one.

    The first site is `main`, the one that declarations and `rosterbus apply` know.
    """
    async with call.context.unit_of_work() as uow:
        id_ = await target_parts.add(uow, call.context.box, call.caller, call.district_id, body)
    return await _all(call, added=id_)


@router.put("/districts/{district_id}/targets/{target_id}", **gives(SettingsOfTargets, tagged=True))
async def put_target(call: MayOverwrite, target_id: TargetId, body: dict[str, Any]) -> Response:
    """Declare a Moodle site whole, new or known, token included, under an id that whoever declares it chooses."""
    async with call.context.unit_of_work() as uow:
        await _require_seen(uow.conn, call, target_id)
        await target_parts.put(uow, call.context.box, call.caller, (call.district_id, target_id), body)
    return await _all(call)


@router.patch("/districts/{district_id}/targets/{target_id}", **gives(SettingsOfTargets, tagged=True))
async def change_target(call: MayOverwrite, target_id: TargetId, body: dict[str, Any]) -> Response:
    """Replace keys of a target as a declaration has them: `name`, `base_url`, `token`, `roles` and the rest."""
    async with call.context.unit_of_work() as uow:
        await _require_seen(uow.conn, call, target_id)
        await target_parts.change(uow, call.context.box, call.caller, (call.district_id, target_id), body)
    return await _all(call)


@router.delete("/districts/{district_id}/targets/{target_id}", **gives(SettingsOfTargets, tagged=True, problems=(409,)))
async def remove_target(call: MayOverwrite, target_id: TargetId) -> Response:
    """Take a Moodle site out; what is in it stays. 409 while a school is set up for it or a device syncs with it."""
    async with call.context.unit_of_work() as uow:
        await _require_seen(uow.conn, call, target_id)
        await target_parts.remove(uow, call.caller, call.district_id, target_id)
    return await _all(call)


@router.post("/districts/{district_id}/targets/{target_id}/check", **gives(CheckOrdered, 202))
async def check_declared_target(call: MayDeclare, target_id: TargetId) -> Response:
    """Have a declared Moodle site looked at: token, functions, release, roles. `Location` is the check."""
    async with call.context.unit_of_work() as uow:
        id_ = await target_checks.order_declared(uow, call.caller, call.district_id, target_id)
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


async def _require_seen(conn: Connection, call: Call, id_: str) -> None:
    """Raises `Problem` 412 unless the caller has seen the site as it is, alone or in the list."""
    if call.if_match is None:
        return
    await districts.lock(conn, call.district_id)
    declared = {one["id"]: present.target_part(one) for one in await district_parts.targets(conn, call.district_id)}
    if id_ in declared and matches(call.if_match, [*declared.values()]):
        return
    await call.require_seen(conn, declared.get(id_), ACTS, f"target/{id_}")


async def _all(call: Call, added: str | None = None) -> Response:
    """All of them; with `added`, the id of the one that is new."""
    found = await district_parts.targets(call.context.pool, call.district_id)
    body: dict[str, Any] = {"targets": [_shown(one) for one in found]}
    if added is not None:
        body = {"id": added, **body}
    answer = tagged(call.request, json.dumps(body, ensure_ascii=False), [present.target_part(one) for one in found])
    if added is not None:
        answer.status_code = 201
        answer.headers["Location"] = f"/api/v1/districts/{call.district_id}/targets/{added}"
    return answer


def _shown(target: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in target.items() if key != "sealed"}
