"""The run page: how a run stands, what it did, and what to look at."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from dashboard_api.auth.guard import InContext, PageVisitor
from dashboard_api.context import Context
from dashboard_api.pages import phases
from dashboard_api.pages.templating import render
from dashboard_api.problems import not_found
from dashboard_api.queries import districts, run_list
from dashboard_api.queries.run_list import RunFilter
from dashboard_api.words import kinds, standing
from dashboard_api.words.amounts import moment
from dashboard_api.words.errors import explained

ERRORS = 100
RECENT = 6

router = APIRouter(include_in_schema=False)


@router.get("/runs/{run_id}")
async def show(run_id: UUID, request: Request, visitor: PageVisitor, context: InContext) -> Response:
    """The page."""
    text = await run_list.one_json(context.pool, visitor.visible, run_id)
    if text is None:
        raise not_found("run")
    run = explained(json.loads(text))
    visible = await districts.visible(context.pool, visitor.visible)
    values = await _values(context, run)
    return render(request, "run.html", visitor, districts=visible, run=run, **values)


async def _values(context: Context, run: dict[str, Any]) -> dict[str, Any]:
    district_id, run_id = run["district_id"], UUID(run["id"])
    errors = await run_list.errors_page(context.pool, district_id, run_id, None, ERRORS)
    recent = await run_list.page(
        context.pool, RunFilter([district_id], district_id, UUID(run["school_id"]), limit=RECENT)
    )
    return {
        "badge_of": standing.run_badge(run),
        "sentence": standing.run_sentence(run),
        "ended": run["status"] in standing.ENDED,
        "so_far": _so_far(run),
        "title": f"{standing.run_name(run)} of {run['school'] or 'a school that is not declared'}",
        "phases": phases.phases_of(run),
        "changes": kinds.table(run["changes"]),
        "plan": kinds.table(run["plan"]),
        "actions": kinds.table(run["actions"]),
        "counts": kinds.counts_in_order(run["counts"]),
        "errors": errors.rows(),
        "more_errors": errors.next is not None,
        "recent": recent.rows(),
        "standing": standing,
    }


def _so_far(run: dict[str, Any]) -> float | None:
    """Milliseconds since a run that is under way was admitted."""
    started = moment(run["requested_at"])
    if started is None or run["status"] in standing.ENDED:
        return None
    return (datetime.now(UTC) - started).total_seconds() * 1000
