"""The settings of one school: when it syncs by itself, whether it pauses, its Moodle and its time zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Response

from common.db import Row
from dashboard_api import nightly_modes, preview, school_times
from dashboard_api.declare import parts
from dashboard_api.declare.values import TIME_OF_DAY, WEEKDAYS, zones
from dashboard_api.language import _
from dashboard_api.pages.addresses import HOME, own_address
from dashboard_api.pages.confirming import Question, ask, lacking
from dashboard_api.pages.moving import move_one
from dashboard_api.pages.school import about, entered
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.preview import Blackout
from dashboard_api.problems import Problem
from dashboard_api.queries import district_parts, districts, schedules
from dashboard_api.words import acts, nights

NIGHTS = 14
USUAL = ("20:00", "00:00")
"""The times that pages offer; the API takes any."""

router = APIRouter(prefix="/schools/{school_id}/settings", include_in_schema=False)


@router.get("")
async def show(school_id: UUID, visit: InVisit) -> Response:
    """The page."""
    school = await entered(visit, school_id)
    pool, district_id = visit.context.pool, school["district_id"]
    own = await schedules.of_school(pool, district_id, school_id)
    district = await schedules.of_district(pool, district_id)
    assert own is not None and district is not None
    at = school_times.hour(own["nightly"])
    return visit.render(
        "school_settings.html",
        **about(school, "settings"),
        own=school_times.own(own),
        times=sorted({*USUAL, *([at] if at else [])}, reverse=True),
        usual_time=school_times.hour(district["nightly"]),
        usual_nights=nights.of_week(school_times.weekdays(district["nights"]) or []),
        on_nights=school_times.weekdays(own["on_nights"]) or [],
        weekdays={day: _(name) for day, name in acts.WEEKDAYS.items()},
        part=await district_parts.school(pool, district_id, school_id),
        targets=await district_parts.targets(pool, district_id),
        zones=sorted(zones()),
        coming=await _coming(visit, district_id, school_id),
        came=[nights.explained(one) for one in school["nights_came"]],
    )


@router.post("/schedule")
async def set_schedule(
    school_id: UUID,
    visit: Sending,
    at: Annotated[str, Form(max_length=5)] = "",
    which: Annotated[Literal["district", "own"], Form()] = "district",
    night: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Give the school a time and nights of its own; without, it has the district's."""
    school = await entered(visit, school_id)
    visit.visitor.require("declare", school["district_id"])
    if at and not TIME_OF_DAY.fullmatch(at):
        raise Problem(422, "mistakes", _("The time cannot be read. Choose one of those offered."))
    own = None if which == "district" else _numbers(night or [])
    wall = time.fromisoformat(at) if at else None
    async with visit.context.unit_of_work() as uow:
        await school_times.change(uow, visit.visitor, school["district_id"], school_id, wall, own)
    return _back(school, visit, _("{school} syncs at these times from now on.", school=school["name"]))


@router.post("/time")
async def set_time(
    school_id: UUID,
    visit: Sending,
    at: Annotated[Literal["20:00", "00:00"], Form()],
    back: Annotated[str, Form()] = HOME,
) -> Response:
    """Sync the school at this local time, on the days that it has: what the row of the schools page offers."""
    school = await entered(visit, school_id)
    district_id = school["district_id"]
    visit.visitor.require("declare", district_id)
    async with visit.context.unit_of_work() as uow:
        await districts.lock(uow.conn, district_id)
        own = await schedules.of_school(uow.conn, district_id, school_id)
        assert own is not None
        await school_times.change(uow, visit.visitor, district_id, school_id, time.fromisoformat(at), own["nights"])
    return visit.back(own_address(back), _("{school} syncs at {time} from now on.", school=own["name"], time=at))


