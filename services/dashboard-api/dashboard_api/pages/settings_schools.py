"""`/settings/schools`: which schools are set up for which Moodle, and their time zones, many at once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi import Form as FormField

from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.schools import after_in_order
from dashboard_api.declare import parts
from dashboard_api.declare.values import zones
from dashboard_api.language import _, plural
from dashboard_api.pages.confirming import Question, ask
from dashboard_api.pages.settings_frame import at, show
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import district_parts, districts, school_list, schools
from dashboard_api.queries.school_list import SchoolFilter
from dashboard_api.words.amounts import number

ROWS = 100

router = APIRouter(prefix="/settings/schools", include_in_schema=False)


@router.get("")
async def look(
    visit: InVisit, search: Annotated[str, Query(max_length=100)] = "", after: str | None = None
) -> Response:
    """The page."""
    visit.visitor.require("declare", visit.district)
    begin = after_in_order(after, "name")
    wanted = SchoolFilter(visit.visitor.visible, visit.district, None, search.strip(), begin, ROWS)
    page = await school_list.page(visit.context.pool, wanted)
    targets = await district_parts.targets(visit.context.pool, visit.district)
    set_up = sum(target["schools"] for target in targets)
    sentence = plural("{n} school is set up.", "{n} schools are set up.", set_up, n=number(set_up))
    return show(
        visit,
        "settings_schools.html",
        "schools",
        _("Schools"),
        sentence,
        schools=page.rows(),
        search=search.strip(),
        next=encode_cursor(page.next),
        after=after,
        targets=targets,
        zones=sorted(zones()),
    )


@router.post("")
async def change(
    visit: Sending,
    act: Annotated[str, FormField(max_length=80)],
    chosen: Annotated[list[UUID] | None, FormField(max_length=1000)] = None,
    zone: Annotated[str, FormField(max_length=64)] = "",
    confirmed: Annotated[bool, FormField()] = False,
) -> Response:
    """Set ticked schools up for a Moodle (`target:id`), take them out (`out`), or give them a time zone (`zone`)."""
    visit.visitor.require("declare", visit.district)
    ids = list(dict.fromkeys(chosen or ()))
    if not ids:
        raise Problem(422, "mistakes", _("Tick at least one school first."))
    if act == "zone" and zone and zone not in available_timezones():
        raise Problem(422, "mistakes", _("There is no such time zone. Choose one of the list, or leave it empty."))
    if act == "out" and not confirmed:
        return await _ask(visit, ids)
    async with visit.context.unit_of_work() as uow:
        await districts.lock(uow.conn, visit.district)
        for id_ in ids:
            known = await district_parts.school(uow.conn, visit.district, id_)
            if known is None:
                raise not_found("school")
            target, timezone = _wanted(act, known, zone)
            await parts.change_school(uow, visit.visitor, visit.district, id_, target, timezone)
    return visit.back(
        at(visit, "schools"), plural("{n} school is changed.", "{n} schools are changed.", len(ids), n=number(len(ids)))
    )


def _wanted(act: str, known: dict[str, Any], zone: str) -> tuple[str | None, str | None]:
    kind, _colon, id_ = act.partition(":")
    if kind == "target":
        return id_, known["timezone"]
    return (None, known["timezone"]) if kind == "out" else (known["target"], zone or None)


async def _ask(visit: Visit, ids: list[UUID]) -> Response:
    async with visit.context.pool.acquire() as conn:
        names = [row["name"] for row in await schools.named(conn, visit.district, ids)]
    n = len(names)
    return ask(
        visit,
        Question(
            title=plural("Stop syncing {n} school?", "Stop syncing {n} schools?", n, n=number(n)),
            sentences=[
                _("They will have no Moodle, so nothing of them is synced, neither at night nor by hand."),
                _("What they have in Moodle stays there as it is; nobody is removed."),
            ],
            points=names if n <= 5 else (),
            action=at(visit, "schools"),
            button=plural("Stop syncing {n} school", "Stop syncing {n} schools", n, n=number(n)),
            back=at(visit, "schools"),
            fields=[("act", "out"), ("confirmed", "1"), *(("chosen", str(id_)) for id_ in ids)],
            danger=True,
        ),
    )
