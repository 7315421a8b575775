"""`/runs/{id}/ledger`: what a run read, endpoint by endpoint."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic_core import to_json

from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.schemas.system import Ledger
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.problems import not_found
from dashboard_api.queries import ledger, run_list

router = APIRouter(prefix="/runs", tags=["runs"])


@router.get("/{run_id}/ledger", **gives(Ledger, problems=(503,)))
async def show_ledger(run_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """Each endpoint with its pages, its rows and what became of them, its bytes, and whether it was read completely."""
    caller.require_scope("read")
    district_id = await run_list.district_of(context.pool, caller.visible, run_id)
    if district_id is None:
        raise not_found("run")
    rows = await ledger.of_run(context.pool, district_id, run_id)
    return json_text(to_json({"endpoints": [dict(row) for row in rows]}).decode())
