"""`/holds`: operations that wait for a person, and what the person decides."""

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from dashboard_api import verdicts
from dashboard_api.api.consents import waits
from dashboard_api.api.described import gives
from dashboard_api.api.etags import IfMatch, half_tag, matches, tagged
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.listing import NEWEST, InPages, Listing, both, list_answer
from dashboard_api.api.schemas import plans as schemas
from dashboard_api.api.schemas.consents import Waiting
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.decisions import Decision, Verdict
from dashboard_api.language import _, plural
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import holds, plans
from dashboard_api.queries.pages import StateFilter
from dashboard_api.words import consequences
from dashboard_api.words.amounts import number
from dashboard_api.words.holds import explained_hold
from dashboard_api.words.kinds import total

HoldState = Literal["open", "decided", "superseded"]

router = APIRouter(tags=["holds"], route_class=Acting)

HOLDS = Listing(
    "holds",
    NEWEST,
    (
        *("district_id", "id", "school_id", "school", "run_id", "state", "operations", "guards", "opened_at"),
        *("closed_at", "decision", "decided_by_name", "reason", "next_run_id"),
    ),
    explained_hold,
)


class DecisionBody(BaseModel):
    """The decision. `plan_hash` is the hold's, so that nobody decides on what they have not seen.

    Or `If-Match`, with the ETag of the hold or of its run's plan.
    """

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    plan_hash: str | None = Field(default=None, min_length=1, max_length=200)
    operations: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(
        default=None,
        min_length=1,
        max_length=20_000,
        description="Numbers of the operations that are decided on; null: all. The others that wait are rejected",
    )
    reason: str = Field(default="", max_length=500)
    confirm: str = Field(default="", max_length=200)
    """The school's name, where more removals are approved than the limit."""


@both(router, "/holds", **gives(schemas.HoldPage, listed=True, problems=(503,)))
async def list_holds(
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    school: Annotated[UUID | None, Query(description="Only this school")] = None,
    state: Annotated[HoldState | None, Query(description="Only holds that stand so")] = None,
) -> Response:
    """Holds, the newest first, with the limits that were exceeded."""
    caller.require_scope("read")
    visible = caller.visible
    return await list_answer(
        asked,
        HOLDS,
        lambda after, limit: holds.page(context.pool, StateFilter(visible, district, school, state, after, limit)),
    )


@router.get("/holds/{hold_id}", **gives(schemas.Hold, tagged=True, problems=(503,)))
async def show_hold(request: Request, hold_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """One hold, and what its operations would come to; they are those of its run with the state `held`."""
    caller.require_scope("read")
    hold = await _find(context, caller, hold_id)
    effects = await plans.consequences(context.pool, hold["district_id"], UUID(hold["run_id"]), ("held",))
    body = {**explained_hold(hold), "consequences": consequences.sentence(effects)}
    return tagged(request, json.dumps(body, ensure_ascii=False), hold["plan_hash"])


@router.post("/holds/{hold_id}/decision", **gives(schemas.Decided | Waiting, 202, problems=(428, 503)))
async def decide_hold(
    hold_id: UUID, body: DecisionBody, caller: ApiCaller, context: InContext, if_match: IfMatch = None
) -> Response:
    """Approve, reject, or only suspend what waits: all of it, or the operations that are named.

    Those that are not named are rejected, whatever the decision: nothing is done by not being mentioned. To reject
    only some, approve the others by number; they are done at once. What a hold comes to stands in its `consequences`,
    and each operation with its number in its run's operations with the state `held`.

    `run_id` is the run that does it, null after a rejection. Approvals over the limit need a reason, and the school's
    name in `confirm`; where the district wants a second person for them, `consent` is what waits for that person.
    409 where the hold is closed or holds something else.
    """
    hold = await _find(context, caller, hold_id)
    caller.require("decide", hold["district_id"])
    verdict = Verdict(body.decision, _seen(hold, body.plan_hash, if_match), body.operations, body.reason)
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


def _seen(hold: dict[str, Any], plan_hash: str | None, if_match: str | None) -> str:
    """The hash of the plan that was seen. Raises `Problem` 412 or 428."""
    if plan_hash is None and if_match is None:
        sentence = _(
            "The decision does not say which plan was seen. Send the hold's plan_hash, or its ETag as If-Match."
        )
        raise Problem(428, "unconditional", sentence)
    if hold["state"] == "open" and not matches(if_match, hold["plan_hash"]):
        n = total(hold["operations"])
        sentence = plural(
            "{n} operation waits in this hold by now, another than you have seen. Look at it, then decide.",
            "{n} operations wait in this hold by now, others than you have seen. Look at them, then decide.",
            n,
            n=number(n),
        )
        more = {"plan_hash": hold["plan_hash"], "operations": hold["operations"]}
        raise Problem(412, "changed_meanwhile", sentence, {"ETag": half_tag(hold["plan_hash"])}, more=more)
    return plan_hash or str(hold["plan_hash"])
