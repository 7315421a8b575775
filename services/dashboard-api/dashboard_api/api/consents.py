"""`/consents`: acts that one person asked for and another has to confirm."""

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboard_api import consents
from dashboard_api.api.described import gives
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.listing import NEWEST, InPages, Listing, both, list_answer
from dashboard_api.api.schemas.consents import Consent, ConsentPage
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.problems import not_found
from dashboard_api.queries import consents as kept
from dashboard_api.queries.pages import StateFilter
from dashboard_api.words.consents import explained_consent

ConsentState = Literal["waiting", "confirmed", "rejected", "expired"]

router = APIRouter(tags=["consents"], route_class=Acting)

CONSENTS = Listing(
    "consents",
    NEWEST,
    (
        *("district_id", "id", "act", "title", "subject", "school_id", "school", "state", "reason", "asked_by_name"),
        *("asked_person_name", "asked_at", "expires_at", "decided_by_name", "decided_at", "note"),
    ),
    explained_consent,
)


class Note(BaseModel):
    """Why, for the record."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=500)


@both(router, "/consents", **gives(ConsentPage, listed=True))
async def list_consents(
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    school: Annotated[UUID | None, Query(description="Only this school")] = None,
    state: Annotated[ConsentState | None, Query(description="Only those that stand so")] = None,
) -> Response:
    """Acts that wait for a second person, and what became of others, the newest first."""
    caller.require_scope("read")
    visible = caller.visible
    return await list_answer(
        asked,
        CONSENTS,
        lambda after, limit: kept.page(context.pool, StateFilter(visible, district, school, state, after, limit)),
    )


@router.get("/consents/{consent_id}", **gives(Consent))
async def show_consent(consent_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """One of them: what was asked for, by whom, why, until when it waits, and what came of it (`outcome`)."""
    caller.require_scope("read")
    return _answer(await _find(context, caller, consent_id))


@router.post("/consents/{consent_id}/confirm", **gives(Consent, problems=(503,)))
async def confirm_consent(consent_id: UUID, note: Note, caller: ApiCaller, context: InContext) -> Response:
    """Confirm what somebody else asked for, and one may do oneself: it is done now. `outcome` names the run.

    A key counts as the person who made it. 409 where it cannot be done any more, or whoever asked may not do it now.
    """
    found = await _find(context, caller, consent_id)
    async with context.unit_of_work() as uow:
        done = await consents.confirm(uow, context.whole, caller, found["district_id"], consent_id, note.reason)
    return _answer(done)


@router.post("/consents/{consent_id}/reject", **gives(Consent))
async def reject_consent(consent_id: UUID, note: Note, caller: ApiCaller, context: InContext) -> Response:
    """Reject what was asked for, or take back what one asked for oneself: nothing is done."""
    found = await _find(context, caller, consent_id)
    async with context.unit_of_work() as uow:
        done = await consents.reject(uow, caller, found["district_id"], consent_id, note.reason)
    return _answer(done)


def waits(consent: dict[str, Any]) -> Response:
    """What is answered instead of doing an act: 202, and the consent that it waits for."""
    body = {"consent": explained_consent(consent)}
    headers = {"Location": f"/api/v1/consents/{consent['id']}"}
    return Response(json.dumps(body, ensure_ascii=False), 202, headers, media_type="application/json")


async def _find(context: Context, caller: Principal, consent_id: UUID) -> dict[str, Any]:
    found = await kept.one(context.pool, caller.visible, consent_id)
    if found is None:
        raise not_found("consent")
    return found


def _answer(consent: dict[str, Any]) -> Response:
    return Response(json.dumps(explained_consent(consent), ensure_ascii=False), media_type="application/json")
