"""`/schools`: what is shared, and how each school stands."""

from dataclasses import replace
from typing import Annotated, Literal, cast, get_args
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Response
from pydantic_core import to_json

from common.db import Pool
from dashboard_api import school_rows
from dashboard_api.api.answers import Cursor, Limit, bad_cursor, decode_cursor, json_text, page_answer
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.problems import not_found
from dashboard_api.queries import schools
from dashboard_api.queries.pages import Page
from dashboard_api.queries.school_list import Direction, SchoolFilter, SchoolSort, SchoolStatus
from dashboard_api.school_page import school_page

router = APIRouter(prefix="/schools", tags=["schools"])

Sort = Annotated[
    str,
    Query(
        pattern=f"^-?({'|'.join(get_args(SchoolSort))})$",
        description="The column whose order it is in; with - before it, the greatest first. Same values: by name",
    ),
]


@router.get("")
async def list_schools(
    caller: ApiCaller,
    context: InContext,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    status: Annotated[SchoolStatus | Literal["running"] | None, Query(description="Only schools that stand so")] = None,
    search: Annotated[str | None, Query(max_length=100, description="Part of the name")] = None,
    sort: Sort = "name",
    limit: Limit = 50,
    after: Cursor = None,
) -> Response:
    """Schools, with what is shared, status, next night, errors by severity, activity and last sync."""
    caller.require_scope("read")
    column, direction = order_of(sort)
    place = after_in_order(after, sort)
    wanted = SchoolFilter(caller.visible, district, status, search, place, limit, column, direction)
    return page_answer("schools", await page_in_order(context.pool, wanted, sort))


@router.get("/{school_id}")
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
    key = decode_cursor(cursor, 4)
    try:
        if key is None:
            return None
        order, value, name, id_ = key
        if order != sort:
            raise bad_cursor()
        return value, name, UUID(id_)
    except ValueError:
        raise bad_cursor() from None


def after_school(cursor: str | None) -> tuple[str, UUID] | None:
    """The sort key of the last school before a page. Raises `Problem` 400."""
    key = decode_cursor(cursor, 2)
    try:
        return (key[0], UUID(key[1])) if key else None
    except ValueError:
        raise bad_cursor() from None
