"""`/settings/schools`: which schools are set up for which Moodle, and their time zones, many at once."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi import Form as FormField

from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.schools import after_in_order
from dashboard_api.declare import parts
from dashboard_api.declare.values import zones
from dashboard_api.language import _, plural
from dashboard_api.pages.confirming import Question, ask
from dashboard_api.pages.moving import SHOWN, move_many
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
    visit: InVisit,
    search: Annotated[str, Query(max_length=100)] = "",
    target: Annotated[str, Query(max_length=63)] = "",
    into: Annotated[str, Query(max_length=63)] = "",
    after: str | None = None,
) -> Response:
    """The page. `target`: only schools of this Moodle; `into`: the Moodle that schools are to be chosen for."""
    visit.visitor.require("declare", visit.district)
    begin = after_in_order(after, "name")
    wanted = SchoolFilter(
        visit.visitor.visible, visit.district, search=search.strip(), after=begin, limit=ROWS, target=target or None
    )
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
        target=target,
        into=into,
        next=encode_cursor(page.next),
        after=after,
        targets=targets,
        zones=sorted(zones()),
    )


@router.post("")
async def change(
    visit: Sending,
    act: Annotated[Literal["target", "out", "zone"], FormField()],
    chosen: Annotated[list[UUID] | None, FormField(max_length=1000)] = None,
    target: Annotated[str, FormField(max_length=63)] = "",
    zone: Annotated[str, FormField(max_length=64)] = "",
    confirmed: Annotated[bool, FormField()] = False,
) -> Response:
    """Set ticked schools up for a Moodle (`target`), take them out (`out`), or give them a time zone (`zone`)."""
    visit.visitor.require("declare", visit.district)
    ids = list(dict.fromkeys(chosen or ()))
    if not ids:
        raise Problem(422, "mistakes", _("Tick at least one school first."))
    if act == "zone" and zone and zone not in zones():
        raise Problem(422, "mistakes", _("There is no such time zone. Choose one of the list, or leave it empty."))
    if not confirmed and (question := await _question(visit, act, ids, target)):
        return ask(visit, question)
    async with visit.context.unit_of_work() as uow:
        await districts.lock(uow.conn, visit.district)
        for id_ in ids:
            known = await district_parts.school(uow.conn, visit.district, id_)
            if known is None:
                raise not_found("school")
            place = {"target": target, "out": None, "zone": known["target"]}[act]
            timezone = zone or None if act == "zone" else known["timezone"]
            await parts.change_school(uow, visit.visitor, visit.district, id_, place, timezone)
    return visit.back(
        at(visit, "schools"), plural("{n} school is changed.", "{n} schools are changed.", len(ids), n=number(len(ids)))
    )


async def _question(visit: Visit, act: str, ids: list[UUID], target: str) -> Question | None:
    """What is asked first; None: nothing of weight is done."""
    async with visit.context.pool.acquire() as conn:
        named = await schools.named(conn, visit.district, ids)
        site = await district_parts.target(conn, visit.district, target)
    fields = [("act", act), ("target", target), *(("chosen", str(id_)) for id_ in ids)]
    moved = [row["name"] for row in named if row["target_id"] not in (None, target)]
    if act == "out":
        return _taking_out([row["name"] for row in named], at(visit, "schools"), fields)
    if act == "target" and site and moved:
        return move_many(moved, len(ids), site["name"], at(visit, "schools"), fields)
    return None


def _taking_out(names: Sequence[str], address: str, fields: Sequence[tuple[str, str]]) -> Question:
    n = len(names)
    return Question(
        title=plural("Stop syncing {n} school?", "Stop syncing {n} schools?", n, n=number(n)),
        sentences=[
            _("They will have no Moodle, so nothing of them is synced, neither at night nor by hand."),
            _("What they have in Moodle stays there as it is; nobody is removed."),
        ],
        points=names if n <= SHOWN else (),
        action=address,
        button=plural("Stop syncing {n} school", "Stop syncing {n} schools", n, n=number(n)),
        back=address,
        fields=[*fields, ("confirmed", "1")],
        danger=True,
    )
