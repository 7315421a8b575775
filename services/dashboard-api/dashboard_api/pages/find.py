"""Finding people, classes and schools from anywhere. What is searched for is sent by form and stands in no address."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response

from dashboard_api.language import _
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.queries import record_search, school_list
from dashboard_api.queries.record_search import PEOPLE_AND_CLASSES
from dashboard_api.queries.school_list import SchoolFilter
from dashboard_api.words.operations import record_address

FIRST = 20
"""Records shown at once …"""
ALL = 200
"""… and after "more"."""
SCHOOLS = 5

router = APIRouter(prefix="/find", include_in_schema=False)


@router.get("")
async def show(visit: InVisit) -> Response:
    """The form alone."""
    return await _page(visit, "", FIRST)


@router.post("")
async def find(
    visit: Sending, text: Annotated[str, Form(max_length=200)] = "", more: Annotated[bool, Form()] = False
) -> Response:
    """What fits the text: by name, e-mail, user name, or an id at the source or in Moodle."""
    return await _page(visit, text.strip(), ALL if more else FIRST)


async def _page(visit: Visit, text: str, most: int) -> Response:
    pool, district_id = visit.context.pool, visit.district
    records: list[dict[str, Any]] = []
    schools: list[dict[str, Any]] = []
    if text:
        records = json.loads(await record_search.find(pool, district_id, text, None, most + 1, PEOPLE_AND_CLASSES))
        wanted = SchoolFilter([district_id], district_id, None, text[:100], None, SCHOOLS)
        schools = (await school_list.page(pool, wanted)).rows()
    return visit.render(
        "find.html",
        title=_("Find anyone or any class"),
        text=text,
        records=records[:most],
        more=len(records) > most and most < ALL,
        cut=len(records) > most,
        schools=schools,
        record_address=record_address,
    )
