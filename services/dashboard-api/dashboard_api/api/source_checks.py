"""`/source-checks`: trying out a source, declared or not, without a sync."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from dashboard_api import source_checks
from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.schemas.system import CheckOrdered, SourceCheck
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.declare import reserved
from dashboard_api.declare.mistakes import mistakes_in
from dashboard_api.declare.sources import Source
from dashboard_api.declare.values import Declared, Id
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import checks, districts
from dashboard_api.source_checks import Wish
from dashboard_api.words.errors import explained_check

router = APIRouter(prefix="/source-checks", tags=["source checks"], route_class=Acting)


class CheckOrder(BaseModel):
    """What to try out. `source` is as a declaration has it, secrets included."""

    model_config = ConfigDict(extra="forbid")

    district: Id
    source: dict[str, Any]
    school: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    pool: Id | None = None


class _Part(Declared):
    """The part of a declaration that a check needs."""

    source: Source


@router.post("", **gives(CheckOrdered, 202, problems=(404,)))
async def order_source_check(order: CheckOrder, caller: ApiCaller, context: InContext) -> Response:
    """Have a source tried out: its schools are listed, and one of them is read. `Location` is the check."""
    caller.require("declare", order.district)
    wish = Wish(_read(order.source), order.school, order.pool)
    reserved.require_own_place(caller, wish.source)
    async with context.unit_of_work() as uow:
        reserved.require_own_pool(caller, order.pool, await districts.pool_of(uow.conn, order.district))
        id_ = await source_checks.order(uow, context.box, caller, order.district, wish)
    headers = {"Location": f"/api/v1/source-checks/{id_}"}
    return Response(to_json({"id": id_}), 202, headers, media_type="application/json")


@router.get("/{check_id}", **gives(SourceCheck))
async def show_source_check(check_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """A check: `state` waiting, unanswered (for ten minutes) or done, and then `report`, its codes also in words."""
    caller.require_scope("declare")
    text = await checks.one_json(context.pool, "source", caller.visible, check_id)
    if text is None:
        raise not_found("check")
    return json_text(json.dumps(explained_check(json.loads(text)), ensure_ascii=False))


def _read(source: dict[str, Any]) -> Source:
    try:
        return _Part.model_validate({"source": source}).source
    except ValidationError as error:
        detail = _("The source cannot be used; correct what `errors` names.")
        raise Problem(422, "mistakes", detail, mistakes=mistakes_in(error)) from None
