"""The schools page: a district, and how each of its schools stands."""

import json
from collections import Counter
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from dashboard_api import orders
from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.schools import after_school
from dashboard_api.auth.guard import FormSender, InContext, PageVisitor
from dashboard_api.context import Context
from dashboard_api.orders import OrderMode, Wish
from dashboard_api.pages.templating import render
from dashboard_api.problems import not_found
from dashboard_api.queries import districts, run_list, school_list, schools
from dashboard_api.queries.school_list import SchoolFilter
from dashboard_api.words import standing
from dashboard_api.words.kinds import OVERVIEW

ROWS = 50

router = APIRouter(include_in_schema=False)


@router.get("/schools")
async def show(
    request: Request,
    visitor: PageVisitor,
    context: InContext,
    district: str | None = None,
    status: str | None = None,
    search: Annotated[str, Query(max_length=100)] = "",
    after: str | None = None,
    ordered: UUID | None = None,
) -> Response:
    """The page. Filter, search and place are in the address."""
    visible = await districts.visible(context.pool, visitor.visible)
    if not visible:
        return render(request, "no_districts.html", visitor, title="Schools")
    district_id = district or visible[0]["id"]
    visitor.require("read", district_id)
    chosen = status if status in standing.FILTERS else None
    wanted = SchoolFilter(visitor.visible, district_id, chosen, search, after_school(after), ROWS)
    values = await _values(context, wanted, ordered)
    return render(request, "schools.html", visitor, districts=visible, after=after, **values)


@router.post("/districts/{district_id}/runs")
async def order_all(
    district_id: str, sender: FormSender, context: InContext, mode: Annotated[OrderMode, Form()]
) -> Response:
    """Order runs of all schools that are set up."""
    sender.require("order", district_id)
    async with context.unit_of_work() as uow:
        placed = await orders.place(uow, sender, district_id, None, Wish(mode))
    return RedirectResponse(f"/schools?{urlencode({'district': district_id, 'ordered': placed.order_id})}", 303)


@router.post("/schools/{school_id}/runs")
async def order_one(
    school_id: UUID, sender: FormSender, context: InContext, mode: Annotated[OrderMode, Form()]
) -> Response:
    """Order a run of one school, and go to its page."""
    district_id = await schools.district_of(context.pool, sender.visible, school_id)
    if district_id is None:
        raise not_found("school")
    sender.require("order", district_id)
    async with context.unit_of_work() as uow:
        placed = await orders.place(uow, sender, district_id, [school_id], Wish(mode))
    return RedirectResponse(f"/runs/{placed.runs[0][2]}", 303)


async def _values(context: Context, wanted: SchoolFilter, ordered: UUID | None) -> dict[str, Any]:
    assert wanted.district_id is not None
    text = await districts.one_json(context.pool, wanted.district_id)
    if text is None:
        raise not_found("district")
    district = json.loads(text)
    district["statuses"] = Counter(district["statuses"])
    page = await school_list.page(context.pool, wanted)
    order = await run_list.of_order(context.pool, wanted.district_id, ordered) if ordered else None
    return {
        "district": district,
        "schools": page.rows(),
        "next": encode_cursor(page.next),
        "status": wanted.status,
        "search": wanted.search or "",
        "order": order if order and order["runs"] else None,
        "columns": _columns(district["counts"] or {}),
        "filters": _filters(district),
        "standing": standing,
        "sources": standing.source_names(district["sources"]),
    }


def _columns(counts: dict[str, int]) -> dict[str, str]:
    """Families have a column only where they are shared."""
    return {kind: name for kind, name in OVERVIEW.items() if kind != "guardian" or counts.get(kind)}


def _filters(district: dict[str, Any]) -> list[tuple[str, str, int]]:
    """What schools can be filtered by: key, word and number; only those that fit some school."""
    numbers = {**district["statuses"], "running": district["running"]}
    return [(key, word, numbers[key]) for key, word in standing.FILTERS.items() if numbers.get(key)]
