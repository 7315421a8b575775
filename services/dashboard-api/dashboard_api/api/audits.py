"""`/audit`: what people and keys did."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from dashboard_api import audit_times
from dashboard_api.api.described import gives
from dashboard_api.api.listing import InPages, Listing, both, list_answer, number
from dashboard_api.api.schemas.system import ActPage
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.problems import not_found
from dashboard_api.queries import audit, district_parts, schools
from dashboard_api.queries.audit import ActFilter

router = APIRouter(tags=["audit"])


def _named(act: dict[str, Any]) -> dict[str, Any]:
    return {**act, "actor_name": act["actor_name"] or act["actor"]}


ACTS = Listing("acts", (number,), ("at", "district_id", "actor", "actor_name", "action", "subject", "detail"), _named)


async def chosen(
    caller: ApiCaller,
    context: InContext,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    school: Annotated[
        UUID | None, Query(description="Only what is about this school, its runs and its devices")
    ] = None,
    who: Annotated[str, Query(max_length=100, description="Only acts of this person or key, by its id")] = "",
    act: Annotated[str, Query(max_length=100, description="Only acts of this kind: an `action`")] = "",
    subject: Annotated[str, Query(max_length=200, description="Only about this: a `subject`")] = "",
    since: Annotated[
        str, Query(alias="from", max_length=40, description="A date in the district's zone, or a moment with its zone")
    ] = "",
    until: Annotated[
        str, Query(max_length=40, description="A date, which counts whole, or the first moment that is too late")
    ] = "",
    search: Annotated[
        str, Query(max_length=200, description="Only with this in action, subject, reason or a value before or after")
    ] = "",
) -> ActFilter:
    """The filter of an address."""
    caller.require_scope("read")
    if school is not None:
        of_school = await schools.district_of(context.pool, caller.visible, school)
        if of_school is None or district not in (None, of_school):
            raise not_found("school")
        district = of_school
    general = await district_parts.general(context.pool, district) if district else None
    zone = general["timezone"] if general else "UTC"
    return ActFilter(
        caller.visible,
        district,
        who,
        act,
        subject,
        search.strip(),
        audit_times.begins(since, zone, "from"),
        audit_times.ends(until, zone, "until"),
        school_id=school,
    )


@both(router, "/audit", **gives(ActPage, listed=True, problems=(404,)))
async def list_acts(context: InContext, asked: InPages, wanted: Annotated[ActFilter, Depends(chosen)]) -> Response:
    """Acts, the latest first: who, when, what, and in `detail` what was before and what after."""
    return await list_answer(asked, ACTS, lambda after, limit: audit.page(context.pool, wanted.at(after, limit)))
