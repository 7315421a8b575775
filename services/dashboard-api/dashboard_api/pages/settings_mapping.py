"""`/settings/mapping`: how names in Moodle are made, with examples on a school's real rows before they are saved."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from common.language import mark
from common.uow import UnitOfWork
from dashboard_api.api.mapping import Trial, tried
from dashboard_api.declare import parts
from dashboard_api.language import _
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_frame import at, saved, show
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem
from dashboard_api.queries import district_parts, school_list
from dashboard_api.queries.school_list import SchoolFilter
from rules.policy import CLASS_FIELDS, PERSON_FIELDS, Policy, Templates

EXAMPLES = 12
MOST_SCHOOLS = 1000
ONE_A_LINE = mark("One template a line; the first whose fields all have a value is taken.")
FIELDS = (
    *(
        Field(f"templates.{name}", label, hint, "lines", optional=name == "email")
        for name, label, hint in (
            ("username", mark("User name"), ONE_A_LINE),
            ("email", mark("E-mail address"), ONE_A_LINE),
            ("course_full_name", mark("Full name of a course"), ONE_A_LINE),
            ("course_short_name", mark("Short name of a course"), ONE_A_LINE),
            ("category", mark("Categories"), mark("From the top down, one a line, four at the most.")),
        )
    ),
    Field("templates.idnumber", mark("ID number"), mark("{source}:{id} where two sources share a Moodle.")),
)

router = APIRouter(prefix="/settings/mapping", include_in_schema=False)


@router.get("")
async def look(visit: InVisit, school: UUID | None = None) -> Response:
    """The page, with what the present templates make."""
    visit.visitor.require("declare", visit.district)
    return await _page(visit, filled(FIELDS, await _present(visit.context.pool, visit.district)), school)


@router.post("")
async def save(visit: Sending) -> Response:
    """Keep the templates, or only show what they would make."""
    visit.visitor.require("declare", visit.district)
    data = await visit.request.form()
    form, school = sent(FIELDS, data), _school(str(data.get("school", "")))

    async def write(uow: UnitOfWork) -> None:
        wanted = _wanted(form)
        usual = Templates().model_dump(mode="json")
        patch = {name: None if value == usual[name] else value for name, value in wanted.items()}
        templates = patch if any(value is not None for value in patch.values()) else None
        await parts.change_policy(uow, visit.visitor, visit.district, {"templates": templates}, whole=False)

    if "try" in data:
        return await _page(visit, form, school)
    if not await saved(visit, form, lambda conn: _present(conn, visit.district), write):
        return await _page(visit, form, school)
    return visit.back(
        at(visit, "mapping", school=school), _("The templates are saved. They hold from the next run on.")
    )


async def _page(visit: Visit, form: Form, school: UUID | None) -> Response:
    wanted = SchoolFilter(visit.visitor.visible, visit.district, limit=MOST_SCHOOLS)
    known = (await school_list.page(visit.context.pool, wanted)).rows()
    chosen = school or next((UUID(one["id"]) for one in known if one["counts_at"]), None)
    return show(
        visit,
        "settings_mapping.html",
        "mapping",
        _("Names in Moodle"),
        _("How user names, courses and categories are made of what the source shares."),
        form.status,
        form=form,
        schools=known,
        chosen=str(chosen or ""),
        trial=await _trial(visit, form, chosen) if chosen else None,
        person_fields=PERSON_FIELDS,
        class_fields=CLASS_FIELDS,
    )


async def _trial(visit: Visit, form: Form, school: UUID) -> dict[str, Any] | None:
    """What the templates make of the school's rows; mistakes go beside their fields."""
    if form.mistakes:
        return None
    wanted = Trial(district=visit.district, school=school, templates=_wanted(form), rows=EXAMPLES)
    try:
        return await tried(visit.context.pool, wanted)
    except Problem as problem:
        form.blame(problem)
        return None


async def _present(conn: Any, district_id: str) -> Mapping[str, Any]:
    policy = Policy.model_validate(await district_parts.policy(conn, district_id) or {})
    return {f"templates.{name}": value for name, value in policy.templates.model_dump(mode="json").items()}


def _wanted(form: Form) -> dict[str, Any]:
    lines = {one.name: form.lines(one.name) for one in FIELDS if one.kind == "lines"}
    named = {**lines, "templates.idnumber": form.text("templates.idnumber")}
    return {name.removeprefix("templates."): value for name, value in named.items()}


def _school(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
