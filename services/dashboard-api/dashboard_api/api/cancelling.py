"""`POST /runs/{id}/cancel`: a run is to stop."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboard_api import cancelling
from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.schemas import runs as schemas
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.problems import not_found
from dashboard_api.queries import run_list

router = APIRouter(prefix="/runs", tags=["runs"], route_class=Acting)


class Cancelling(BaseModel):
    """Why, for the record."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=500)


@router.post("/{run_id}/cancel", **gives(schemas.Cancelling, 202))
async def cancel_run(run_id: UUID, wanted: Cancelling, caller: ApiCaller, context: InContext) -> Response:
    """A run that waits ends at once; one that is under way stops at the next safe point. Its end says that it did."""
    district_id = await run_list.district_of(context.pool, caller.visible, run_id)
    if district_id is None:
        raise not_found("run")
    caller.require("order", district_id)
    async with context.unit_of_work() as uow:
        status = await cancelling.cancel(uow, caller, district_id, run_id, wanted.reason)
    return json_text(f'{{"run_id":"{run_id}","status":"{status}"}}', 202, {"Location": f"/api/v1/runs/{run_id}"})
