"""The runs page: what was run and what is running, over all schools of a district."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from common.language import mark
from dashboard_api.api.answers import bad_cursor, decode_cursor, encode_cursor
from dashboard_api.language import _
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.visit import InVisit, Visit
from dashboard_api.queries import run_list, schedules
from dashboard_api.queries.run_list import PREVIEW, STANDINGS, RunFilter
from dashboard_api.words import standing

ROWS = 50

STANDING_WORDS = {
    "running": mark("Under way"),
    "completed": mark("Completed"),
    "with_errors": mark("Completed with errors"),
    "failed": mark("Failed"),
    "held": mark("Waits for a decision"),
    "cancelled": mark("Cancelled"),
    "refused": mark("Not started"),
}
WHAT = {**standing.MODES, **standing.KINDS_OF_RUN, PREVIEW: mark("Preview")}
TRIGGERS = {
    "schedule": mark("Nightly schedule"),
    "person": mark("A person or an API key"),
    "decision": mark("A decision about a hold"),
    "arrival": mark("A new package"),
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Which runs are looked at, as the address has it. `school` is one school; `search` part of schools' names."""

    standing: str | None
    what: str | None
    trigger: str | None
    school: UUID | None
    search: str

    def address(self, district_id: str, path: str = "/runs", **changes: object) -> str:
        """The same list, with other values; without a place in it."""
        own = {name: getattr(self, name) for name in self.__slots__}
        return with_query(path, {"district": district_id, **own, **changes})

    def filter(self, visit: Visit) -> RunFilter:
        """The same for the query."""
        return RunFilter(
            visit.visitor.visible,
            visit.district,
            self.school,
            standing=self.standing,
            what=self.what,
            trigger=self.trigger,
            school=self.search,
        )


def place(
    standing: str | None = None,
    what: str | None = None,
    trigger: str | None = None,
    school: UUID | None = None,
    search: Annotated[str, Query(max_length=100)] = "",
) -> Place:
    """From an address; values that are none of ours filter nothing."""
    return Place(
        standing if standing in STANDINGS else None,
        what if what in WHAT else None,
        trigger if trigger in TRIGGERS else None,
        school,
        search.strip(),
    )


@router.get("/runs")
async def show(visit: InVisit, place: Annotated[Place, Depends(place)], after: str | None = None) -> Response:
    """The page. Filter and place are in the address."""
    if visit.district_id is None:
        return visit.render("no_districts.html", title=_("Runs"))
    pool = visit.context.pool
    page = await run_list.page(pool, replace(place.filter(visit), limit=ROWS, after=after_run(after)))
    own = await schedules.of_school(pool, visit.district, place.school) if place.school else None
    return visit.render(
        "runs.html",
        title=_("Runs"),
        place=place,
        address=lambda **changes: place.address(visit.district, **changes),
        csv=place.address(visit.district, "/api/v1/runs.csv", bom="true"),
        school=own["name"] if own else None,
        filtered=place != Place(None, None, None, None, ""),
        runs=page.rows(),
        after=after,
        next=encode_cursor(page.next),
        day=dict(await run_list.of_last_day(pool, visit.district)),
        standings={key: _(word) for key, word in STANDING_WORDS.items()},
        whats={key: _(word) for key, word in WHAT.items()},
        triggers={key: _(word) for key, word in TRIGGERS.items()},
    )


def after_run(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The sort key of the last run before a page. Raises `Problem` 400."""
    key = decode_cursor(cursor, 2)
    try:
        return (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None
    except ValueError:
        raise bad_cursor() from None
