"""`/audit`: what people and keys did."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from dashboard_api.api.described import gives
from dashboard_api.api.listing import InPages, Listing, both, list_answer, number
from dashboard_api.api.schemas.system import ActPage
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.queries import audit

router = APIRouter(tags=["audit"])

ACTS = Listing("acts", (number,), ("at", "district_id", "actor", "actor_name", "action", "subject", "detail"))


@both(router, "/audit", **gives(ActPage, listed=True))
async def list_acts(
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    district: Annotated[str | None, Query(description="Only this district")] = None,
) -> Response:
    """Acts, the latest first: who, when, what, and in `detail` what was before and what after."""
    caller.require_scope("read")
    visible = caller.visible
    return await list_answer(
        asked,
        ACTS,
        lambda after, limit: audit.page(context.pool, visible, district, after[0] if after else None, limit),
    )
