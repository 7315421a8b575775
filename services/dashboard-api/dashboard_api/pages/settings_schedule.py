"""`/settings/schedule`: when schools without a time of their own sync, and the dates on which none does."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Form as FormField

from common.language import mark
from common.uow import UnitOfWork
from dashboard_api import district_times, preview
from dashboard_api.declare.values import WEEKDAYS
from dashboard_api.district_times import Dates
from dashboard_api.language import _
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_frame import at, saved, show
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.preview import Blackout
from dashboard_api.queries import districts, schedules
from dashboard_api.words import acts

NIGHTS = 7
USUAL = ("20:00", "00:00")
"""The times that pages offer; the API takes any."""
DATES = (
    Field("first", mark("First date"), "", "date"),
    Field("last", mark("Last date"), mark("It counts, too."), "date"),
    Field("reason", mark("Reason"), mark("Such as winter break."), optional=True),
)

router = APIRouter(prefix="/settings/schedule", include_in_schema=False)


@router.get("")
async def look(visit: InVisit) -> Response:
    """The page."""
    visit.visitor.require("declare", visit.district)
    return await _page(visit)


@router.post("")
async def save(visit: Sending) -> Response:
    """Change time, nights and spread."""
    visit.visitor.require("declare", visit.district)
    now = await district_times.present(visit.context.pool, visit.district)
    form = sent(_fields(now["nightly"]), await visit.request.form())

    async def write(uow: UnitOfWork) -> None:
        wall = time.fromisoformat(form.text("nightly")) if form.text("nightly") else None
        nights = sorted(WEEKDAYS.index(day) + 1 for day in form.lines("nights"))
        spread = form.number("spread_minutes") or 0
        await district_times.change(uow, visit.visitor, visit.district, wall, nights, spread)

    if not form.lines("nights"):
        form.mistakes["nights"] = _("Choose at least one night.")
    if not await saved(visit, form, lambda conn: district_times.present(conn, visit.district), write):
        return await _page(visit, form)
    return visit.back(at(visit, "schedule"), _("The schedule is changed. It holds from the next night on."))


@router.post("/dates")
async def add_dates(visit: Sending) -> Response:
    """No nightly sync on these dates either."""
    visit.visitor.require("declare", visit.district)
    form = sent(DATES, await visit.request.form())
    first, last = _date(form, "first"), _date(form, "last")
    if first and last and last < first:
        form.mistakes["last"] = _("The last date must not be before the first.")
    if form.mistakes or not first or not last:
        return await _page(visit, dates=form)
    async with visit.context.unit_of_work() as uow:
        await districts.lock(uow.conn, visit.district)
        known = await _dates(uow.conn, visit.district)
        wanted = [*known, (first, last, form.text("reason"), None)]
        await district_times.change_blackouts(uow, visit.visitor, visit.district, list(dict.fromkeys(wanted)))
    return visit.back(at(visit, "schedule"), _("There is no nightly sync on these dates."))


@router.post("/dates/remove")
async def remove_dates(
    visit: Sending,
    first: Annotated[date, FormField()],
    last: Annotated[date, FormField()],
    school: Annotated[str, FormField()] = "",
) -> Response:
    """The nights of these dates come again."""
    visit.visitor.require("declare", visit.district)
    async with visit.context.unit_of_work() as uow:
        await districts.lock(uow.conn, visit.district)
        known = await _dates(uow.conn, visit.district)
        kept = [one for one in known if (one[0], one[1], str(one[3] or "")) != (first, last, school)]
        await district_times.change_blackouts(uow, visit.visitor, visit.district, kept)
    return visit.back(at(visit, "schedule"), _("The nights of these dates come again."))


def _fields(present: str | None) -> tuple[Field, ...]:
    times = sorted({*USUAL, *([present] if present else [])}, reverse=True)
    return (
        Field(
            "nightly",
            mark("Time"),
            mark("In each school's own time zone. Nights that clocks skip or repeat are run once."),
            "choice",
            optional=True,
            choices={"": mark("None: only by hand"), **{one: one for one in times}},
        ),
        Field("nights", mark("Nights"), "", "many", choices=acts.WEEKDAYS),
        Field(
            "spread_minutes",
            mark("Spread over minutes"),
            mark("Schools begin one after another within so many minutes, so that source and Moodle are not run over."),
            "number",
            most=120,
        ),
    )


async def _page(visit: Visit, form: Form | None = None, dates: Form | None = None) -> Response:
    pool, district_id = visit.context.pool, visit.district
    now = await district_times.present(pool, district_id)
    form = form or filled(_fields(now["nightly"]), now)
    dates = dates or filled(DATES, {})
    plans = await schedules.scheduled(pool, district_id, None)
    rows = await schedules.blackouts(pool, district_id)
    off = [Blackout(row["first"], row["last"], row["school_id"]) for row in rows]
    coming = preview.coming(plans, off, datetime.now(UTC), NIGHTS)
    return show(
        visit,
        "settings_schedule.html",
        "schedule",
        _("Schedule"),
        _sentence(now),
        max(form.status, dates.status),
        form=form,
        dates=dates,
        blackouts=rows,
        coming=coming[: NIGHTS * 3],
    )


def _sentence(now: Mapping[str, Any]) -> str:
    if not now["nightly"]:
        return _("Schools without a time of their own sync only by hand.")
    return _("Schools without a time of their own sync at {time}.", time=now["nightly"])


def _date(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form.text(name)) if form.text(name) else None
    except ValueError:
        form.mistakes[name] = _("Choose a date.")
        return None


async def _dates(conn: Any, district_id: str) -> list[Dates]:
    rows = await schedules.blackouts(conn, district_id)
    return [(row["first"], row["last"], row["reason"], row["school_id"]) for row in rows]
