"""`PUT …/nightly-mode`: pausing and resuming the nightly sync of one school, some, or all that are set up."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from dashboard_api import nightly_modes
from dashboard_api.api.answers import json_text
from dashboard_api.api.orders import SchoolChoice, chosen
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.nightly_modes import Mode
from dashboard_api.problems import not_found
from dashboard_api.queries import schools

router = APIRouter(tags=["schedules"])


class NightlyMode(BaseModel):
    """What the nights are to do. `until`: the first local date on which they are on again; null: until resumed."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    until: date | None = None
    reason: str = Field(default="", max_length=500)


class NightlyModes(NightlyMode, SchoolChoice):
    """The same for several schools."""


@router.put("/schools/{school_id}/nightly-mode")
async def put_school(school_id: UUID, wanted: NightlyMode, caller: ApiCaller, context: InContext) -> Response:
    """Pause, resume or narrow the nightly sync of one school. Runs by hand stay possible."""
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    if district_id is None:
        raise not_found("school")
    return await _change(district_id, [school_id], wanted, caller, context)


@router.put("/districts/{district_id}/nightly-mode")
async def put_district(district_id: str, wanted: NightlyModes, caller: ApiCaller, context: InContext) -> Response:
    """The same for the schools that are named, or that match, or all that are set up."""
    caller.require("order", district_id)
    ids = await chosen(context.pool, district_id, wanted)
    return await _change(district_id, ids, wanted, caller, context)


async def _change(
    district_id: str, ids: list[UUID] | None, wanted: NightlyMode, caller: ApiCaller, context: InContext
) -> Response:
    caller.require("order", district_id)
    async with context.unit_of_work() as uow:
        after = await nightly_modes.change(
            uow, caller, district_id, ids, mode=wanted.mode, until=wanted.until, reason=wanted.reason
        )
    return json_text(to_json({"schools": after}).decode())
