"""The errors of one school: by cause, record by record, as CSV; and the way to run its sync again."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Response

from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.csv_answers import InStyle, csv_answer
from dashboard_api.api.errors import COLUMNS, ERRORS, csv_rows
from dashboard_api.pages.errors import ROWS, InPlace, shown_causes, shown_records
from dashboard_api.pages.school import about, entered
from dashboard_api.pages.visit import InVisit
from dashboard_api.queries import error_list
from dashboard_api.queries.error_list import ErrorFilter
from dashboard_api.words.severities import SEVERITIES

router = APIRouter(prefix="/schools/{school_id}/errors", include_in_schema=False)


@router.get("")
async def show(school_id: UUID, visit: InVisit, place: InPlace, after: str | None = None) -> Response:
    """The page. Cause and place are in the address."""
    school = await entered(visit, school_id)
    pool = visit.context.pool
    everything = ErrorFilter(visit.visitor.visible, school["district_id"], school_id)
    wanted = replace(everything, code=place.code, severity=place.severity, after=ERRORS.read(after), limit=ROWS)
    found = await error_list.page(pool, wanted)
    path = f"/schools/{school_id}/errors"
    return visit.render(
        "school_errors.html",
        **about(school, "errors"),
        place=place,
        list_address=place.address(path),
        address_of=lambda **changes: place.address(path, **changes),
        csv=place.address(f"{path}.csv", bom="true"),
        causes=shown_causes(await error_list.causes(pool, wanted)),
        sums=await error_list.sums(pool, everything),
        severities=SEVERITIES,
        records=shown_records(found.items),
        after=after,
        next=place.address(path, after=encode_cursor(found.next)) if found.next else "",
    )


@router.get(".csv")
async def download(school_id: UUID, visit: InVisit, place: InPlace, style: InStyle) -> Response:
    """All of them, as CSV."""
    school = await entered(visit, school_id)
    wanted = ErrorFilter(
        visit.visitor.visible, school["district_id"], school_id, code=place.code, severity=place.severity
    )
    return csv_answer("errors", style, COLUMNS, csv_rows(visit.context.pool, wanted))
