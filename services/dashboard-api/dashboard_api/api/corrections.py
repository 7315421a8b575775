"""`/runs/{id}/undo`, `/runs/{id}/retry` and `/schools/{id}/links/rebuild`: orders that mend."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from common.event_model import RunScope
from dashboard_api import confirmation, consents, corrections
from dashboard_api.api.consents import waits
from dashboard_api.api.described import gives
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.orders import Record, accepted
from dashboard_api.api.schemas.consents import Waiting
from dashboard_api.api.schemas.runs import Accepted
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal, Scope
from dashboard_api.context import Context
from dashboard_api.orders import Placed
from dashboard_api.problems import not_found
from dashboard_api.queries import runs, schools

router = APIRouter(tags=["runs"], route_class=Acting)


class Correction(BaseModel):
    """`dry_run` stops after the plan."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = False
    reason: str = Field(default="", max_length=500)


class Undo(Correction):
    """What to take back: all that the run did, or what it did to one record."""

    record: Record | None = None
    confirm: str = Field(default="", max_length=200)
    """The name of the run's school, unless it is a dry run."""

    @property
    def scope(self) -> RunScope:
        """The one record, as orders have it."""
        return RunScope(**self.record.model_dump()) if self.record else RunScope()


@router.post("/runs/{run_id}/undo", **gives(Accepted | Waiting, 202, problems=(503,)))
async def undo_run(run_id: UUID, body: Undo, caller: ApiCaller, context: InContext) -> Response:
    """Order that a run is taken back. What has changed since is left alone, and named. `Location` is the order.

    It needs a reason, and the school's name in `confirm`. Where the district wants a second person for it, `consent`
    is what waits for that person. A dry run needs none of this.
    """
    run = await _run(context, caller, run_id, "decide")
    async with context.unit_of_work() as uow:
        if not body.dry_run:
            await corrections.require_undoable(uow, run)
            school = await schools.name_of(uow.conn, run["district_id"], run["school_id"])
            confirmation.require_typed(school, body.confirm, body.reason)
            undone = await consents.undo(uow, caller, run, body.scope, body.reason)
        else:
            undone = await corrections.undo(uow, caller, run, body.scope, dry_run=True, reason=body.reason)
    return accepted(undone) if isinstance(undone, Placed) else waits(undone)


@router.post("/runs/{run_id}/retry", **gives(Accepted, 202, problems=(503,)))
async def retry_run(run_id: UUID, body: Correction, caller: ApiCaller, context: InContext) -> Response:
    """Order that what failed in a run is done again, and nothing else. `Location` is the order."""
    run = await _run(context, caller, run_id, "order")
    async with context.unit_of_work() as uow:
        placed = await corrections.retry(uow, caller, run, dry_run=body.dry_run, reason=body.reason)
    return accepted(placed)


@router.post("/schools/{school_id}/links/rebuild", **gives(Accepted, 202, problems=(503,)))
async def rebuild_links(school_id: UUID, body: Correction, caller: ApiCaller, context: InContext) -> Response:
    """Order that a school's links are found anew in Moodle, by ID number. `Location` is the order."""
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    if district_id is None:
        raise not_found("school")
    caller.require("order", district_id)
    async with context.unit_of_work() as uow:
        placed = await corrections.rebuild(
            uow, caller, district_id, school_id, dry_run=body.dry_run, reason=body.reason
        )
    return accepted(placed)


async def _run(context: Context, caller: Principal, run_id: UUID, scope: Scope) -> dict[str, Any]:
    run = await runs.one(context.pool, caller.visible, run_id)
    if run is None:
        raise not_found("run")
    caller.require(scope, run["district_id"])
    return dict(run)
