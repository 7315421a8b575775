"""The pages of one school: how it stands, its runs, and what people did about it."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Response

from dashboard_api import corrections
from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.audits import ACTS
from dashboard_api.language import _
from dashboard_api.pages.confirming import Question, ask
from dashboard_api.pages.runs import after_run
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import audit, record_search, run_list, schools
from dashboard_api.queries.audit import ActFilter
from dashboard_api.queries.run_list import RunFilter
from dashboard_api.school_page import school_page
from dashboard_api.words import acts, school_story, standing
from dashboard_api.words.operations import record_address

LATEST = 8
ROWS = 50

router = APIRouter(prefix="/schools/{school_id}", include_in_schema=False)


@router.get("")
async def show(school_id: UUID, visit: InVisit) -> Response:
    """How the school stands."""
    school = await entered(visit, school_id)
    found = await run_list.page(visit.context.pool, _runs_of(school, LATEST))
    return visit.render(
        "school.html",
        **about(school, "overview"),
        runs=found.rows(),
        counts=school_story.count_rows(school),
        causes=school["causes"],
    )


@router.get("/runs")
async def history(school_id: UUID, visit: InVisit, after: str | None = None) -> Response:
    """All its runs, the newest first."""
    school = await entered(visit, school_id)
    found = await run_list.page(visit.context.pool, _runs_of(school, ROWS, after))
    return visit.render(
        "school_runs.html", **about(school, "runs"), runs=found.rows(), after=after, next=encode_cursor(found.next)
    )


@router.get("/audit")
async def acts_of(school_id: UUID, visit: InVisit, after: str | None = None) -> Response:
    """What people and keys did about the school."""
    school = await entered(visit, school_id)
    district_id = school["district_id"]
    wanted = ActFilter([district_id], district_id, school_id=school_id).at(ACTS.read(after), ROWS)
    found = await audit.page(visit.context.pool, wanted)
    return visit.render(
        "school_audit.html",
        **about(school, "audit"),
        acts=[act | acts.explained(act, school["id"]) for act in found.rows()],
        after=after,
        next=encode_cursor(found.next),
    )


@router.post("/find")
async def find(school_id: UUID, visit: Sending, text: Annotated[str, Form(max_length=200)] = "") -> Response:
    """People and classes of the school by name: the text stands in no address."""
    school = await entered(visit, school_id)
    wanted = text.strip()
    pool, district_id, what = visit.context.pool, school["district_id"], record_search.PEOPLE_AND_CLASSES
    found = await record_search.find(pool, district_id, wanted, school_id, entities=what) if wanted else "[]"
    return visit.render(
        "school_find.html",
        **about(school, "overview"),
        text=wanted,
        found=json.loads(found),
        record_address=record_address,
    )


@router.get("/rebuild")
async def ask_rebuild(school_id: UUID, visit: InVisit) -> Response:
    """What finding the links anew comes to."""
    school = await entered(visit, school_id)
    visit.visitor.require("order", school["district_id"])
    return ask(visit, _rebuilding(school))


@router.post("/rebuild")
async def rebuild(school_id: UUID, visit: Sending, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Have the school's links found anew in Moodle."""
    school = await entered(visit, school_id)
    visit.visitor.require("order", school["district_id"])
    async with visit.context.unit_of_work() as uow:
        placed = await corrections.rebuild(
            uow, visit.visitor, school["district_id"], school_id, dry_run=False, reason=reason.strip()
        )
    return visit.back(f"/runs/{placed.runs[0][2]}")


async def entered(visit: Visit, school_id: UUID) -> dict[str, Any]:
    """The school, which the page is then about. Raises `Problem` 404."""
    pool = visit.context.pool
    district_id = await schools.district_of(pool, visit.visitor.visible, school_id)
    found = await school_page(pool, district_id, school_id) if district_id else None
    if found is None:
        raise not_found("school")
    visit.enter(found["district_id"])
    return found


def about(school: dict[str, Any], tab: str) -> dict[str, Any]:
    """What the head of each page of a school shows."""
    address = f"/schools/{school['id']}"
    return {
        "school": school,
        "title": school["name"],
        "tab": tab,
        "address": address,
        "here": address if tab == "overview" else f"{address}/{tab}",
        "badge_of": standing.school_badge(school),
        "sentence": school_story.sentence(school),
        "starts_at": school_story.starts_at(school),
        "no_night": school_story.no_next_night(school),
        "source": standing.SOURCES.get(school["source"], school["source"]),
    }


def _runs_of(school: dict[str, Any], limit: int, after: str | None = None) -> RunFilter:
    district_id = school["district_id"]
    return RunFilter([district_id], district_id, UUID(school["id"]), after=after_run(after), limit=limit)


def _rebuilding(school: dict[str, Any]) -> Question:
    return Question(
        title=_("Find the links of {school} anew?", school=school["name"]),
        sentences=[
            _("Each person and class is looked up in Moodle by its ID number, and tied to the record it belongs to."),
            _("Do this after Moodle was restored or cleaned up by hand. Nothing in Moodle is changed."),
        ],
        action=f"/schools/{school['id']}/rebuild",
        button=_("Find the links anew"),
        back=f"/schools/{school['id']}",
        reason="optional",
    )