@router.post("/mode")
async def set_mode(
    school_id: UUID,
    visit: Sending,
    mode: Annotated[nightly_modes.Mode, Form()],
    until: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Pause its nights, let them only add, or have them on."""
    school = await entered(visit, school_id)
    visit.visitor.require("order", school["district_id"])
    last = _date(until) if mode != "on" else None
    async with visit.context.unit_of_work() as uow:
        await nightly_modes.change(
            uow, visit.visitor, school["district_id"], [school_id], mode=mode, until=last, reason=reason.strip()
        )
    return _back(school, visit, nights.mode_done(mode, school["name"]))


@router.post("/place")
async def set_place(
    school_id: UUID,
    visit: Sending,
    target: Annotated[str, Form(max_length=63)] = "",
    timezone: Annotated[str, Form(max_length=64)] = "",
    confirm: Annotated[str | None, Form(max_length=200)] = None,
) -> Response:
    """Choose its Moodle and its time zone. Taking it out of its Moodle, or moving it to another, is asked first."""
    school = await entered(visit, school_id)
    district_id = school["district_id"]
    visit.visitor.require("declare", district_id)
    zone = timezone.strip() or None
    if zone is not None and zone not in zones():
        raise Problem(422, "mistakes", _("There is no such time zone. Choose one of the list, or leave it empty."))
    question = await _moving(visit, school, target, zone) if target else _taking_out(school, zone)
    if school["target"] and question:
        problem = lacking(question, confirm, "") if confirm is not None else ""
        if confirm is None or problem:
            return ask(visit, question, problem)
    async with visit.context.unit_of_work() as uow:
        await parts.change_school(uow, visit.visitor, district_id, school_id, target or None, zone)
    return _back(school, visit, _("The settings of {school} are changed.", school=school["name"]))


def _back(school: dict[str, Any], visit: Visit, notice: str) -> Response:
    return visit.back(f"/schools/{school['id']}/settings", notice)


async def _moving(visit: Visit, school: dict[str, Any], target: str, zone: str | None) -> Question | None:
    """None: it stays in its Moodle, or there is no such site, which is refused later."""
    part = await district_parts.school(visit.context.pool, school["district_id"], UUID(school["id"]))
    site = await district_parts.target(visit.context.pool, school["district_id"], target)
    if part is None or site is None or part["target"] == target:
        return None
    return move_one(school, site["name"], [("target", target), ("timezone", zone or "")])


def _taking_out(school: dict[str, Any], zone: str | None) -> Question:
    return Question(
        title=_("Stop syncing {school}?", school=school["name"]),
        sentences=[
            _("It will have no Moodle, so nothing of it is synced, neither at night nor by hand."),
            _("What it has in {moodle} stays there as it is; nobody is removed.", moodle=school["target"]),
        ],
        action=f"/schools/{school['id']}/settings/place",
        button=_("Stop syncing this school"),
        back=f"/schools/{school['id']}/settings",
        fields=[("target", ""), ("timezone", zone or "")],
        typed=school["name"],
        danger=True,
    )


async def _coming(visit: Visit, district_id: str, school_id: UUID) -> list[dict[str, Any]]:
    """The nights to come: `date`, `at` (its place in the wave included), and what is to be known about each."""
    pool = visit.context.pool
    plans = await schedules.scheduled(pool, district_id, school_id)
    rows = await schedules.blackouts(pool, district_id)
    dates = [Blackout(row["first"], row["last"], row["school_id"]) for row in rows]
    found = preview.coming(plans, dates, datetime.now(UTC), NIGHTS)
    spread = plans[0]["spread_seconds"] if plans else 0
    starts = await schedules.starts(pool, school_id, [(one.night.date, one.night.at) for one in found], spread)
    return [
        {
            "on": bool(one.running),
            "at": at,
            "notes": nights.notes(one, _reason(rows, one.night.date, school_id)),
        }
        for one, at in zip(found, starts, strict=True)
    ]


def _reason(blackouts: Sequence[Row], day: date, school_id: UUID) -> str:
    """Why there is no sync on a date."""
    hit = (one for one in blackouts if one["first"] <= day <= one["last"] and one["school_id"] in (None, school_id))
    return next((one["reason"] for one in hit), "")


def _numbers(days: Sequence[str]) -> list[int]:
    chosen = sorted({WEEKDAYS.index(day) + 1 for day in days if day in WEEKDAYS})
    if not chosen:
        raise Problem(422, "mistakes", _("Choose at least one night, or those of the district."))
    return chosen


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise Problem(422, "mistakes", _("The date cannot be read. Choose one, or leave it empty.")) from None
