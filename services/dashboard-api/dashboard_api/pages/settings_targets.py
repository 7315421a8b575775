"""`/settings/targets`: the Moodle sites of a district, what they let us do, and which of their roles we give."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from common.language import mark
from common.uow import UnitOfWork
from dashboard_api import target_checks
from dashboard_api.declare import target_parts
from dashboard_api.language import _, plural
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_frame import at, saved, show
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import district_parts, districts
from dashboard_api.queries.target_checks import NewTargetCheck
from dashboard_api.words.amounts import number

ROLES = {
    "student": mark("Role of students"),
    "teacher": mark("Role of teachers"),
    "administrator": mark("Role of administrators"),
    "guardian": mark("Role of guardians"),
}
ROLE_HINT = mark("The role's id in this Moodle: the number in the address of its page. Left empty: not given.")
ABOUT = (
    Field("name", mark("Name"), mark("As people know the site.")),
    Field(
        "base_url",
        mark("Address"),
        mark("Of the site's front page, such as https://moodle.school.example."),
        "address",
    ),
)
TOKEN = Field("token", mark("Token"), mark("Of Moodle's web service. Kept sealed, and never shown again."), "secret")
KEPT_TOKEN = Field("token", TOKEN.label, mark("Left empty: it stays as it is."), "secret", optional=True)
FURTHER = (
    Field(
        "user_auth",
        mark("How people sign in to Moodle"),
        mark("The name of Moodle's authentication plugin for new accounts, such as manual, oauth2 or saml2."),
        wrong=mark("Write the plugin's name in lower-case letters, such as oauth2."),
    ),
    *(Field(f"roles.{role}", label, ROLE_HINT, "number", optional=True, least=1) for role, label in ROLES.items()),
    Field("max_parallel", mark("Syncs at once"), mark("Into this site, at the most."), "number", least=1, most=100),
)
FIELDS = (*ABOUT, KEPT_TOKEN, *FURTHER)
NEW = (*ABOUT, TOKEN, *FURTHER)
USUAL = {"user_auth": "manual", "max_parallel": 2, "roles.student": 5, "roles.teacher": 3}
"""What a standard site has."""

router = APIRouter(prefix="/settings/targets", include_in_schema=False)


@router.get("")
async def look(visit: InVisit) -> Response:
    """All of them, with their newest check."""
    visit.visitor.require("declare", visit.district)
    found = await district_parts.targets(visit.context.pool, visit.district)
    sentence = plural("{n} Moodle site", "{n} Moodle sites", len(found), n=number(len(found)))
    return show(visit, "settings_targets.html", "targets", _("Moodle sites"), sentence, targets=found)


@router.get("/{target_id}")
async def show_one(target_id: str, visit: InVisit) -> Response:
    """One, to be changed."""
    visit.visitor.require("declare", visit.district)
    return _form(visit, target_id, filled(FIELDS, await _values(visit.context.pool, visit, target_id)))


@router.post("/{target_id}")
async def change(target_id: str, visit: Sending) -> Response:
    """Replace its address, token, roles and the rest."""
    visit.visitor.require("declare", visit.district)
    await _values(visit.context.pool, visit, target_id)
    form = sent(FIELDS, await visit.request.form())

    async def write(uow: UnitOfWork) -> None:
        place = (visit.district, target_id)
        await target_parts.change(uow, visit.context.box, visit.visitor, place, body(form))

    if not await saved(visit, form, lambda conn: _values(conn, visit, target_id), write):
        return _form(visit, target_id, form)
    return visit.back(at(visit, "targets"), _("The Moodle site is changed."))


@router.post("/{target_id}/check")
async def check(target_id: str, visit: Sending) -> Response:
    """Look at it as it is; nothing is written to it."""
    visit.visitor.require("declare", visit.district)
    async with visit.context.unit_of_work() as uow:
        known = await district_parts.target(uow.conn, visit.district, target_id)
        if known is None:
            raise not_found("target")
        pool = await districts.pool_of(uow.conn, visit.district)
        wanted = NewTargetCheck(visit.district, pool, target_id, known["base_url"], known["roles"], known["secrets"])
        id_ = await target_checks.order(uow, visit.visitor, wanted)
    return visit.back(at(visit, f"checks/target/{id_}"))


def body(form: Form, *, given_only: bool = False) -> dict[str, Any]:
    """The site as a declaration has it, without an empty token; an empty role is null, or left out (`given_only`)."""
    roles = {role: form.number(f"roles.{role}") for role in ROLES}
    if given_only:
        roles = {role: id_ for role, id_ in roles.items() if id_ is not None}
    token = {"token": form.text("token")} if form.typed["token"] else {}
    texts = {name: form.text(name) for name in ("name", "base_url", "user_auth")}
    return {**texts, **token, "roles": roles, "max_parallel": form.number("max_parallel")}


async def _values(conn: Any, visit: Visit, target_id: str) -> Mapping[str, Any]:
    found = await district_parts.target(conn, visit.district, target_id)
    if found is None:
        raise not_found("target")
    return {**found, **{f"roles.{role}": id_ for role, id_ in found["roles"].items()}}


def _form(visit: Visit, target_id: str, form: Form) -> Response:
    values = {"form": form, "target_id": target_id}
    sentence = _("Where courses and accounts are made.")
    return show(visit, "settings_target.html", "targets", form.text("name"), sentence, form.status, **values)
