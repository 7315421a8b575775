"""`/runs`: what was run, and what is running."""

import json
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from dashboard_api.api.answers import Cursor, Limit, bad_cursor, decode_cursor, json_text, page_answer
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.problems import not_found
from dashboard_api.queries import run_list
from dashboard_api.queries.run_list import RunFilter
from dashboard_api.words.errors import explained

RunStatus = Literal["ordered", "requested", "fetching", "planning", "applying", "refused", "failed", "completed"]
Standing = Literal["running", "completed", "with_errors", "failed", "held", "cancelled", "refused"]
What = Literal["nightly", "partial", "full", "refresh", "undo", "rebuild", "device", "preview"]
Trigger = Literal["schedule", "person", "decision", "arrival"]

router = APIRouter(prefix="/runs", tags=["runs"])


@router.get("")
async def list_runs(
    caller: ApiCaller,
    context: InContext,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    school: Annotated[UUID | None, Query(description="Only this school")] = None,
    order: Annotated[UUID | None, Query(description="Only the runs of this order")] = None,
    status: Annotated[RunStatus | None, Query(description="Only runs that have come this far")] = None,
    standing: Annotated[Standing | None, Query(description="Only runs that stand so")] = None,
    what: Annotated[What | None, Query(description="Only such runs; preview: dry runs")] = None,
    trigger: Annotated[Trigger | None, Query(description="Only runs that this began")] = None,
    search: Annotated[str, Query(max_length=100, description="Part of the school's name")] = "",
    limit: Limit = 50,
    after: Cursor = None,
) -> Response:
    """Runs, the newest first."""
    caller.require_scope("read")
    wanted = RunFilter(
        caller.visible, district, school, order, status, after_run(after), limit, standing, what, trigger, search
    )
    return page_answer("runs", await run_list.page(context.pool, wanted))


@router.get("/{run_id}")
async def show_run(run_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """One run: phases, data, plan, actions, errors by code; codes also in words, in the language of the district."""
    caller.require_scope("read")
    text = await run_list.one_json(context.pool, caller.visible, run_id)
    if text is None:
        raise not_found("run")
    return json_text(json.dumps(explained(json.loads(text)), ensure_ascii=False))


@router.get("/{run_id}/errors")
async def list_run_errors(
    run_id: UUID, caller: ApiCaller, context: InContext, limit: Limit = 200, after: Cursor = None
) -> Response:
    """The data errors of a run, by code. They are kept for each school's latest run that had any."""
    caller.require_scope("read")
    district_id = await run_list.district_of(context.pool, caller.visible, run_id)
    if district_id is None:
        raise not_found("run")
    key = decode_cursor(after, 4)
    return page_answer("errors", await run_list.errors_page(context.pool, district_id, run_id, key, limit))


def after_run(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The sort key of the last run before a page. Raises `Problem` 400."""
    key = decode_cursor(cursor, 2)
    try:
        return (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None
    except ValueError:
        raise bad_cursor() from None
