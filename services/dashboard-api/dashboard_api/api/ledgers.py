"""`/runs/{id}/ledger`: what a run read, endpoint by endpoint."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic_core import to_json

from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.listing import InWhole, both
from dashboard_api.api.schemas.system import Ledger
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.problems import not_found
from dashboard_api.queries import ledger, run_list

router = APIRouter(prefix="/runs", tags=["runs"])


COLUMNS = (
    *("endpoint", "pages", "announced", "received", "kept", "warned", "skipped", "out_of_scope"),
    *("bytes_up", "bytes_down", "complete", "reason", "changes_only", "quirks"),
)


@both(router, "/{run_id}/ledger", **gives(Ledger, problems=(503,), as_csv=True))
async def show_ledger(run_id: UUID, caller: ApiCaller, context: InContext, asked: InWhole) -> Response:
    """Each endpoint with its pages, its rows and what became of them, its bytes, and whether it was read completely."""
    caller.require_scope("read")
    district_id = await run_list.district_of(context.pool, caller.visible, run_id)
    if district_id is None:
        raise not_found("run")
    rows = [dict(row) for row in await ledger.of_run(context.pool, district_id, run_id)]
    if asked.as_csv:
        return asked.csv(f"ledger-{run_id}", COLUMNS, rows)
    return json_text(to_json({"endpoints": rows}).decode())
