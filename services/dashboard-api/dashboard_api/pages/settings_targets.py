"""`/settings/targets`: the Moodle sites of a district; adding, changing, looking at and taking out a site."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from common.uow import UnitOfWork
from dashboard_api import target_checks
from dashboard_api.declare import target_parts
from dashboard_api.language import _, plural
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.confirming import Question, ask
from dashboard_api.pages.forms import Form, filled
from dashboard_api.pages.settings_frame import at, saved, show
from dashboard_api.pages.target_fields import FIELDS, NEW, USUAL, body, typed
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import district_parts, targets
from dashboard_api.words.amounts import number

router = APIRouter(prefix="/settings/targets", include_in_schema=False)


@router.get("")
async def look(visit: InVisit) -> Response:
    """All of them, with their newest check."""
    visit.visitor.require("declare", visit.district)
    found = await district_parts.targets(visit.context.pool, visit.district)
    unusable = [one for one in found if one["check"] and one["check"]["usable"] is False]
    sentence = plural("{n} Moodle site", "{n} Moodle sites", len(found), n=number(len(found)))
    if unusable:
        sentence = plural(
            "{n} Moodle site cannot be used as it is.",
            "{n} Moodle sites cannot be used as they are.",
            len(unusable),
            n=number(len(unusable)),
        )
    return show(visit, "settings_targets.html", "targets", _("Moodle sites"), sentence, targets=found)


@router.get("/add")
async def ask_new(visit: InVisit) -> Response:
    """The form for one more."""
    visit.visitor.require("declare", visit.district)
    return _form(visit, filled(NEW, USUAL))


@router.post("/add")
async def add(visit: Sending) -> Response:
    """Declare one more, and have it looked at at once."""
    visit.visitor.require("declare", visit.district)
    form = typed(NEW, await visit.request.form())
    made: list[str] = []

    async def write(uow: UnitOfWork) -> None:
        wanted = body(form, given_only=True)
        made.append(await target_parts.add(uow, visit.context.box, visit.visitor, visit.district, wanted))

    if not await saved(visit, form, None, write):
        return _form(visit, form)
    return await _look_at(visit, made[0], _("The Moodle site is added, and being looked at."))


@router.get("/{target_id}")
async def show_one(target_id: str, visit: InVisit) -> Response:
    """One, to be changed."""
    visit.visitor.require("declare", visit.district)
    return _form(visit, filled(FIELDS, await _values(visit.context.pool, visit, target_id)), target_id)


@router.post("/{target_id}")
async def change(target_id: str, visit: Sending) -> Response:
    """Replace its address, token, roles and the rest."""
    visit.visitor.require("declare", visit.district)
    await _values(visit.context.pool, visit, target_id)
    form = typed(FIELDS, await visit.request.form())

    async def write(uow: UnitOfWork) -> None:
        place = (visit.district, target_id)
        await target_parts.change(uow, visit.context.box, visit.visitor, place, body(form))

    if not await saved(visit, form, lambda conn: _values(conn, visit, target_id), write):
        return _form(visit, form, target_id)
    return visit.back(at(visit, "targets"), _("The Moodle site is changed."))


@router.post("/{target_id}/check")
async def check(target_id: str, visit: Sending) -> Response:
    """Look at it as it is; nothing is written to it."""
    visit.visitor.require("declare", visit.district)
    return await _look_at(visit, target_id)


@router.get("/{target_id}/remove")
async def ask_removal(target_id: str, visit: InVisit) -> Response:
    """What taking it out comes to, or why it cannot be done yet."""
    visit.visitor.require("declare", visit.district)
    name = (await _values(visit.context.pool, visit, target_id))["name"]
    async with visit.context.pool.acquire() as conn:
        obstacle = await target_parts.in_use(conn, visit.district, target_id)
        used = await targets.used(conn, visit.district, target_id)
        gets_new = await targets.of_new_schools(conn, visit.district) == target_id
    if not obstacle:
        return ask(visit, _removal(visit, target_id, name, gets_new=gets_new))
    way = None
    if used["schools"]:
        way = (at(visit, "schools", target=target_id), _("Its schools"))
    elif used["devices"]:
        way = (with_query("/devices", {"district": visit.district}), _("Devices"))
    title = _("{moodle} cannot be taken out yet", moodle=name)
    return ask(visit, Question(title, [obstacle], action="", button="", back=at(visit, "targets"), way=way))


@router.post("/{target_id}/remove")
async def remove(target_id: str, visit: Sending) -> Response:
    """Take it out."""
    visit.visitor.require("declare", visit.district)
    async with visit.context.unit_of_work() as uow:
        await target_parts.remove(uow, visit.visitor, visit.district, target_id)
    return visit.back(at(visit, "targets"), _("The Moodle site is taken out."))


async def _values(conn: Any, visit: Visit, target_id: str) -> Mapping[str, Any]:
    found = await district_parts.target(conn, visit.district, target_id)
    if found is None:
        raise not_found("target")
    return {**found, **{f"roles.{role}": id_ for role, id_ in found["roles"].items()}}


def _form(visit: Visit, form: Form, target_id: str = "") -> Response:
    """The form of a site; without an id, of one more."""
    title = form.text("name") if target_id else _("Add a Moodle site")
    sentence = _("Where courses and accounts are made.")
    if target_id:
        sentence = _("Known to commands and addresses as {id}.", id=target_id)
    action = at(visit, f"targets/{target_id or 'add'}")
    values = {"form": form, "target_id": target_id, "action": action}
    return show(visit, "settings_target.html", "targets", title, sentence, form.status, **values)


async def _look_at(visit: Visit, target_id: str, notice: str = "") -> Response:
    async with visit.context.unit_of_work() as uow:
        id_ = await target_checks.order_declared(uow, visit.visitor, visit.district, target_id)
    return visit.back(at(visit, f"checks/target/{id_}"), notice)


def _removal(visit: Visit, target_id: str, name: str, *, gets_new: bool) -> Question:
    """`gets_new`: schools that are shared later would be set up for it."""
    later = [_("Schools that are shared later are then no longer set up by themselves.")] if gets_new else []
    return Question(
        title=_("Take out {moodle}?", moodle=name),
        sentences=[
            _("What is in this Moodle stays as it is: accounts, courses, enrolments. Nothing is synced into it."),
            _("Its token is forgotten; to add the site again you need one."),
            *later,
        ],
        action=at(visit, f"targets/{target_id}/remove"),
        button=_("Take out the Moodle site"),
        back=at(visit, "targets"),
        danger=True,
    )
