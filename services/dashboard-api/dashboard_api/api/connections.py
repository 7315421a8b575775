"""`/districts/{id}/sources` and `…/targets`, changed and tried out one by one; `/target-checks`; `…/declaration`."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from common.errors import Permanent
from dashboard_api import source_checks, target_checks
from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.districts import DistrictId
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.schemas.settings import DistrictFile, SettingsOfSources, SettingsOfTargets, TargetCheck
from dashboard_api.api.schemas.system import CheckOrdered
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.context import Context
from dashboard_api.declare import parts, reserved
from dashboard_api.declare.export import district_file
from dashboard_api.declare.parts import TargetPart
from dashboard_api.declare.values import Id
from dashboard_api.problems import not_found
from dashboard_api.queries import checks, district_parts, districts, exports
from dashboard_api.queries.target_checks import NewTargetCheck
from dashboard_api.words.errors import explained_target_check

router = APIRouter(tags=["settings"], route_class=Acting)
PlaceId = Annotated[str, Path(description="Its id in the district")]


class SourceChange(BaseModel):
    """`name`: what people call it, blank: its kind; `source`: keys as a declaration has them, secrets too."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, max_length=200)
    source: dict[str, Any] = {}


class SchoolToRead(BaseModel):
    """The school to read, by its id at the source; null: the first that is listed."""

    model_config = ConfigDict(extra="forbid")

    school: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class TargetCheckOrder(BaseModel):
    """A site that need not be declared yet: `target` is as a declaration has it, token included."""

    model_config = ConfigDict(extra="forbid")

    district: Id
    target: dict[str, Any]
    pool: Id | None = None


@router.get("/districts/{district_id}/declaration", **gives(DistrictFile))
async def export_district(district_id: DistrictId, caller: ApiCaller, context: InContext) -> Response:
    """The district as a file for `rosterbus apply`: in place of secrets stand the names of environment variables."""
    caller.require("declare", district_id)
    declared = await exports.declaration(context.pool, district_id)
    if declared is None:
        raise not_found("district")
    sources = await district_parts.sources(context.pool, district_id)
    secrets = {source["id"]: _names(context, sealed) or [] for source, sealed in sources}
    return json_text(json.dumps(district_file(declared, secrets), ensure_ascii=False))


@router.get("/districts/{district_id}/sources", **gives(SettingsOfSources))
async def list_sources(district_id: DistrictId, caller: ApiCaller, context: InContext) -> Response:
    """A district's sources without their secrets, of which `secrets` has the names (null: they cannot be opened)."""
    caller.require("declare", district_id)
    found = await district_parts.sources(context.pool, district_id)
    rows = [{**source, "secrets": _names(context, sealed)} for source, sealed in found]
    return json_text(json.dumps({"sources": rows}, ensure_ascii=False))


@router.patch("/districts/{district_id}/sources/{source_id}", **gives(SettingsOfSources))
async def change_source(
    district_id: DistrictId, source_id: PlaceId, body: SourceChange, caller: ApiCaller, context: InContext
) -> Response:
    """Rename a source, or replace keys of it: a secret, an address. It is then asked for its schools again."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await parts.change_source(uow, context.box, caller, (district_id, source_id), body.source, body.name)
    return await list_sources(district_id, caller, context)


@router.post("/districts/{district_id}/sources/{source_id}/check", **gives(CheckOrdered, 202))
async def check_source(
    district_id: DistrictId, source_id: PlaceId, body: SchoolToRead, caller: ApiCaller, context: InContext
) -> Response:
    """Have a declared source tried out, with the secrets that it has. `Location` is the check."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        id_ = await source_checks.order_declared(uow, caller, district_id, source_id, body.school)
    return _ordered(id_, "source-checks")


@router.get("/districts/{district_id}/targets", **gives(SettingsOfTargets))
async def list_targets(district_id: DistrictId, caller: ApiCaller, context: InContext) -> Response:
    """A district's Moodle sites without their tokens, with the schools set up for each, and its newest check."""
    caller.require("declare", district_id)
    rows = await district_parts.targets(context.pool, district_id)
    return json_text(json.dumps({"targets": rows}, ensure_ascii=False))


@router.patch("/districts/{district_id}/targets/{target_id}", **gives(SettingsOfTargets))
async def change_target(
    district_id: DistrictId, target_id: PlaceId, body: dict[str, Any], caller: ApiCaller, context: InContext
) -> Response:
    """Replace keys of a target as a declaration has them: `name`, `base_url`, `token`, `roles` and the rest."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await parts.change_target(uow, context.box, caller, (district_id, target_id), body)
    return await list_targets(district_id, caller, context)


@router.post("/districts/{district_id}/targets/{target_id}/check", **gives(CheckOrdered, 202))
async def check_declared_target(
    district_id: DistrictId, target_id: PlaceId, caller: ApiCaller, context: InContext
) -> Response:
    """Have a declared Moodle site looked at: token, functions, release, roles. `Location` is the check."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        known = await district_parts.target(uow.conn, district_id, target_id)
        if known is None:
            raise not_found("target")
        pool = await districts.pool_of(uow.conn, district_id)
        wanted = (known["base_url"], known["roles"], known["secrets"])
        id_ = await target_checks.order(uow, caller, NewTargetCheck(district_id, pool, target_id, *wanted))
    return _ordered(id_, "target-checks")


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
    return _ordered(id_, "target-checks")


@router.get("/target-checks/{check_id}", **gives(TargetCheck))
async def show_target_check(check_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """A check: `state` waiting, unanswered (for ten minutes) or done, and then `report`, its trouble also in words."""
    caller.require_scope("declare")
    text = await checks.one_json(context.pool, "target", caller.visible, check_id)
    if text is None:
        raise not_found("check")
    return json_text(json.dumps(explained_target_check(json.loads(text)), ensure_ascii=False))


def _names(context: Context, sealed: bytes) -> list[str] | None:
    try:
        return sorted(context.box.open(sealed))
    except Permanent:
        return None


def _ordered(id_: UUID, where: str) -> Response:
    headers = {"Location": f"/api/v1/{where}/{id_}"}
    return Response(to_json({"id": id_}), 202, headers, media_type="application/json")
