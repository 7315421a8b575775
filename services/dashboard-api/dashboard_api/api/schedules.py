"""`…/schedule`: when schools sync by themselves, which nights come, and what became of those that came."""

from datetime import UTC, date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import to_json

from common.language import mark
from dashboard_api import district_times, preview, school_times
from dashboard_api.api.calls import MayOverwrite
from dashboard_api.api.described import gives
from dashboard_api.api.etags import IfMatch, require_seen, tagged
from dashboard_api.api.listing import NEWEST, InPages, Listing, both, list_answer
from dashboard_api.api.schemas import schedules as schemas
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.context import Context
from dashboard_api.declare.unfit import Unfit
from dashboard_api.declare.values import Spread, TimeOfNight, Weekdays
from dashboard_api.preview import Blackout
from dashboard_api.problems import not_found
from dashboard_api.queries import districts, schedules, schools

router = APIRouter(tags=["schedules"])

Nights = Annotated[int, Query(ge=1, le=366, description="How many nights of each school")]
NIGHTS = Listing("nights", NEWEST, ("night", "school_id", "school", "at", "state", "reason", "run_id"))


class SchoolSchedule(BaseModel):
    """A school's own time and days of the week; null: the district's."""

    model_config = ConfigDict(extra="forbid")

    nightly: TimeOfNight = None
    nights: Weekdays = None


class BlackoutDates(BaseModel):
    """Dates without a nightly sync, both ends included, for one school or all."""

    model_config = ConfigDict(extra="forbid")

    first: date
    last: date
    reason: str = Field(default="", max_length=500)
    school_id: UUID | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise Unfit(mark("{last} must not be before {first}."), {"last": "last", "first": "first"})
        return self


class DistrictSchedule(SchoolSchedule):
    """What schools without a time or days of their own have. A wave's starts are spread over so many minutes."""

    spread_minutes: Spread = 5
    blackouts: list[BlackoutDates] = Field(default_factory=list, max_length=1000)


@router.get("/schools/{school_id}/schedule", **gives(schemas.SchoolScheduleShown, tagged=True))
async def show_school_schedule(
    request: Request, school_id: UUID, caller: ApiCaller, context: InContext, nights: Nights = 14
) -> Response:
    """A school's time, the nights that come, each with the moment at which it begins, and those that came."""
    caller.require_scope("read")
    district_id = await _district_of(context, caller.visible, school_id)
    return await _of_school(request, context, district_id, school_id, nights)


@router.put("/schools/{school_id}/schedule", **gives(schemas.SchoolScheduleShown, tagged=True))
async def put_school_schedule(
    request: Request,
    school_id: UUID,
    wanted: SchoolSchedule,
    caller: ApiCaller,
    context: InContext,
    if_match: IfMatch = None,
) -> Response:
    """Give a school a time and days of its own."""
    district_id = await _district_of(context, caller.visible, school_id)
    caller.require("declare", district_id)
    async with context.unit_of_work() as uow:
        await districts.lock(uow.conn, district_id)
        seen = school_times.own(await schedules.of_school(uow.conn, district_id, school_id))
        await require_seen(uow.conn, if_match, seen, district_id, [f"school/{school_id}"], {"schedule": ""})
        await school_times.change(uow, caller, district_id, school_id, wanted.nightly, wanted.nights)
    return await _of_school(request, context, district_id, school_id, 14)


@router.get("/districts/{district_id}/schedule", **gives(schemas.DistrictScheduleShown, tagged=True))
async def show_district_schedule(
    request: Request, district_id: str, caller: ApiCaller, context: InContext, nights: Nights = 14
) -> Response:
    """The district's time, its blackout dates, the nights that come, and how many runs begin in which hour."""
    caller.require("read", district_id)
    return await _of_district(request, context, district_id, nights)


@router.put("/districts/{district_id}/schedule", **gives(schemas.DistrictScheduleShown, tagged=True))
async def put_district_schedule(call: MayOverwrite, wanted: DistrictSchedule) -> Response:
    """Set the district's time, days, spread and blackout dates, all of them."""
    async with call.context.unit_of_work() as uow:
        await districts.lock(uow.conn, call.district_id)
        before = await district_times.present(uow.conn, call.district_id)
        await call.require_seen(uow.conn, before, {"schedule": ""})
        await district_times.change(
            uow, call.caller, call.district_id, wanted.nightly, wanted.nights, wanted.spread_minutes
        )
        dates = [(one.first, one.last, one.reason, one.school_id) for one in wanted.blackouts]
        await district_times.change_blackouts(uow, call.caller, call.district_id, dates)
    return await _of_district(call.request, call.context, call.district_id, 14)


@both(router, "/districts/{district_id}/nights", **gives(schemas.NightPage, listed=True))
async def list_nights(
    district_id: str,
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    school: Annotated[UUID | None, Query(description="Only this school")] = None,
) -> Response:
    """What became of the nights that came, the latest first: due, run, missed, skipped or refused, and why."""
    caller.require("read", district_id)
    return await list_answer(
        asked,
        NIGHTS,
        lambda after, limit: schedules.nights_page(context.pool, district_id, school, after, limit),
    )


async def _district_of(context: Context, visible: list[str] | None, school_id: UUID) -> str:
    district_id = await schools.district_of(context.pool, visible, school_id)
    if district_id is None:
        raise not_found("school")
    return district_id


async def _of_school(request: Request, context: Context, district_id: str, school_id: UUID, nights: int) -> Response:
    own = await schedules.of_school(context.pool, district_id, school_id)
    assert own is not None
    plans = await schedules.scheduled(context.pool, district_id, school_id)
    dates = await _blackouts(context, district_id)
    coming = preview.coming(plans, dates, datetime.now(UTC), nights)
    spread = plans[0]["spread_seconds"] if plans else 0
    when = [(one.night.date, one.night.at) for one in coming]
    starts = await schedules.starts(context.pool, school_id, when, spread)
    came = await schedules.occurrences(context.pool, district_id, school_id, 14)
    body = to_json(
        {
            "school_id": school_id,
            "school": own["name"],
            "timezone": own["timezone"],
            "nightly": school_times.hour(own["wall"]),
            "nights": school_times.weekdays(own["on_nights"]),
            "own": school_times.own(own),
            "coming": [{**one.as_json(), "starts_at": at} for one, at in zip(coming, starts, strict=True)],
            "came": [dict(row) for row in came],
        }
    )
    return tagged(request, body.decode(), school_times.own(own))


async def _of_district(request: Request, context: Context, district_id: str, nights: int) -> Response:
    settings = await district_times.present(context.pool, district_id)
    plans = await schedules.scheduled(context.pool, district_id, None)
    coming = preview.coming(plans, await _blackouts(context, district_id), datetime.now(UTC), nights)
    hours = [{"hour": hour, "runs": runs} for hour, runs in preview.load(coming).items()]
    body = to_json({**settings, "coming": [one.as_json() for one in coming], "load": hours})
    return tagged(request, body.decode(), settings)


async def _blackouts(context: Context, district_id: str) -> list[Blackout]:
    rows = await schedules.blackouts(context.pool, district_id)
    return [Blackout(row["first"], row["last"], row["school_id"]) for row in rows]
