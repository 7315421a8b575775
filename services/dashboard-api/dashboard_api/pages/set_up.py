"""`/settings/new`: the assistant that sets up a district step by step. What the district lacks says which step comes,
so that it can be left at any time and gone on with from any place."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Form as FormField

from common.language import LANGUAGES, mark
from common.uow import UnitOfWork
from dashboard_api import orders, setting_up, target_checks
from dashboard_api.api.system import require_platform
from dashboard_api.declare import beginning, source_parts, target_parts
from dashboard_api.declare.model import TARGET_ID
from dashboard_api.declare.values import zones
from dashboard_api.language import _
from dashboard_api.orders import Wish
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_frame import saved
from dashboard_api.pages.settings_sources import all_sources
from dashboard_api.pages.source_fields import VARIANTS, shown
from dashboard_api.pages.source_fields import body as source_body
from dashboard_api.pages.target_fields import NEW, USUAL, body, typed
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import district_parts, previews, school_list, schools
from dashboard_api.queries.school_list import SchoolFilter
from dashboard_api.setting_up import STEPS, Stand

NAMES = {
    "district": mark("District"),
    "source": mark("Source"),
    "test": mark("Test"),
    "moodle": mark("Moodle"),
    "check": mark("Check"),
    "schools": mark("Schools"),
    "preview": mark("Preview"),
    "approve": mark("Approve"),
}
DISTRICT = (
    Field("name", mark("Name"), mark("As people know the district.")),
    Field(
        "id",
        mark("Short name"),
        mark("For addresses and commands: lower-case letters, digits and hyphens. It cannot be changed later."),
        wrong=mark("Write lower-case letters, digits and hyphens, such as north."),
    ),
    Field(
        "timezone",
        mark("Time zone"),
        mark("Such as Europe/Amsterdam."),
        hinting="zones",
        wrong=mark("There is no such time zone. Choose one of the list, such as Europe/Amsterdam."),
    ),
    Field("locale", mark("Language"), "", "choice", choices=LANGUAGES),
)
MOST_SCHOOLS = 1000

router = APIRouter(prefix="/settings/new", include_in_schema=False)


@router.get("")
async def look(visit: InVisit, kind: str = "") -> Response:
    """The step that comes; without a district in the address, the first."""
    if "district" not in visit.request.query_params:
        require_platform(visit.visitor, "declare")
        return _page(visit, "district", Stand(), form=filled(DISTRICT, {"locale": "en"}), **_zones())
    visit.visitor.require("declare", visit.district)
    return await _step(visit, kind)


@router.post("")
async def begin(visit: Sending) -> Response:
    """Declare the district itself."""
    require_platform(visit.visitor, "declare")
    form = sent(DISTRICT, await visit.request.form())
    if form.mistakes:
        return _page(visit, "district", Stand(), form=form, **_zones())
    try:
        async with visit.context.unit_of_work() as uow:
            id_ = await beginning.begin(uow, visit.visitor, {one.name: form.text(one.name) for one in DISTRICT})
    except Problem as problem:
        form.blame(problem)
        return _page(visit, "district", Stand(), form=form, **_zones())
    return visit.back(with_query("/settings/new", {"district": id_}))


@router.post("/source")
async def add_source(visit: Sending, kind: str = "") -> Response:
    """Declare where the rosters come from; its schools are then asked for, which is its test."""
    visit.visitor.require("declare", visit.district)
    variant = VARIANTS.get(kind)
    if variant is None:
        raise not_found("source")
    form = sent(variant.all_fields, await visit.request.form())

    async def write(uow: UnitOfWork) -> None:
        wanted = source_body(variant, form, given_only=True)
        await source_parts.add(uow, visit.context.box, visit.visitor, visit.district, wanted)

    if not await saved(visit, form, None, write):
        return _page(visit, "source", await stand(visit), form=form, variant=variant, kind=kind)
    return visit.back(_here(visit))


@router.post("/moodle")
async def add_target(visit: Sending) -> Response:
    """Declare the Moodle site, and have it looked at."""
    visit.visitor.require("declare", visit.district)
    form = typed(NEW, await visit.request.form())

    async def write(uow: UnitOfWork) -> None:
        place = (visit.district, TARGET_ID)
        await target_parts.put(uow, visit.context.box, visit.visitor, place, body(form, given_only=True))

    if not await saved(visit, form, None, write):
        return _page(visit, "moodle", await stand(visit), form=form)
    return await check(visit)


@router.post("/check")
async def check(visit: Sending) -> Response:
    """Have the Moodle site looked at, once more."""
    visit.visitor.require("declare", visit.district)
    async with visit.context.unit_of_work() as uow:
        await target_checks.order_declared(uow, visit.visitor, visit.district, TARGET_ID)
    return visit.back(_here(visit))


@router.post("/schools")
async def set_up(
    visit: Sending,
    chosen: Annotated[list[UUID] | None, FormField(max_length=MOST_SCHOOLS)] = None,
    which: Annotated[Literal["ticked", "all"], FormField()] = "ticked",
    target: Annotated[str, FormField(max_length=63)] = TARGET_ID,
) -> Response:
    """Set up the ticked schools, or all and those that are shared later, for a Moodle site."""
    visit.visitor.require("declare", visit.district)
    if which == "ticked" and not chosen:
        raise Problem(422, "mistakes", _("No school is ticked. Tick those that take part, or choose all of them."))
    async with visit.context.unit_of_work() as uow:
        if which == "all":
            await beginning.set_up_all(uow, visit.visitor, visit.district, target)
        else:
            await beginning.set_up_some(uow, visit.visitor, visit.district, chosen or [], target)
    return visit.back(_here(visit))


@router.post("/preview")
async def preview(visit: Sending) -> Response:
    """Plan a full sync of all schools that are set up; nothing is sent to Moodle."""
    await _order(visit, Wish("full", dry_run=True, reason=_("First preview")))
    return visit.back(_here(visit))


@router.post("/approve")
async def approve(visit: Sending) -> Response:
    """The first full sync."""
    order_id = await _order(visit, Wish("full", reason=_("First sync")))
    return visit.back(with_query("/schools", {"district": visit.district, "ordered": order_id}))


async def stand(visit: Visit) -> Stand:
    """How far the district has come."""
    pool, district_id = visit.context.pool, visit.district
    found = [source for source, _sealed in await district_parts.sources(pool, district_id)]
    targets = await district_parts.targets(pool, district_id)
    return Stand(
        declared=True,
        sources=len(found),
        listed=sum(source["listed_at"] is not None for source in found),
        targets=len(targets),
        usable=any(target["check"] and target["check"]["usable"] for target in targets),
        set_up=sum(target["schools"] for target in targets),
        previews=await previews.newest(pool, district_id),
        synced=await previews.synced(pool, district_id),
    )


async def _step(visit: Visit, kind: str) -> Response:
    now = await stand(visit)
    step = setting_up.step_of(now)
    pool = visit.context.pool
    values: dict[str, Any] = {}
    match step:
        case "source":
            variant = VARIANTS.get(kind)
            form = filled(variant.all_fields, shown(variant, {})) if variant else None
            values = {"variant": variant, "kind": kind, "form": form}
        case "test":
            values = {"sources": await all_sources(visit.context, visit.district)}
        case "moodle":
            values = {"form": filled(NEW, USUAL)}
        case "check":
            targets = await district_parts.targets(pool, visit.district)
            values = {"target": next(one for one in targets if one["id"] == TARGET_ID)}
        case "schools":
            wanted = SchoolFilter(visit.visitor.visible, visit.district, limit=MOST_SCHOOLS)
            found = (await school_list.page(pool, wanted)).rows()
            values = {"schools": found, "targets": await district_parts.targets(pool, visit.district)}
        case "":
            return visit.back(with_query("/schools", {"district": visit.district}), _("This district is set up."))
    return _page(visit, step, now, **values)


def _page(visit: Visit, step: str, now: Stand, **values: Any) -> Response:
    place = STEPS.index(step)
    about = {
        "step": step,
        "steps": [(key, _(name), n < place) for n, (key, name) in enumerate(NAMES.items())],
        "place": place + 1,
        "now_stands": now,
        "rehearsal": setting_up.rehearsal(now.previews),
        "running": [run for run in now.previews if run["status"] not in ("completed", "failed", "refused")],
        "failed": [run for run in now.previews if run["status"] in ("failed", "refused")],
        "variants": VARIANTS,
    }
    form = values.get("form")
    status = form.status if isinstance(form, Form) else 200
    return visit.render("set_up.html", status, title=_("Set up a district"), **{"form": None, **about, **values})


async def _order(visit: Visit, wish: Wish) -> UUID:
    visit.visitor.require("declare", visit.district)
    async with visit.context.unit_of_work() as uow:
        ids = await schools.set_up(uow.conn, visit.district)
        if not ids:
            raise Problem(409, "no_schools", _("No school of this district is set up yet. Choose a Moodle for one."))
        return (await orders.place(uow, visit.visitor, visit.district, ids, wish)).order_id


def _here(visit: Visit) -> str:
    return with_query("/settings/new", {"district": visit.district})


def _zones() -> dict[str, Any]:
    return {"zones": sorted(zones())}
