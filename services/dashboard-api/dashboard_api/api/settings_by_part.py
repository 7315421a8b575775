"""`/districts/{id}/settings` and its parts: general, policy, second person, recipients; and a school's own."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from common.uow import UnitOfWork
from dashboard_api.api.calls import Call, MayDeclare, MayOverwrite
from dashboard_api.api.described import gives
from dashboard_api.api.etags import IfMatch, require_seen, tagged
from dashboard_api.api.schemas.settings import SchoolSettings, Settings
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.context import Context
from dashboard_api.declare import parts, present, telling
from dashboard_api.declare.recipients import Outcomes
from dashboard_api.declare.values import Email, Locale, Zone
from dashboard_api.problems import not_found
from dashboard_api.queries import district_parts, districts, schools
from dashboard_api.queries.recipients import NewRecipient
from rules.policy import Policy

router = APIRouter(tags=["settings"])
Part = Annotated[dict[str, Any], Body()]
ACTS = {
    "change_district": "",
    "change_policy": "policy",
    "change_second_person": "second_person",
    "change_recipients": "",
    "declare": None,
}
SCHOOL_ACTS = {"change_school": "", "set_up_all": None, "declare": None}
"""What may change them, and where its values stand in them (`api.etags`)."""


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


@router.get("/districts/{district_id}/settings", **gives(Settings, tagged=True))
async def show_settings(call: MayDeclare) -> Response:
    """What is declared of a district, but for sources and targets: name, policy, second person, who is told.

    `policy` has all values, `policy_declared` only those that differ from the usual ones by declaration. The `ETag` is
    of all of it, and each part is changed with it.
    """
    return await _settings(call)


@router.patch("/districts/{district_id}/settings", **gives(Settings, tagged=True))
async def change_general(call: MayOverwrite, body: Part) -> Response:
    """Change some of `name`, `timezone`, `locale`, `pool`, `max_parallel`."""
    async with _changing(call) as uow:
        await parts.change_general(uow, call.caller, call.district_id, body)
    return await _settings(call)


@router.put("/districts/{district_id}/policy", **gives(Settings, tagged=True))
async def put_policy(call: MayOverwrite, body: Part) -> Response:
    """Declare the policy whole: templates, families, limits and the rest; what is left out has its usual value."""
    async with _changing(call) as uow:
        await parts.change_policy(uow, call.caller, call.district_id, body, whole=True)
    return await _settings(call)


@router.patch("/districts/{district_id}/policy", **gives(Settings, tagged=True))
async def patch_policy(call: MayOverwrite, body: Part) -> Response:
    """Change parts of the policy (JSON merge patch, RFC 7396); null gives a part its usual value."""
    async with _changing(call) as uow:
        await parts.change_policy(uow, call.caller, call.district_id, body, whole=False)
    return await _settings(call)


@router.put("/districts/{district_id}/second-person", **gives(Settings, tagged=True))
async def put_second_person(call: MayOverwrite, body: Part) -> Response:
    """Say which acts need a second person: `force`, `undo`, and approvals of more removals than a number."""
    async with _changing(call) as uow:
        await parts.change_second_person(uow, call.caller, call.district_id, body)
    return await _settings(call)


@router.put("/districts/{district_id}/recipients", **gives(Settings, tagged=True))
async def put_recipients(call: MayOverwrite, body: Recipients) -> Response:
    """Say who is told of runs by e-mail: these and nobody else. `outcomes` is all, problems or never."""
    told = [NewRecipient(one.email, one.outcomes, one.locale, one.school_id) for one in body.recipients]
    async with _changing(call) as uow:
        await telling.change(uow, call.caller, call.district_id, told)
    return await _settings(call)


@router.get("/schools/{school_id}/settings", **gives(SchoolSettings, tagged=True))
async def show_school_settings(request: Request, school_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """What is declared of a school: its target, its own time zone, and where it is at its source."""
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    caller.require_scope("read")
    return await _school(request, context, district_id, school_id)


@router.patch("/schools/{school_id}/settings", **gives(SchoolSettings, tagged=True))
async def change_school_settings(
    request: Request,
    school_id: UUID,
    body: SchoolPart,
    caller: ApiCaller,
    context: InContext,
    if_match: IfMatch = None,
) -> Response:
    """Set a school up for a target or take it out, or give it a time zone of its own."""
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    if district_id is None:
        raise not_found("school")
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await districts.lock(uow.conn, district_id)
        known = await present.school(uow.conn, district_id, school_id)
        subjects = [f"school/{school_id}", f"district/{district_id}"]
        await require_seen(uow.conn, if_match, known, district_id, subjects, SCHOOL_ACTS)
        wanted = {**(known or {}), **body.model_dump(exclude_unset=True)}
        await parts.change_school(uow, caller, district_id, school_id, wanted.get("target"), wanted.get("timezone"))
    return await _school(request, context, district_id, school_id)


@asynccontextmanager
async def _changing(call: Call) -> AsyncIterator[UnitOfWork]:
    """A change of the district's settings by somebody who has seen them as they are. Raises `Problem` 412 if not."""
    async with call.context.unit_of_work() as uow:
        if call.if_match is not None:
            await districts.lock(uow.conn, call.district_id)
            found = await present.settings(uow.conn, call.district_id)
            seen = found and present.without_addresses(found)
            await call.require_seen(uow.conn, seen, ACTS)
        yield uow


async def _settings(call: Call) -> Response:
    declared = await present.settings(call.context.pool, call.district_id)
    if declared is None:
        raise not_found("district")
    policy = Policy.model_validate(declared["policy"]).model_dump(mode="json")
    body = {"id": call.district_id, **declared, "policy": policy, "policy_declared": declared["policy"]}
    return tagged(call.request, to_json(body).decode(), present.without_addresses(declared))


async def _school(request: Request, context: Context, district_id: str | None, school_id: UUID) -> Response:
    found = district_id and await district_parts.school(context.pool, district_id, school_id)
    if not found:
        raise not_found("school")
    return tagged(request, json.dumps(found, ensure_ascii=False), present.school_part(found))
