"""`/holds`: operations that wait for a person, and what the person decides."""

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from dashboard_api import verdicts
from dashboard_api.api.answers import Cursor, Limit, decode_moment, encode_cursor
from dashboard_api.api.consents import waits
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.decisions import Decision, Verdict
from dashboard_api.problems import not_found
from dashboard_api.queries import holds, plans
from dashboard_api.queries.holds import HoldFilter
from dashboard_api.words import consequences
from dashboard_api.words.holds import explained_hold

HoldState = Literal["open", "decided", "superseded"]

router = APIRouter(prefix="/holds", tags=["holds"])


class DecisionBody(BaseModel):
    """The decision. `plan_hash` is the hold's, so that nobody decides on what they have not seen."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    plan_hash: str = Field(min_length=1, max_length=200)
    operations: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(default=None, min_length=1, max_length=20_000)
    reason: str = Field(default="", max_length=500)
    confirm: str = Field(default="", max_length=200)
    """The school's name, where more removals are approved than the limit."""


@router.get("")
async def list_holds(
    caller: ApiCaller,
    context: InContext,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    school: Annotated[UUID | None, Query(description="Only this school")] = None,
    state: Annotated[HoldState | None, Query(description="Only holds that stand so")] = None,
    limit: Limit = 50,
    after: Cursor = None,
) -> Response:
    """Holds, the newest first, with the limits that were exceeded."""
    caller.require_scope("read")
    page = await holds.page(
        context.pool, HoldFilter(caller.visible, district, school, state, decode_moment(after), limit)
    )
    found = [explained_hold(hold) for hold in page.rows()]
    body = {"holds": found, "next": encode_cursor(page.next)}
    return Response(json.dumps(body, ensure_ascii=False), media_type="application/json")


@router.get("/{hold_id}")
async def show_hold(hold_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """One hold, and what its operations would come to; they are those of its run with the state `held`."""
    caller.require_scope("read")
    hold = await _find(context, caller, hold_id)
    effects = await plans.consequences(context.pool, hold["district_id"], UUID(hold["run_id"]), ("held",))
    body = {**explained_hold(hold), "consequences": consequences.sentence(effects)}
    return Response(json.dumps(body, ensure_ascii=False), media_type="application/json")


@router.post("/{hold_id}/decision", status_code=202)
async def decide(hold_id: UUID, body: DecisionBody, caller: ApiCaller, context: InContext) -> Response:
    """Approve, reject, or only suspend what waits: all of it, or the operations that are named; others are rejected.

    `run_id` is the run that does it, null after a rejection. Approvals over the limit need a reason, and the school's
    name in `confirm`; where the district wants a second person for them, `consent` is what waits for that person.
    409 where the hold is closed or holds something else.
    """
    hold = await _find(context, caller, hold_id)
    caller.require("decide", hold["district_id"])
    verdict = Verdict(body.decision, body.plan_hash, body.operations, body.reason)
    settled = await verdicts.settle(context, caller, hold, verdict, body.confirm)
    if settled.consent is not None:
        return waits(settled.consent)
    headers = {"Location": f"/api/v1/runs/{settled.run_id}"} if settled.run_id else {}
    answer = {"hold_id": hold_id, "decision": body.decision, "run_id": settled.run_id}
    return Response(to_json(answer), 202, headers, media_type="application/json")


async def _find(context: Context, caller: Principal, hold_id: UUID) -> dict[str, Any]:
    hold = await holds.one(context.pool, caller.visible, hold_id)
    if hold is None:
        raise not_found("hold")
    return hold
