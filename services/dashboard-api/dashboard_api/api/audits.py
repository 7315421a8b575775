"""`/audit`: what people and keys did."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from dashboard_api.api.answers import Cursor, Limit, bad_cursor, decode_cursor, page_answer
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.queries import audit

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("")
async def list_acts(
    caller: ApiCaller,
    context: InContext,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    limit: Limit = 50,
    after: Cursor = None,
) -> Response:
    """Acts, the latest first: who, when, what, and in `detail` what was before and what after."""
    caller.require_scope("read")
    key = decode_cursor(after, 1)
    if key and not key[0].isdecimal():
        raise bad_cursor()
    last = int(key[0]) if key else None
    return page_answer("acts", await audit.page(context.pool, caller.visible, district, last, limit))
