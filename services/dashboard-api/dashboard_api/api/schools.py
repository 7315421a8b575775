"""`/schools`: what is shared, and how each school stands."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from dashboard_api.api.described import gives
from dashboard_api.api.listing import BY_NAME, InPages, Listing, both, list_answer
from dashboard_api.api.schemas.districts import SchoolPage
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.queries import school_list
from dashboard_api.queries.school_list import SchoolFilter, SchoolStatus

router = APIRouter(tags=["schools"])

SCHOOLS = Listing(
    "schools",
    BY_NAME,
    (
        *("district_id", "id", "source_id", "source_school_id", "name", "status", "health", "mode", "mode_until"),
        *("mode_reason", "since", "timezone", "nightly", "source", "target", "counts.class", "counts.teacher"),
        *("counts.student", "counts.administrator", "counts.guardian", "counts_at", "errors", "activity.status"),
        *("last_run.run_id", "last_run.mode", "last_run.outcome", "last_run.failure_code", "last_run.ended_at"),
    ),
)
after_school = SCHOOLS.read


@both(router, "/schools", **gives(SchoolPage, listed=True))
async def list_schools(
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    status: Annotated[SchoolStatus | Literal["running"] | None, Query(description="Only schools that stand so")] = None,
    search: Annotated[str | None, Query(max_length=100, description="Part of the name")] = None,
) -> Response:
    """Schools by name, with what is shared, status, activity and last sync."""
    caller.require_scope("read")
    visible = caller.visible
    return await list_answer(
        asked,
        SCHOOLS,
        lambda after, limit: school_list.page(
            context.pool, SchoolFilter(visible, district, status, search, after, limit)
        ),
    )
