"""`/districts/{id}/settings` and its parts: general, policy, second person, recipients; and a school's own."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.districts import DistrictId
from dashboard_api.api.schemas.settings import SchoolSettings, Settings
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.context import Context
from dashboard_api.declare import parts, telling
from dashboard_api.declare.recipients import Outcomes
from dashboard_api.declare.values import Email, Locale, Zone
from dashboard_api.problems import not_found
from dashboard_api.queries import district_parts, districts, recipients, schools
from dashboard_api.queries.recipients import NewRecipient
from rules.policy import Policy

router = APIRouter(tags=["settings"])
Part = Annotated[dict[str, Any], Body()]


class ListedRecipient(BaseModel):
    """`school_id` null: of all schools; for a school it stands in for what the address has for the district."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    outcomes: Outcomes = "all"
    locale: Locale | None = None
    school_id: UUID | None = None


class Recipients(BaseModel):
    """All of them."""

    model_config = ConfigDict(extra="forbid")

    recipients: list[ListedRecipient] = Field(max_length=1_000)


class SchoolPart(BaseModel):
    """What is given is changed. `target` null: not set up; `timezone` null: the district's."""

    model_config = ConfigDict(extra="forbid")

    target: str | None = None
    timezone: Zone | None = None


@router.get("/districts/{district_id}/settings", **gives(Settings))
async def show_settings(district_id: DistrictId, caller: ApiCaller, context: InContext) -> Response:
    """What is declared of a district, but for sources and targets: name, policy, second person, who is told.

    `policy` has all values, `policy_declared` only those that differ from the usual ones by declaration.
    """
    caller.require("declare", district_id)
    return await _settings(context, district_id)


@router.patch("/districts/{district_id}/settings", **gives(Settings))
async def change_general(district_id: DistrictId, body: Part, caller: ApiCaller, context: InContext) -> Response:
    """Change some of `name`, `timezone`, `locale`, `pool`, `max_parallel`."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await parts.change_general(uow, caller, district_id, body)
    return await _settings(context, district_id)


@router.put("/districts/{district_id}/policy", **gives(Settings))
async def put_policy(district_id: DistrictId, body: Part, caller: ApiCaller, context: InContext) -> Response:
    """Declare the policy whole: templates, families, limits and the rest; what is left out has its usual value."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await parts.change_policy(uow, caller, district_id, body, whole=True)
    return await _settings(context, district_id)


@router.patch("/districts/{district_id}/policy", **gives(Settings))
async def patch_policy(district_id: DistrictId, body: Part, caller: ApiCaller, context: InContext) -> Response:
    """Change parts of the policy (JSON merge patch, RFC 7396); null gives a part its usual value."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await parts.change_policy(uow, caller, district_id, body, whole=False)
    return await _settings(context, district_id)


@router.put("/districts/{district_id}/second-person", **gives(Settings))
async def put_second_person(district_id: DistrictId, body: Part, caller: ApiCaller, context: InContext) -> Response:
    """Say which acts need a second person: `force`, `undo`, and approvals of more removals than a number."""
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await parts.change_second_person(uow, caller, district_id, body)
    return await _settings(context, district_id)


@router.put("/districts/{district_id}/recipients", **gives(Settings))
async def put_recipients(district_id: DistrictId, body: Recipients, caller: ApiCaller, context: InContext) -> Response:
    """Say who is told of runs by e-mail: these and nobody else. `outcomes` is all, problems or never."""
    caller.require("declare", district_id)
    told = [NewRecipient(one.email, one.outcomes, one.locale, one.school_id) for one in body.recipients]
    async with context.unit_of_work() as uow:
        await telling.change(uow, caller, district_id, told)
    return await _settings(context, district_id)


@router.get("/schools/{school_id}/settings", **gives(SchoolSettings))
async def show_school_settings(school_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """What is declared of a school: its target, its own time zone, and where it is at its source."""
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    caller.require_scope("read")
    return await _school(context, district_id, school_id)


@router.patch("/schools/{school_id}/settings", **gives(SchoolSettings))
async def change_school_settings(school_id: UUID, body: SchoolPart, caller: ApiCaller, context: InContext) -> Response:
    """Set a school up for a target or take it out, or give it a time zone of its own."""
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    if district_id is None:
        raise not_found("school")
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        known = await district_parts.school(uow.conn, district_id, school_id) or {}
        target = body.target if "target" in body.model_fields_set else known["target"]
        timezone = body.timezone if "timezone" in body.model_fields_set else known["timezone"]
        await parts.change_school(uow, caller, district_id, school_id, target, timezone)
    return await _school(context, district_id, school_id)


async def _settings(context: Context, district_id: str) -> Response:
    general = await district_parts.general(context.pool, district_id)
    if general is None:
        raise not_found("district")
    declared = await district_parts.policy(context.pool, district_id)
    body = {
        "id": district_id,
        **general,
        "policy": Policy.model_validate(declared).model_dump(mode="json"),
        "policy_declared": declared,
        "second_person": (await districts.second_person(context.pool, district_id)).model_dump(mode="json"),
        "recipients": await recipients.listed(context.pool, district_id),
    }
    return json_text(to_json(body).decode())


async def _school(context: Context, district_id: str | None, school_id: UUID) -> Response:
    found = district_id and await district_parts.school(context.pool, district_id, school_id)
    if not found:
        raise not_found("school")
    return json_text(json.dumps(found, ensure_ascii=False))
