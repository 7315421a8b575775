"""`/districts`: what is declared."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import ValidationError

from common.language import mark
from common.uow import UnitOfWork
from dashboard_api.api.answers import json_text
from dashboard_api.api.calls import DistrictId, MayDeclare, MayOverwrite
from dashboard_api.api.described import gives
from dashboard_api.api.etags import tagged
from dashboard_api.api.listing import InPages, Listing, both, list_answer, plain
from dashboard_api.api.schemas.districts import District, DistrictPage
from dashboard_api.api.schemas.settings import DistrictFile
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.declare import parts, reserved
from dashboard_api.declare.export import district_file
from dashboard_api.declare.mistakes import Mistake, MistakenError, mistakes_in
from dashboard_api.declare.model import TARGET_ID, Declaration
from dashboard_api.declare.write import declare
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import district_parts, districts, exports, sources

router = APIRouter(tags=["districts"])

DISTRICTS = Listing(
    "districts",
    (plain, plain),
    (
        *("id", "name", "timezone", "locale", "pool", "max_parallel", "all_schools", "sources", "target", "target_url"),
        *("schools", "set_up", "declared_at", "listed_at", "listing_error"),
    ),
)


@both(router, "/districts", **gives(DistrictPage, listed=True))
async def list_districts(caller: ApiCaller, context: InContext, asked: InPages) -> Response:
    """The districts that the caller may see, by name."""
    caller.require_scope("read")
    visible = caller.visible
    return await list_answer(asked, DISTRICTS, lambda after, limit: districts.page(context.pool, visible, after, limit))


@router.get("/districts/{district_id}", **gives(District, tagged=True))
async def show_district(request: Request, district_id: DistrictId, caller: ApiCaller, context: InContext) -> Response:
    """One district, with the sums over its schools."""
    caller.require("read", district_id)
    return await _one(request, context, district_id)


@router.put("/districts/{district_id}", **gives(District, tagged=True))
async def put_district(call: MayOverwrite, body: Annotated[dict[str, Any], Body()]) -> Response:
    """Declare a district whole: sources, target, schools. The sources are then asked which schools they share."""
    declaration = _read(body)
    if declaration.district.id != call.district_id:
        raise _unprocessable(
            [Mistake("district.id", mark("{key} must be {id}, as in the address."), {"id": call.district_id})]
        )
    try:
        async with call.context.unit_of_work() as uow:
            await districts.lock(uow.conn, call.district_id)
            seen = await districts.declared(uow.conn, call.district_id)
            await call.require_seen(uow.conn, seen, {"declare": ""})
            await _require_own(uow, call.caller, declaration)
            await declare(uow, call.context.box, declaration, call.caller.id)
    except MistakenError as error:
        raise _unprocessable([error.mistake]) from None
    return await _one(call.request, call.context, call.district_id)


@router.get("/districts/{district_id}/declaration", **gives(DistrictFile))
async def export_district(call: MayDeclare) -> Response:
    """The district as a file for `rosterbus apply`: in place of secrets stand the names of environment variables."""
    declared = await exports.declaration(call.context.pool, call.district_id)
    if declared is None:
        raise not_found("district")
    sources = await district_parts.sources(call.context.pool, call.district_id)
    secrets = {source["id"]: parts.secret_names(call.context.box, sealed) or [] for source, sealed in sources}
    return json_text(json.dumps(district_file(declared, secrets), ensure_ascii=False))


async def _require_own(uow: UnitOfWork, caller: Principal, declaration: Declaration) -> None:
    """Raises `Problem` 403 for what only whoever runs Rosterbus may declare, and is not declared yet."""
    district_id = declaration.district.id
    known = await sources.known(uow.conn, district_id)
    for id_, source in declaration.sources_by_id.items():
        reserved.require_own_place(caller, source, known[id_].settings if id_ in known else None)
    target = await district_parts.target(uow.conn, district_id, TARGET_ID)
    reserved.require_public(caller, {"base_url": declaration.target.base_url}, target)
    reserved.require_own_pool(caller, declaration.district.pool, await districts.pool_of(uow.conn, district_id))


def _read(body: dict[str, Any]) -> Declaration:
    try:
        return Declaration.model_validate(body)
    except ValidationError as error:
        raise _unprocessable(mistakes_in(error)) from None


def _unprocessable(mistakes: list[Mistake]) -> Problem:
    return Problem(
        422, "mistakes", _("The declaration cannot be used; correct what `errors` names."), mistakes=mistakes
    )


async def _one(request: Request, context: Context, district_id: str) -> Response:
    async with context.pool.acquire() as conn:
        settings = await districts.declared(conn, district_id)
    text = await districts.one_json(context.pool, district_id)
    if text is None:
        raise not_found("district")
    return tagged(request, text, settings)
