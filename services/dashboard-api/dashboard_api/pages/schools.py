"""The schools page: a district, and how each of its schools stands."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.schools import Sort, after_in_order, order_of, page_in_order
from dashboard_api.language import _
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.visit import InVisit, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import district_parts, districts, run_list, targets
from dashboard_api.queries.school_list import SchoolFilter
from dashboard_api.words import standing
from dashboard_api.words.kinds import OVERVIEW

ROWS = 50

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Which schools are looked at, as the address has it."""

    district: str
    status: str | None
    search: str
    sort: str = "name"

    def address(self, **changes: object) -> str:
        """The same page, with other values; without a place in the list."""
        return with_query(
            "/schools",
            {
                "district": self.district,
                "status": self.status,
                "search": self.search,
                "sort": None if self.sort == "name" else self.sort,
                **changes,
            },
        )


@router.get("/schools")
async def show(
    visit: InVisit,
    status: str | None = None,
    search: Annotated[str, Query(max_length=100)] = "",
    sort: Sort = "name",
    after: str | None = None,
    ordered: UUID | None = None,
) -> Response:
    """The page. Filter, search and place are in the address."""
    if visit.district_id is None:
        return visit.render("no_districts.html", title=_("Schools"))
    place = Place(visit.district_id, status if status in standing.FILTERS else None, search.strip(), sort)
    text = await districts.one_json(visit.context.pool, place.district)
    if text is None:
        raise not_found("district")
    values = await _values(visit, place, json.loads(text), after, ordered)
    return visit.render("schools.html", place=place, after=after, **values)


async def _values(
    visit: Visit, place: Place, district: dict[str, Any], after: str | None, ordered: UUID | None
) -> dict[str, Any]:
    pool = visit.context.pool
    district["statuses"] = Counter(district["statuses"])
    begin = after_in_order(after, place.sort)
    order_by = order_of(place.sort)
    wanted = SchoolFilter(visit.visitor.visible, place.district, place.status, place.search, begin, ROWS, *order_by)
    page = await page_in_order(pool, wanted, place.sort)
    policy = await district_parts.policy(pool, place.district) or {}
    order = await run_list.of_order(pool, place.district, ordered) if ordered else None
    return {
        "district": district,
        "schools": page.rows(),
        "next": encode_cursor(page.next),
        "order": order if order and order["runs"] else None,
        "columns": _columns(district["counts"] or {}),
        "families": bool(policy.get("families")),
        "filters": _filters(district),
        "sources": standing.source_names(district["sources"]),
        "sites": len(await targets.addresses(pool, place.district)),
    }


def _columns(counts: dict[str, int]) -> dict[str, str]:
    """Families have a column only where they are shared."""
    return {kind: _(name) for kind, name in OVERVIEW.items() if kind != "guardian" or counts.get(kind)}


def _filters(district: dict[str, Any]) -> list[tuple[str, str, int]]:
    """What schools can be filtered by: key, word and number; only those that fit some school."""
    numbers = {**district["statuses"], "running": district["running"]}
    return [(key, _(word), numbers[key]) for key, word in standing.FILTERS.items() if numbers.get(key)]
