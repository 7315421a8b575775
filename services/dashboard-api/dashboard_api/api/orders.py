"""`POST …/runs`: orders."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from common.db import Pool
from common.event_model import RunScope
from dashboard_api import orders
from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.schemas.runs import Accepted, Order
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.language import _
from dashboard_api.orders import WHOLE, OrderMode, Placed, Wish
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import orders as order_list
from dashboard_api.queries import schools
from dashboard_api.queries.school_list import SchoolStatus

router = APIRouter(tags=["runs"], route_class=Acting)


class Record(BaseModel):
    """One record, by its id at the source."""

    model_config = ConfigDict(extra="forbid")

    entity: Literal["user", "class"]
    key: str = Field(min_length=1, max_length=255)


class SchoolOrder(BaseModel):
    """What to run."""

    model_config = ConfigDict(extra="forbid")

    mode: OrderMode = "partial"
    dry_run: bool = False
    reason: str = Field(default="", max_length=500)
    scope: Record | None = None
    """The one class or person that the run is narrowed to."""

    def wish(self) -> Wish:
        """The same for `orders.place`."""
        scope = RunScope(entity=self.scope.entity, key=self.scope.key) if self.scope else WHOLE
        return Wish(self.mode, self.dry_run, self.reason, scope=scope)


class SchoolChoice(BaseModel):
    """Which schools of a district: those named, or those that `status` and `search` match; all that are set up."""

    model_config = ConfigDict(extra="forbid")

    schools: list[UUID] | None = Field(default=None, max_length=10_000)
    status: SchoolStatus | Literal["running"] | None = None
    search: str | None = Field(default=None, max_length=100)


class DistrictOrder(SchoolOrder, SchoolChoice):
    """The same for several schools."""


async def chosen(pool: Pool, district_id: str, choice: SchoolChoice) -> list[UUID] | None:
    """The ids that a choice comes to; None: all that are set up. Raises `Problem` if it matches none, or says both."""
    if choice.status is None and not choice.search:
        return list(dict.fromkeys(choice.schools)) if choice.schools is not None else None
    if choice.schools is not None:
        raise Problem(422, "mistakes", _("Name the schools, or say with status and search which ones; not both."))
    found = await schools.matching(pool, district_id, choice.status, choice.search)
    if not found:
        sentence = _("No school of this district that is set up matches. Change status or search.")
        raise Problem(409, "no_schools", sentence)
    return found


@router.post("/schools/{school_id}/runs", **gives(Accepted, 202))
async def order_school_run(school_id: UUID, order: SchoolOrder, caller: ApiCaller, context: InContext) -> Response:
    """Order a run of one school. `Location` is the order."""
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    if district_id is None:
        raise not_found("school")
    caller.require("order", district_id)
    async with context.unit_of_work() as uow:
        placed = await orders.place(uow, caller, district_id, [school_id], order.wish())
    return accepted(placed)


@router.post("/districts/{district_id}/runs", **gives(Accepted, 202))
async def order_district_runs(
    district_id: str, order: DistrictOrder, caller: ApiCaller, context: InContext
) -> Response:
    """Order runs of several schools of a district, or of all that are set up. `Location` is the order."""
    caller.require("order", district_id)
    wanted = await chosen(context.pool, district_id, order)
    async with context.unit_of_work() as uow:
        placed = await orders.place(uow, caller, district_id, wanted, order.wish())
    return accepted(placed)


@router.get("/orders/{order_id}", **gives(Order))
async def show_order(order_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """An order: how many of its runs have ended, how, and each of them in short. A decided hold's id is one, too."""
    caller.require_scope("read")
    text = await order_list.one_json(context.pool, caller.visible, order_id)
    if text is None:
        raise not_found("order")
    return json_text(text)


def accepted(placed: Placed) -> Response:
    """An order and its runs; at `Location` one sees how far they are."""
    runs = [{"school_id": school, "school": name, "run_id": run} for school, name, run in placed.runs]
    body = to_json({"order_id": placed.order_id, "runs": runs})
    return Response(body, 202, {"Location": f"/api/v1/orders/{placed.order_id}"}, media_type="application/json")
