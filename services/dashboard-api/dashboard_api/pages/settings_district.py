"""`/settings`: how a district is set up at a glance, and what it is called and where it lies."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from common.language import LANGUAGES, mark
from common.uow import UnitOfWork
from dashboard_api.declare import parts
from dashboard_api.declare.values import zones
from dashboard_api.language import _
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_frame import at, saved, show
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.queries import district_parts, districts, recipients, schedules

router = APIRouter(include_in_schema=False)


@router.get("/settings")
async def look(visit: InVisit) -> Response:
    """The page."""
    if visit.district_id is None:
        return visit.render("no_districts.html", title=_("Settings"))
    visit.visitor.require("declare", visit.district)
    general = await district_parts.general(visit.context.pool, visit.district)
    assert general is not None
    return await _page(visit, filled(_fields(general), general))


@router.post("/settings")
async def save(visit: Sending) -> Response:
    """Change name, time zone, language, pool or the runs at once."""
    visit.visitor.require("declare", visit.district)
    now = await district_parts.general(visit.context.pool, visit.district)
    form = sent(_fields(now or {}), await visit.request.form())

    async def present(conn: Any) -> Mapping[str, Any]:
        return await district_parts.general(conn, visit.district) or {}

    async def write(uow: UnitOfWork) -> None:
        values = {
            one.name: form.number(one.name) if one.kind == "number" else form.text(one.name) for one in form.fields
        }
        await parts.change_general(uow, visit.visitor, visit.district, values)

    if not await saved(visit, form, present, write):
        return await _page(visit, form)
    return visit.back(at(visit), _("The district is changed."))


def _fields(general: Mapping[str, Any]) -> tuple[Field, ...]:
    own = str(general.get("locale", "en"))
    spoken = {own: own, **LANGUAGES}
    return (
        Field("name", mark("Name"), mark("As people know the district.")),
        Field(
            "timezone",
            mark("Time zone"),
            mark("Of nightly times, such as Europe/Amsterdam. A school may have its own."),
            hinting="zones",
            wrong=mark("There is no such time zone. Choose one of the list, such as Europe/Amsterdam."),
        ),
        Field(
            "locale", mark("Language"), mark("Of e-mails to people who have not chosen one."), "choice", choices=spoken
        ),
        Field(
            "max_parallel",
            mark("Syncs at once"),
            mark("Schools of this district that are synced at the same time, at the most."),
            "number",
            least=1,
            most=100,
        ),
        Field(
            "pool",
            mark("Pool of workers"),
            mark("Which workers do its runs: “shared”, unless your operator runs some for this district alone."),
            wrong=mark("Write lower-case letters, digits and hyphens."),
        ),
    )


async def _page(visit: Visit, form: Form) -> Response:
    return show(
        visit,
        "settings_district.html",
        "",
        _("Settings"),
        _("Known to commands and addresses as {id}.", id=visit.district),
        form.status,
        form=form,
        zones=sorted(zones()),
        **await _glance(visit),
    )


async def _glance(visit: Visit) -> dict[str, Any]:
    """How the other parts stand."""
    pool, district_id = visit.context.pool, visit.district
    schedule = await schedules.of_district(pool, district_id)
    return {
        "district": json.loads(await districts.one_json(pool, district_id) or "{}"),
        "sources": [source for source, _sealed in await district_parts.sources(pool, district_id)],
        "targets": await district_parts.targets(pool, district_id),
        "schedule": dict(schedule) if schedule else {},
        "told": len(await recipients.listed(pool, district_id)),
    }
