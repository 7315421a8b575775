"""The errors pages: the data errors that stand in a district by cause, and one cause with its schools and records."""

import json
from dataclasses import dataclass, replace
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Response

from common.catalogue import CATALOGUE
from common.event_model import Severity
from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.csv_answers import InStyle, csv_answer
from dashboard_api.api.errors import COLUMNS, ERRORS, csv_rows
from dashboard_api.language import _
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.visit import InVisit, Visit
from dashboard_api.problems import Problem
from dashboard_api.queries import district_parts, error_list, schools
from dashboard_api.queries.error_list import ErrorFilter
from dashboard_api.words.errors import explained_causes, in_words
from dashboard_api.words.fields import record_name
from dashboard_api.words.severities import SEVERITIES, severity_badge

ROWS = 50
SCHOOLS = 200
"""Schools that a page names at the most; CSV has all."""

router = APIRouter(prefix="/errors", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Which errors are looked at, as the address has it."""

    severity: Severity | None
    code: str | None

    def address(self, path: str, **changes: object) -> str:
        """The same errors at another path or with other values; without a place in the list."""
        return with_query(path, {"severity": self.severity, "code": self.code, **changes})


def place(severity: str | None = None, code: Annotated[str | None, Query(max_length=60)] = None) -> Place:
    """From an address; a severity that is none filters nothing."""
    return Place(cast(Severity, severity) if severity in SEVERITIES else None, code or None)


InPlace = Annotated[Place, Depends(place)]


@router.get("")
async def show(visit: InVisit, place: InPlace) -> Response:
    """By cause: what to do, who can do it, how many records at how many schools."""
    if visit.district_id is None:
        return visit.render("no_districts.html", title=_("Errors"))
    pool, district_id = visit.context.pool, visit.district
    everything = ErrorFilter(visit.visitor.visible, district_id)
    wanted = replace(everything, severity=place.severity, code=place.code)
    return visit.render(
        "errors.html",
        title=_("Errors"),
        place=place,
        address=lambda **changes: place.address("/errors", district=district_id, **changes),
        csv=place.address("/errors.csv", district=district_id, bom="true"),
        causes=shown_causes(await error_list.causes(pool, wanted)),
        codes=explained_causes(await error_list.causes(pool, everything)),
        sums=await error_list.sums(pool, everything),
        schools=await error_list.schools_with(pool, wanted, SCHOOLS),
        again=len(await schools.matching(pool, district_id, "with_errors", None)),
        zone=await zone_of(visit),
        severities=SEVERITIES,
    )


@router.get(".csv")
async def download(visit: InVisit, place: InPlace, style: InStyle) -> Response:
    """All that the filter leaves, as CSV."""
    wanted = ErrorFilter(visit.visitor.visible, visit.district, code=place.code, severity=place.severity)
    return csv_answer(f"errors-{visit.district}", style, COLUMNS, csv_rows(visit.context.pool, wanted))


@router.get("/{code}")
async def show_cause(code: str, visit: InVisit, after: str | None = None) -> Response:
    """One cause: why it comes about, what to do, and the schools and records that have it."""
    pool, district_id = visit.context.pool, visit.district
    wanted = ErrorFilter(visit.visitor.visible, district_id, code=code, after=ERRORS.read(after), limit=ROWS)
    causes = await error_list.causes(pool, wanted)
    if not causes and code not in CATALOGUE:
        raise Problem(404, "not_found", _("There is no such error. The list of errors has those that there are."))
    found = await error_list.page(pool, wanted)
    address = f"/errors/{code}"
    return visit.render(
        "error_cause.html",
        title=in_words(code)["title"],
        code=code,
        words=in_words(code),
        causes=shown_causes(causes),
        sums=await error_list.sums(pool, wanted),
        schools=await error_list.schools_with(pool, wanted, SCHOOLS),
        records=shown_records(found.items),
        address=with_query(address, {"district": district_id}),
        csv=with_query("/errors.csv", {"district": district_id, "code": code, "bom": "true"}),
        after=after,
        next=with_query(address, {"district": district_id, "after": encode_cursor(found.next)}) if found.next else "",
        zone=await zone_of(visit),
    )


def shown_causes(causes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Causes with their words, and with how bad they are."""
    return [cause | {"badge": severity_badge(cause["severity"])} for cause in explained_causes(causes)]


def shown_records(items: str) -> list[dict[str, Any]]:
    """Errors with what their record is, how bad they are, and what happened, in words."""
    return [
        error
        | {
            "badge": severity_badge(error["severity"]),
            "record": record_name(error["entity"]),
            "words": in_words(error["code"]),
        }
        for error in json.loads(items)
    ]


async def zone_of(visit: Visit) -> str:
    """The time zone of the district that is looked at."""
    general = await district_parts.general(visit.context.pool, visit.district)
    return str(general["timezone"]) if general else "UTC"
