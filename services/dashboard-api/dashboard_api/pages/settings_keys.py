"""`/settings/keys`: API keys for programs. A key is shown once, when it is made."""

from uuid import UUID

from fastapi import APIRouter, Response

from common.language import mark
from dashboard_api.api.keys import NewApiKey, made, revoked
from dashboard_api.auth.principal import DOES, SCOPES
from dashboard_api.language import _, plural
from dashboard_api.pages.confirming import Question, ask
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_frame import at, show
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import api_keys
from dashboard_api.words.amounts import number

MOST = 500
LASTS = {"90": mark("90 days"), "365": mark("a year"), "": mark("until it is revoked")}

router = APIRouter(prefix="/settings/keys", include_in_schema=False)


@router.get("")
async def look(visit: InVisit) -> Response:
    """All of the district, and the form for another one."""
    visit.visitor.require("administer", visit.district)
    return await _page(visit, filled(_fields(visit), {"scopes": ["read"], "expires_days": "90"}))


@router.post("")
async def create(visit: Sending) -> Response:
    """Make a key for this district and show it, this once."""
    visit.visitor.require("administer", visit.district)
    form = sent(_fields(visit), await visit.request.form())
    if not form.lines("scopes"):
        form.mistakes["scopes"] = _("Tick what the program may do.")
    if form.mistakes:
        return await _page(visit, form)
    days = form.number("expires_days")
    wanted = NewApiKey.model_validate(
        {
            "name": form.text("name"),
            "scopes": form.lines("scopes"),
            "districts": [visit.district],
            "schools": visit.visitor.schools,
            "expires_days": days,
        }
    )
    try:
        key = (await made(visit.context, visit.visitor, wanted))["key"]
    except Problem as problem:
        form.blame(problem)
        return await _page(visit, form)
    sentence = _("Put it where the program finds it. It is shown only now: here only its hash is kept.")
    values = {"secret": key, "back": at(visit, "keys")}
    page = show(visit, "settings_once.html", "keys", _("The key is made"), sentence, 201, **values)
    page.headers["Cache-Control"] = "no-store"
    return page


@router.get("/{key_id}/revoke")
async def ask_revoking(key_id: UUID, visit: InVisit) -> Response:
    """What revoking comes to."""
    visit.visitor.require("administer", visit.district)
    key = await api_keys.one(visit.context.whole, visit.visitor.visible, key_id)
    if key is None:
        raise not_found("key")
    question = Question(
        title=_("Revoke the key {name}?", name=key["name"]),
        sentences=[_("Programs that use it are refused from now on. Nobody can bring it back.")],
        action=at(visit, f"keys/{key_id}/revoke"),
        button=_("Revoke the key"),
        back=at(visit, "keys"),
        danger=True,
    )
    return ask(visit, question)


@router.post("/{key_id}/revoke")
async def revoke(key_id: UUID, visit: Sending) -> Response:
    """The key works no more."""
    visit.visitor.require("administer", visit.district)
    await revoked(visit.context, visit.visitor, key_id)
    return visit.back(at(visit, "keys"), _("The key works no more."))


def _fields(visit: Visit) -> tuple[Field, ...]:
    """Only what the visitor may do themselves."""
    scopes: dict[str, str] = {scope: DOES[scope] for scope in SCOPES if visit.visitor.may(scope)}
    return (
        Field("name", mark("Name"), mark("What it is for: it stands in the audit log.")),
        Field("scopes", mark("What the program may do"), "", "many", choices=scopes),
        Field("expires_days", mark("Good for"), "", "choice", optional=True, choices=LASTS),
    )


async def _page(visit: Visit, form: Form) -> Response:
    found = await api_keys.page(visit.context.whole, visit.visitor.visible, visit.district, None, MOST)
    keys = found.rows()
    good = sum(not key["expired"] for key in keys)
    sentence = plural("{n} key works.", "{n} keys work.", good, n=number(good))
    values = {"form": form, "keys": keys, "does": DOES}
    return show(visit, "settings_keys.html", "keys", _("API keys"), sentence, form.status, **values)
