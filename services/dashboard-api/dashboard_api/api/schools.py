"""`/schools`: what is shared, and how each school stands."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from dashboard_api.api.answers import Cursor, Limit, bad_cursor, decode_cursor, page_answer
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.queries import school_list
from dashboard_api.queries.school_list import SchoolFilter, SchoolStatus

router = APIRouter(prefix="/schools", tags=["schools"])


@router.get("")
async def list_schools(
    caller: ApiCaller,
    context: InContext,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    status: Annotated[SchoolStatus | Literal["running"] | None, Query(description="Only schools that stand so")] = None,
    search: Annotated[str | None, Query(max_length=100, description="Part of the name")] = None,
    limit: Limit = 50,
    after: Cursor = None,
) -> Response:
    """Schools by name, with what is shared, status, activity and last sync."""
    caller.require_scope("read")
    wanted = SchoolFilter(caller.visible, district, status, search, after_school(after), limit)
    return page_answer("schools", await school_list.page(context.pool, wanted))


def after_school(cursor: str | None) -> tuple[str, UUID] | None:
    """The sort key of the last school before a page. Raises `Problem` 400."""
    key = decode_cursor(cursor, 2)
    try:
        return (key[0], UUID(key[1])) if key else None
    except ValueError:
        raise bad_cursor() from None
