"""`PUT …/nightly-mode`: pausing and resuming the nightly sync of one school, some, or all that are set up."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from common.db import Connection
from common.uow import UnitOfWork
from dashboard_api import nightly_modes
from dashboard_api.api.described import gives
from dashboard_api.api.etags import IfMatch, require_seen, tagged
from dashboard_api.api.orders import SchoolChoice, chosen
from dashboard_api.api.schemas.schedules import SchoolModes
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.nightly_modes import Mode
from dashboard_api.problems import not_found
from dashboard_api.queries import districts, schools

router = APIRouter(tags=["schedules"])


class NightlyMode(BaseModel):
    """What the nights are to do. `until`: the first local date on which they are on again; null: until resumed."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    until: date | None = None
    reason: str = Field(default="", max_length=500)


class NightlyModes(NightlyMode, SchoolChoice):
    """The same for several schools."""


@router.get("/schools/{school_id}/nightly-mode", **gives(SchoolModes, tagged=True))
async def show_school_nightly_mode(
    request: Request, school_id: UUID, caller: ApiCaller, context: InContext
) -> Response:
    """Whether the nightly sync of a school is on, only adds, or is paused; until when, and why."""
    caller.require_scope("read")
    return await _answer(request, context, await _district_of(context, caller, school_id), [school_id])


@router.get("/districts/{district_id}/nightly-mode", **gives(SchoolModes, tagged=True))
async def show_district_nightly_modes(
    request: Request, district_id: str, caller: ApiCaller, context: InContext
) -> Response:
    """Whether the nightly sync of each school that is set up is on, only adds, or is paused."""
    caller.require("read", district_id)
    return await _answer(request, context, district_id, None)


@router.put("/schools/{school_id}/nightly-mode", **gives(SchoolModes, tagged=True))
async def put_school_nightly_mode(
    request: Request,
    school_id: UUID,
    wanted: NightlyMode,
    caller: ApiCaller,
    context: InContext,
    if_match: IfMatch = None,
) -> Response:
    """Pause, resume or narrow the nightly sync of one school. Runs by hand stay possible."""
    district_id = await _district_of(context, caller, school_id)
    caller.require("order", district_id)
    async with context.unit_of_work() as uow:
        await _require_seen(uow.conn, if_match, district_id, [school_id])
        await _change(uow, caller, district_id, [school_id], wanted)
    return await _answer(request, context, district_id, [school_id])


@router.put("/districts/{district_id}/nightly-mode", **gives(SchoolModes, tagged=True, problems=(409,)))
async def put_district_nightly_modes(
    request: Request,
    district_id: str,
    wanted: NightlyModes,
    caller: ApiCaller,
    context: InContext,
    if_match: IfMatch = None,
) -> Response:
    """Pause, resume or narrow the nightly sync of schools. Of those named, those that match, or all that are set up."""
    caller.require("order", district_id)
    ids = await chosen(context.pool, district_id, wanted)
    async with context.unit_of_work() as uow:
        await _require_seen(uow.conn, if_match, district_id, None)
        changed = await _change(uow, caller, district_id, ids, wanted)
        modes = await nightly_modes.standing(uow.conn, district_id, None)
    return tagged(request, to_json({"schools": changed}).decode(), modes)


async def _district_of(context: Context, caller: Principal, school_id: UUID) -> str:
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    if district_id is None:
        raise not_found("school")
    return district_id


async def _require_seen(conn: Connection, if_match: str | None, district_id: str, ids: list[UUID] | None) -> None:
    await districts.lock(conn, district_id)
    if if_match is not None:
        modes = await nightly_modes.standing(conn, district_id, ids)
        await require_seen(conn, if_match, modes, district_id, [f"district/{district_id}"], {"nightly mode": ""})


async def _change(
    uow: UnitOfWork, caller: Principal, district_id: str, ids: list[UUID] | None, wanted: NightlyMode
) -> list[dict[str, Any]]:
    return await nightly_modes.change(
        uow, caller, district_id, ids, mode=wanted.mode, until=wanted.until, reason=wanted.reason
    )


async def _answer(request: Request, context: Context, district_id: str, ids: list[UUID] | None) -> Response:
    modes = await nightly_modes.standing(context.pool, district_id, ids)
    return tagged(request, to_json({"schools": modes}).decode(), modes)
