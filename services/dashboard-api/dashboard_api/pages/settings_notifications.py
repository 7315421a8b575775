"""`/settings/notifications`: who is told of runs by e-mail, of which ends, in which language."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Form as FormField

from common.language import LANGUAGES, mark
from common.uow import UnitOfWork
from dashboard_api.declare import telling
from dashboard_api.language import _, plural
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_frame import at, show
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.queries import districts, recipients, school_list
from dashboard_api.queries.recipients import NewRecipient
from dashboard_api.queries.school_list import SchoolFilter
from dashboard_api.words.amounts import number

MOST_SCHOOLS = 1000
OUTCOMES = {
    "problems": mark("Problems: what failed, has errors or waits for a decision"),
    "all": mark("Everything, also when all went well"),
    "never": mark("Nothing"),
}

router = APIRouter(prefix="/settings/notifications", include_in_schema=False)


@router.get("")
async def look(visit: InVisit) -> Response:
    """The page."""
    visit.visitor.require("declare", visit.district)
    return await _page(visit)


@router.post("")
async def add(visit: Sending) -> Response:
    """Tell somebody; an address that is there already is told otherwise from now on."""
    visit.visitor.require("declare", visit.district)
    form = sent(_fields(await _schools(visit)), await visit.request.form())
    if form.mistakes:
        return await _page(visit, form)
    wanted = NewRecipient(
        form.text("email"), form.text("outcomes"), form.text("locale") or None, _uuid(form.text("school"))
    )
    async with visit.context.unit_of_work() as uow:
        others = await _others(uow, visit.district, wanted.email, str(wanted.school_id or ""))
        await telling.change(uow, visit.visitor, visit.district, [*others, wanted])
    return visit.back(at(visit, "notifications"), _("Who is told is changed."))


@router.post("/remove")
async def remove(
    visit: Sending, email: Annotated[str, FormField(max_length=320)], school: Annotated[str, FormField()] = ""
) -> Response:
    """Tell somebody no longer."""
    visit.visitor.require("declare", visit.district)
    async with visit.context.unit_of_work() as uow:
        others = await _others(uow, visit.district, email, school)
        await telling.change(uow, visit.visitor, visit.district, others)
    return visit.back(at(visit, "notifications"), _("This address is told no longer."))


def _fields(schools: list[dict[str, Any]]) -> tuple[Field, ...]:
    names = {one["id"]: one["name"] for one in schools}
    return (
        Field("email", mark("E-mail address"), "", "email"),
        Field("outcomes", mark("Is told of"), "", "choice", choices=OUTCOMES),
        Field(
            "locale",
            mark("Language"),
            "",
            "choice",
            optional=True,
            choices={"": mark("As the district"), **LANGUAGES},
        ),
        Field(
            "school",
            mark("Schools"),
            mark("What is chosen for one school takes the place, there, of what is chosen for all."),
            "choice",
            optional=True,
            choices={"": mark("All schools"), **names},
        ),
    )


async def _page(visit: Visit, form: Form | None = None) -> Response:
    told = await recipients.listed(visit.context.pool, visit.district)
    form = form or filled(_fields(await _schools(visit)), {"outcomes": "problems"})
    sentence = plural("{n} address is told of runs.", "{n} addresses are told of runs.", len(told), n=number(len(told)))
    values = {"form": form, "told": told, "outcomes": OUTCOMES, "spoken": LANGUAGES}
    return show(
        visit, "settings_notifications.html", "notifications", _("Notifications"), sentence, form.status, **values
    )


async def _schools(visit: Visit) -> list[dict[str, Any]]:
    wanted = SchoolFilter(visit.visitor.visible, visit.district, limit=MOST_SCHOOLS)
    return (await school_list.page(visit.context.pool, wanted)).rows()


async def _others(uow: UnitOfWork, district_id: str, email: str, school: str) -> list[NewRecipient]:
    """All but this one."""
    await districts.lock(uow.conn, district_id)
    known = await recipients.listed(uow.conn, district_id)
    return [
        NewRecipient(one["email"], one["outcomes"], one["locale"], _uuid(one["school_id"]))
        for one in known
        if (one["email"].casefold(), one["school_id"] or "") != (email.casefold(), school)
    ]


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
