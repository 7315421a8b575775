"""`/account`: one's own name, language and time zone, password, second factor and sessions."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Form as FormField
from markupsafe import Markup

from common.language import LANGUAGES, mark
from dashboard_api import own_account
from dashboard_api.auth.passwords import LEAST_LENGTH
from dashboard_api.declare.values import zones
from dashboard_api.language import _, plural
from dashboard_api.own_account import own_id
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_users import SHORT
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem
from dashboard_api.queries import district_parts, second_factors, sessions
from dashboard_api.words.amounts import number

WRONG_PASSWORD = ("wrong_password", "too_many_attempts")
ABOUT = (
    Field("name", mark("Name"), mark("As others see it, and as the audit log has it.")),
    Field(
        "locale",
        mark("Language"),
        mark("Of pages and e-mails."),
        "choice",
        optional=True,
        choices={"": mark("As the browser asks"), **LANGUAGES},
    ),
    Field(
        "timezone", mark("Time zone"), mark("Left empty: the district's."), optional=True, hinting="zones",
        wrong=mark("There is no such time zone. Choose one of the list, such as Europe/Amsterdam."),
    ),
)  # fmt: skip
PASSWORD = (
    Field("current", mark("Present password"), "", "secret"),
    Field("new", mark("New password"), mark("Ten characters at least. Several words are easier to keep."), "secret"),
)
CODE = (Field("code", mark("Code"), mark("What the app shows now.")),)
REMOVAL = (Field("password", mark("Present password"), "", "secret"),)

router = APIRouter(prefix="/account", include_in_schema=False)


@router.get("")
async def look(visit: InVisit) -> Response:
    """The page."""
    return await _page(visit)


@router.post("")
async def save(visit: Sending) -> Response:
    """Change name, language or time zone."""
    form = sent(ABOUT, await visit.request.form())
    zone = form.text("timezone")
    if zone and zone not in zones():
        form.mistakes["timezone"] = _("There is no such time zone. Choose one of the list, such as Europe/Amsterdam.")
    if form.mistakes:
        return await _page(visit, about=form)
    wanted = {"name": form.text("name"), "locale": form.text("locale") or None, "timezone": zone or None}
    await own_account.change(visit.context, visit.visitor, wanted)
    return visit.back("/account", _("Your account is changed."))


@router.post("/password")
async def change_password(visit: Sending) -> Response:
    """Choose another password; other sessions end."""
    form = sent(PASSWORD, await visit.request.form())
    if not form.mistakes and len(form.text("new")) < LEAST_LENGTH:
        form.mistakes["new"] = _("Choose at least {n} characters.", n=str(LEAST_LENGTH))
    if form.mistakes:
        return await _page(visit, password=form)
    try:
        await own_account.change_password(visit.context, visit.visitor, form.text("current"), form.text("new"))
    except Problem as problem:
        return await _page(visit, password=_blamed(form, problem, "current"))
    return visit.back("/account", _("Your password is changed; you are signed out everywhere else."))


@router.post("/second-factor")
async def begin(visit: Sending) -> Response:
    """Begin to set up an authenticator app: the page then shows its picture."""
    await own_account.begin_second_factor(visit.context, visit.visitor)
    return visit.back("/account")


@router.post("/second-factor/confirm")
async def confirm(visit: Sending) -> Response:
    """The app shows the right code: the recovery codes are shown, this once."""
    form = sent(CODE, await visit.request.form())
    if form.mistakes:
        return await _page(visit, code=form)
    try:
        codes = await own_account.confirm_second_factor(visit.context, visit.visitor, form.text("code"))
    except Problem as problem:
        return await _page(visit, code=_blamed(form, problem, "code"))
    page = visit.render("account_codes.html", 201, title=_("Recovery codes"), codes=codes)
    page.headers["Cache-Control"] = "no-store"
    return page


@router.post("/second-factor/remove")
async def remove(visit: Sending) -> Response:
    """Sign in with the password alone again."""
    form = sent(REMOVAL, await visit.request.form())
    if form.mistakes:
        return await _page(visit, removal=form)
    try:
        await own_account.remove_second_factor(visit.context, visit.visitor, form.text("password"))
    except Problem as problem:
        return await _page(visit, removal=_blamed(form, problem, "password"))
    return visit.back("/account", _("Only your password is asked for from now on."))


@router.post("/sessions/end")
async def end(visit: Sending, session: Annotated[UUID | None, FormField()] = None) -> Response:
    """End one session, or all but this one."""
    if session:
        await own_account.end_session(visit.context, visit.visitor, session)
        ended = 1
    else:
        ended = await own_account.end_other_sessions(visit.context, visit.visitor)
    return visit.back("/account", plural("{n} session is ended.", "{n} sessions are ended.", ended, n=number(ended)))


def _blamed(form: Form, problem: Problem, name: str) -> Form:
    """The form with a refusal beside the field that it is about."""
    if problem.code not in (*WRONG_PASSWORD, "wrong_code"):
        form.blame(problem)
    else:
        form.mistakes[name] = problem.detail
    return form


async def _page(visit: Visit, **sent_forms: Form) -> Response:
    visitor, whole = visit.visitor, visit.context.whole
    factor = await second_factors.find(whole, own_id(visitor))
    assert factor is not None
    pending = await own_account.pending_second_factor(visit.context, visitor)
    present = {"name": visitor.name, "locale": visitor.locale or "", "timezone": visitor.timezone}
    forms: dict[str, Form] = {
        "about": filled(ABOUT, present),
        "password": filled(PASSWORD, {}),
        "code": filled(CODE, {}),
        "removal": filled(REMOVAL, {}),
        **sent_forms,
    }
    values: dict[str, Any] = {
        "email": factor["email"],
        "role": _(SHORT[visitor.role]) if visitor.role else "",
        "confirmed": factor["confirmed"],
        "recovery_codes": factor["recovery_codes"],
        "pending": pending,
        "picture": Markup(pending["picture"]) if pending else "",  # noqa: S704 - our own drawing, of a base32 secret
        "sessions": json.loads(await sessions.list_json(whole, own_id(visitor), visitor.csrf or "")),
        "zones": sorted(zones()),
        "zone": visitor.timezone or await _usual_zone(visit),
    }
    status = max(form.status for form in forms.values())
    return visit.render("account.html", status, title=_("My account"), **forms, **values)


async def _usual_zone(visit: Visit) -> str:
    """That of the district, for who has chosen none."""
    general = await district_parts.general(visit.context.pool, visit.district_id) if visit.district_id else None
    return general["timezone"] if general else "UTC"
