"""`/districts`: what is declared."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Response
from pydantic import ValidationError

from dashboard_api.api.answers import json_text
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.declare.mistakes import Mistake, MistakenError, mistakes_in
from dashboard_api.declare.model import Declaration
from dashboard_api.declare.write import declare
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import districts

router = APIRouter(prefix="/districts", tags=["districts"])

DistrictId = Annotated[str, Path(description="The district's short name")]


@router.get("")
async def list_districts(caller: ApiCaller, context: InContext) -> Response:
    """The districts that the caller may see, by name."""
    caller.require_scope("read")
    return json_text(f'{{"districts":{await districts.list_json(context.pool, caller.visible)}}}')


@router.get("/{district_id}")
async def show_district(district_id: DistrictId, caller: ApiCaller, context: InContext) -> Response:
    """One district, with the sums over its schools."""
    caller.require("read", district_id)
    return json_text(await _one(context, district_id))


@router.put("/{district_id}")
async def put_district(
    district_id: DistrictId, body: Annotated[dict[str, Any], Body()], caller: ApiCaller, context: InContext
) -> Response:
    """Declare a district whole: sources, target, schools. The sources are then asked which schools they share."""
    caller.require("declare", district_id)
    declaration = _read(body)
    if declaration.district.id != district_id:
        raise _unprocessable([Mistake("district.id", f"district.id must be {district_id}, as in the address.")])
    try:
        async with context.unit_of_work() as uow:
            await declare(uow, context.box, declaration, caller.id)
    except MistakenError as error:
        raise _unprocessable([error.mistake]) from None
    return json_text(await _one(context, district_id))


def _read(body: dict[str, Any]) -> Declaration:
    try:
        return Declaration.model_validate(body)
    except ValidationError as error:
        raise _unprocessable(mistakes_in(error)) from None


def _unprocessable(mistakes: list[Mistake]) -> Problem:
    return Problem(422, "mistakes", "The declaration cannot be used; correct what `errors` names.", mistakes=mistakes)


async def _one(context: InContext, district_id: str) -> str:
    text = await districts.one_json(context.pool, district_id)
    if text is None:
        raise not_found("district")
    return text
