"""`/settings/sources`: where the rosters come from; adding, changing, trying out and taking out a source."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from common.language import mark
from common.uow import UnitOfWork
from dashboard_api import source_checks
from dashboard_api.context import Context
from dashboard_api.declare import parts, source_parts
from dashboard_api.language import _, plural
from dashboard_api.pages.confirming import Question, ask
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_frame import at, saved, show
from dashboard_api.pages.source_fields import VARIANTS, Variant, body, changes, shown, variant_of
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import district_parts
from dashboard_api.words.amounts import number
from dashboard_api.words.standing import SOURCES

NAME = Field(
    "name", mark("Name"), mark("Shown beside its schools. Left empty: what its kind is called."), optional=True
)

router = APIRouter(prefix="/settings/sources", include_in_schema=False)


@router.get("")
async def look(visit: InVisit) -> Response:
    """All of them, and how their last listing went."""
    visit.visitor.require("declare", visit.district)
    found = await all_sources(visit.context, visit.district)
    silent = [source for source in found if source["listing_error"]]
    sentence = plural("{n} source", "{n} sources", len(found), n=number(len(found)))
    if silent:
        sentence = plural(
            "{n} source could not tell its schools.",
            "{n} sources could not tell their schools.",
            len(silent),
            n=number(len(silent)),
        )
    return show(visit, "settings_sources.html", "sources", _("Sources"), sentence, sources=found)


@router.get("/add")
async def choose(visit: InVisit, kind: str = "") -> Response:
    """Which kind; then its form."""
    visit.visitor.require("declare", visit.district)
    variant = VARIANTS.get(kind)
    if variant is None:
        title = _("Add a source")
        return show(
            visit,
            "settings_source_kinds.html",
            "sources",
            title,
            _("Where do the rosters come from?"),
            variants=VARIANTS,
        )
    return _form(visit, variant, filled((NAME, *variant.all_fields), shown(variant, {})), kind)


@router.post("/add")
async def add(visit: Sending, kind: str = "") -> Response:
    """Declare one more, and have it tried out at once."""
    visit.visitor.require("declare", visit.district)
    variant = VARIANTS.get(kind)
    if variant is None:
        raise not_found("source")
    form = sent((NAME, *variant.all_fields), await visit.request.form())
    made: list[str] = []

    async def write(uow: UnitOfWork) -> None:
        wanted = body(variant, form, given_only=True)
        name = wanted.pop("name", "")
        made.append(await source_parts.add(uow, visit.context.box, visit.visitor, visit.district, wanted, name))

    if not await saved(visit, form, None, write):
        return _form(visit, variant, form, kind)
    return await _try_out(visit, made[0], _("The source is added, and asked for its schools."))


@router.get("/{source_id}")
async def show_one(source_id: str, visit: InVisit) -> Response:
    """One, to be changed."""
    visit.visitor.require("declare", visit.district)
    source = await _one(visit, source_id)
    variant = VARIANTS[variant_of(source["kind"], source["settings"])]
    values = {**shown(variant, source["settings"]), "name": source["name"]}
    return _form(visit, variant, filled((NAME, *changes(variant.all_fields)), values), "", source)


@router.post("/{source_id}")
async def change(source_id: str, visit: Sending) -> Response:
    """Rename it, replace settings or secrets; it is then asked for its schools again."""
    visit.visitor.require("declare", visit.district)
    source = await _one(visit, source_id)
    variant = VARIANTS[variant_of(source["kind"], source["settings"])]
    form = sent((NAME, *changes(variant.all_fields)), await visit.request.form())

    async def present(conn: Any) -> Mapping[str, Any]:
        now = await _one(visit, source_id)
        return {**shown(variant, now["settings"]), "name": now["name"]}

    async def write(uow: UnitOfWork) -> None:
        wanted = _differing(variant, source["settings"], body(variant, form, given_only=False))
        name = wanted.pop("name", None) or ""
        place = (visit.district, source_id)
        await source_parts.change(uow, visit.context.box, visit.visitor, place, wanted, name)

    if not await saved(visit, form, present, write):
        return _form(visit, variant, form, "", source)
    return visit.back(at(visit, "sources"), _("The source is changed."))


@router.post("/{source_id}/check")
async def check(source_id: str, visit: Sending) -> Response:
    """Try it out as it is; nothing is changed by that."""
    visit.visitor.require("declare", visit.district)
    await _one(visit, source_id)
    return await _try_out(visit, source_id)


@router.get("/{source_id}/remove")
async def ask_removal(source_id: str, visit: InVisit) -> Response:
    """What taking it out comes to."""
    visit.visitor.require("declare", visit.district)
    return ask(visit, _removal(visit, await _one(visit, source_id)))


@router.post("/{source_id}/remove")
async def remove(source_id: str, visit: Sending) -> Response:
    """Take it out."""
    visit.visitor.require("declare", visit.district)
    async with visit.context.unit_of_work() as uow:
        await source_parts.remove(uow, visit.visitor, visit.district, source_id)
    return visit.back(at(visit, "sources"), _("The source is taken out."))


async def all_sources(context: Context, district_id: str) -> list[dict[str, Any]]:
    """Sources, each with the names of its `secrets` (None: they cannot be opened) and what it is `called`."""
    found = await district_parts.sources(context.pool, district_id)
    return [
        {
            **source,
            "secrets": parts.secret_names(context.box, sealed),
            "called": source["name"] or SOURCES[source["kind"]],
        }
        for source, sealed in found
    ]


async def _one(visit: Visit, source_id: str) -> dict[str, Any]:
    found = await all_sources(visit.context, visit.district)
    source = next((one for one in found if one["id"] == source_id), None)
    if source is None:
        raise not_found("source")
    return source


def _form(visit: Visit, variant: Variant, form: Form, kind: str, source: dict[str, Any] | None = None) -> Response:
    title = source["called"] if source else _("Add a source: {kind}", kind=_(variant.name))
    return show(
        visit,
        "settings_source.html",
        "sources",
        title,
        _(variant.about),
        form.status,
        form=form,
        source=source,
        further=[one.name for one in variant.further],
        action=at(visit, f"sources/{source['id']}") if source else at(visit, "sources/add", kind=kind),
    )


async def _try_out(visit: Visit, source_id: str, notice: str = "") -> Response:
    async with visit.context.unit_of_work() as uow:
        id_ = await source_checks.order_declared(uow, visit.visitor, visit.district, source_id, None)
    return visit.back(at(visit, f"checks/source/{id_}"), notice)


def _removal(visit: Visit, source: dict[str, Any]) -> Question:
    if source["set_up"]:
        return Question(
            title=_("{source} cannot be taken out yet", source=source["called"]),
            sentences=[source_parts.in_use(source["set_up"]).detail],
            action="",
            button="",
            back=at(visit, "sources"),
            way=(at(visit, "schools"), _("Schools")),
        )
    return Question(
        title=_("Take out {source}?", source=source["called"]),
        sentences=[
            _("Its schools leave the list, with their history here. What they have in Moodle stays as it is."),
            _("What opens the source is forgotten; to add it again you need its credentials."),
        ],
        action=at(visit, f"sources/{source['id']}/remove"),
        button=_("Take out the source"),
        back=at(visit, "sources"),
        danger=True,
    )


def _differing(variant: Variant, settings: Mapping[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Without what is as it was, or usual and not declared: such keys stay undeclared."""
    now = {**variant.usual(), **variant.fixed, **settings}
    return {key: value for key, value in wanted.items() if key == "name" or value != now.get(key)}
