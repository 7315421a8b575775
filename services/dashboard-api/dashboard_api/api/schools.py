"""`/schools`: what is shared, and how each school stands."""

from dataclasses import replace
from typing import Annotated, Literal, cast, get_args
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Response
from pydantic_core import to_json

from common.db import Pool
from dashboard_api import school_rows
from dashboard_api.api.answers import bad_cursor, json_text
from dashboard_api.api.described import gives
from dashboard_api.api.listing import InPages, Listing, both, list_answer, plain
from dashboard_api.api.schemas.districts import SchoolPage
from dashboard_api.api.schemas.schools import School
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.problems import not_found
from dashboard_api.queries import schools
from dashboard_api.queries.pages import Page
from dashboard_api.queries.school_list import Direction, SchoolFilter, SchoolSort, SchoolStatus
from dashboard_api.school_page import school_page

router = APIRouter(tags=["schools"])

SCHOOLS = Listing(
    "schools",
    (plain, plain, plain, UUID),
    (
        *("district_id", "id", "source_id", "source_school_id", "name", "status", "health", "mode", "mode_until"),
        *("mode_reason", "since", "timezone", "nightly", "source", "target", "counts.class", "counts.teacher"),
        *("counts.student", "counts.administrator", "counts.guardian", "counts_at", "errors", "activity.status"),
        *("last_run.run_id", "last_run.mode", "last_run.outcome", "last_run.failure_code", "last_run.ended_at"),
    ),
)

Sort = Annotated[
    str,
    Query(
        pattern=f"^-?({'|'.join(get_args(SchoolSort))})$",
        description="The column whose order it is in; with - before it, the greatest first. Same values: by name",
    ),
]


@both(router, "/schools", **gives(SchoolPage, listed=True))
async def list_schools(
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    status: Annotated[SchoolStatus | Literal["running"] | None, Query(description="Only schools that stand so")] = None,
    search: Annotated[str | None, Query(max_length=100, description="Part of the name")] = None,
    sort: Sort = "name",
    target: Annotated[str | None, Query(description="Only schools that are set up for the Moodle of this id")] = None,
) -> Response:
    """Schools, with what is shared, status, next night, errors by severity, activity and last sync."""
    caller.require_scope("read")
    visible, (column, direction) = caller.visible, order_of(sort)

    async def page(after: tuple[str, str, str, UUID] | None, limit: int) -> Page:
        place = _in_order(after, sort)
        wanted = SchoolFilter(visible, district, status, search, place, limit, column, direction, target)
        return await page_in_order(context.pool, wanted, sort)

    return await list_answer(asked, SCHOOLS, page)


@router.get("/schools/{school_id}", **gives(School, problems=(503,)))
async def show_school(school_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """One school: how it stands and why, what is shared, held and in Moodle, its next night and its last runs."""
    caller.require_scope("read")
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    found = await school_page(context.pool, district_id, school_id) if district_id else None
    if found is None:
        raise not_found("school")
    return json_text(to_json(found).decode())


def order_of(sort: str) -> tuple[SchoolSort, Direction]:
    """Column and direction of an order such as `-errors`."""
    return cast(SchoolSort, sort.removeprefix("-")), "descending" if sort.startswith("-") else "ascending"


async def page_in_order(pool: Pool, wanted: SchoolFilter, sort: str) -> Page:
    """A page with the order in its cursor: in another order the same place is another. Raises `Problem` 400."""
    try:
        page = await school_rows.page(pool, wanted)
    except asyncpg.DataError:  # a value that is none of the column's
        if wanted.after is None:
            raise
        raise bad_cursor() from None
    return replace(page, next=[sort, *page.next]) if page.next else page


def after_in_order(cursor: str | None, sort: str) -> tuple[str, str, UUID] | None:
    """The sort key of the last school before a page of a list in this order. Raises `Problem` 400."""
    return _in_order(SCHOOLS.read(cursor), sort)


def _in_order(key: tuple[str, str, str, UUID] | None, sort: str) -> tuple[str, str, UUID] | None:
    if key is None:
        return None
    order, value, name, id_ = key
    if order != sort:
        raise bad_cursor()
    return value, name, id_
