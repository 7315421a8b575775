"""`/runs`: what was run, and what is running."""

import json
from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.listing import NEWEST, InPages, Listing, both, list_answer, plain, small_number
from dashboard_api.api.schemas.runs import Run, RunErrorPage, RunPage
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.problems import not_found
from dashboard_api.queries import run_list
from dashboard_api.queries.run_list import RunFilter
from dashboard_api.words.errors import explained

RunStatus = Literal["ordered", "requested", "fetching", "planning", "applying", "refused", "failed", "completed"]
Standing = Literal["running", "completed", "with_errors", "failed", "held", "cancelled", "refused"]
What = Literal["nightly", "partial", "full", "refresh", "undo", "rebuild", "device", "preview"]
Trigger = Literal["schedule", "person", "decision", "arrival"]

router = APIRouter(tags=["runs"])

RUNS = Listing(
    "runs",
    NEWEST,
    (
        *("district_id", "id", "school_id", "school", "order_id", "kind", "mode", "dry_run", "trigger"),
        *("ordered_by_name", "reason", "status", "outcome", "refusal", "failure_phase", "failure_code", "errors"),
        *("courses", "calls", "source_up", "source_down", "target_up", "target_down", "duration_ms", "noted_at"),
        *("ordered_at", "requested_at", "ended_at"),
    ),
)
RUN_ERRORS = Listing(
    "errors",
    (plain, plain, small_number, small_number),
    ("code", "severity", "entity", "source_id", "field", "value", "detail", "phase"),
)


@both(router, "/runs", **gives(RunPage, listed=True))
async def list_runs(
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    school: Annotated[UUID | None, Query(description="Only this school")] = None,
    order: Annotated[UUID | None, Query(description="Only the runs of this order")] = None,
    status: Annotated[RunStatus | None, Query(description="Only runs that have come this far")] = None,
    standing: Annotated[Standing | None, Query(description="Only runs that stand so")] = None,
    what: Annotated[What | None, Query(description="Only such runs; preview: dry runs")] = None,
    trigger: Annotated[Trigger | None, Query(description="Only runs that this began")] = None,
    search: Annotated[str, Query(max_length=100, description="Part of the school's name")] = "",
) -> Response:
    """Runs, the newest first."""
    caller.require_scope("read")
    visible = caller.visible
    chosen = RunFilter(
        visible, district, school, order, status, standing=standing, what=what, trigger=trigger, school=search
    )
    return await list_answer(
        asked, RUNS, lambda after, limit: run_list.page(context.pool, replace(chosen, after=after, limit=limit))
    )


@router.get("/runs/{run_id}", **gives(Run))
async def show_run(run_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """One run: phases, data, plan, actions, errors by code; codes also in words, in the language of the district."""
    caller.require_scope("read")
    text = await run_list.one_json(context.pool, caller.visible, run_id)
    if text is None:
        raise not_found("run")
    return json_text(json.dumps(explained(json.loads(text)), ensure_ascii=False))


@both(router, "/runs/{run_id}/errors", **gives(RunErrorPage, listed=True))
async def list_run_errors(run_id: UUID, caller: ApiCaller, context: InContext, asked: InPages) -> Response:
    """The data errors of a run, by code. They are kept for each school's latest run that had any."""
    caller.require_scope("read")
    district_id = await run_list.district_of(context.pool, caller.visible, run_id)
    if district_id is None:
        raise not_found("run")
    return await list_answer(
        asked,
        RUN_ERRORS,
        lambda after, limit: run_list.errors_page(context.pool, district_id, run_id, after, limit),
        file=f"errors-{run_id}",
    )
