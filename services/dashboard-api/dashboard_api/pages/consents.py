"""The page of acts that need a second person: what waits for one, and what became of others."""

from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Form, Response

from common.language import mark
from dashboard_api import consents
from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.consents import CONSENTS, ConsentState
from dashboard_api.language import _, plural
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.confirming import Question, ask
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import consents as kept
from dashboard_api.queries.pages import StateFilter
from dashboard_api.words.amounts import number
from dashboard_api.words.consents import explained_consent, is_taken_back

Consent = dict[str, Any]

ROWS = 50
STATES: dict[ConsentState, str] = {
    "waiting": mark("Waiting"),
    "confirmed": mark("Confirmed"),
    "rejected": mark("Rejected or taken back"),
    "expired": mark("Ran out"),
}

router = APIRouter(prefix="/consents", include_in_schema=False)


@router.get("")
async def show(visit: InVisit, state: str = "waiting", after: str | None = None) -> Response:
    """What waits, unless another state is asked for; any other word shows all."""
    district_id = visit.district
    known = next((one for one in get_args(ConsentState) if one == state), None)
    wanted = StateFilter([district_id], district_id, None, known, CONSENTS.read(after), ROWS)
    page = await kept.page(visit.context.pool, wanted)

    def address(**changes: object) -> str:
        return with_query("/consents", {"district": district_id, "state": state, **changes})

    return visit.render(
        "consents.html",
        title=_("Second person"),
        consents=[_row(visit, one) for one in page.rows()],
        state=known,
        states={key: _(word) for key, word in STATES.items()},
        address=address,
        after=after,
        next=encode_cursor(page.next),
    )


@router.get("/{consent_id}/confirm")
async def ask_confirm(consent_id: UUID, visit: InVisit) -> Response:
    """What confirming comes to."""
    consent = _row(visit, await _find(visit, consent_id))
    return ask(
        visit,
        Question(
            title=_("Confirm “{act}” for {school}?", act=consent["title"], school=consent["school"]),
            sentences=[
                _("{who} asked for it: “{reason}”", who=consent["who"], reason=consent["reason"]),
                *([consent["about"]] if consent["about"] else []),
                _("It is done at once, in the name of whoever asked; that you confirmed it is kept in the audit log."),
            ],
            action=f"/consents/{consent_id}/confirm",
            button=_("Confirm and do it"),
            back=f"/consents?district={consent['district_id']}",
            reason="optional",
            danger=True,
        ),
    )


@router.post("/{consent_id}/confirm")
async def confirm(consent_id: UUID, visit: Sending, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Do what somebody else asked for; on to its run."""
    consent = await _find(visit, consent_id)
    async with visit.context.unit_of_work() as uow:
        done = await consents.confirm(
            uow, visit.context.whole, visit.visitor, consent["district_id"], consent_id, reason.strip()
        )
    run_id = (done["outcome"] or {}).get("run_id")
    return visit.back(f"/runs/{run_id}" if run_id else "/consents", _("Confirmed. It is done now."))


@router.post("/{consent_id}/reject")
async def reject(consent_id: UUID, visit: Sending) -> Response:
    """It is not done; whoever asked takes it back so, too."""
    consent = await _find(visit, consent_id)
    async with visit.context.unit_of_work() as uow:
        closed = await consents.reject(uow, visit.visitor, consent["district_id"], consent_id, "")
    taken_back = _("Taken back. What you asked for is not done.")
    told = taken_back if is_taken_back(closed) else _("Rejected. Nothing is done.")
    return visit.back(with_query("/consents", {"district": consent["district_id"]}), told)


async def _find(visit: Visit, consent_id: UUID) -> Consent:
    """The consent, whose district the page is then about. Raises `Problem` for who may not decide."""
    consent = await kept.one(visit.context.pool, visit.visitor.visible, consent_id)
    if consent is None:
        raise not_found("consent")
    visit.visitor.require(consents.RIGHTS[consent["act"]], consent["district_id"])
    visit.enter(consent["district_id"])
    return consent


def _row(visit: Visit, consent: Consent) -> Consent:
    kind, _slash, id_ = str(consent["subject"]).partition("/")
    return {
        **explained_consent(consent),
        "who": _who(consent),
        "own": consents.is_own(visit.visitor, consent),
        "may": visit.visitor.may(consents.RIGHTS[consent["act"]]),
        "about": _about(consent),
        "subject_address": {"run": f"/runs/{id_}", "hold": f"/holds/{id_}", "device": f"/devices/{id_}"}[kind],
        "run_id": (consent["outcome"] or {}).get("run_id"),
    }


def _who(consent: Consent) -> str:
    """Whoever asked; a key with the person whom it counts as."""
    name, person = consent["asked_by_name"] or _("Somebody"), consent["asked_person_name"]
    by_key = person is not None and consent["asked_person"] != consent["asked_by"]
    return _("{key}, a key of {person}", key=name, person=person) if by_key else str(name)


def _about(consent: Consent) -> str:
    """How much it is about, where it is narrowed."""
    chosen = consent["body"].get("operations")
    if chosen:
        return plural(
            "{n} operation, chosen one by one.",
            "{n} operations, chosen one by one.",
            len(chosen),
            n=number(len(chosen)),
        )
    return _("Only one record.") if consent["body"].get("record") else ""
