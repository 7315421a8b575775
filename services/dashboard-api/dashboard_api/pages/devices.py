"""The devices page: offline Moodles at schools, whether each is there, when it syncs; and a form for another one."""

from datetime import time
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Response

from dashboard_api import device_changes
from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.devices import DEVICES
from dashboard_api.declare.values import TIME_OF_DAY
from dashboard_api.language import _
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem
from dashboard_api.queries import devices, schedules, schools
from dashboard_api.queries.devices import DeclaredDevice, DeviceFilter
from dashboard_api.words import device_standing

ROWS = 50

router = APIRouter(prefix="/devices", include_in_schema=False)


@router.get("")
async def show(visit: InVisit, school: UUID | None = None, after: str | None = None) -> Response:
    """The page. School and place are in the address."""
    if visit.district_id is None:
        return visit.render("no_districts.html", title=_("Devices"))
    pool, district_id = visit.context.pool, visit.district_id
    found = await devices.page(
        pool, DeviceFilter(visit.visitor.visible, district_id, school, DEVICES.read(after), limit=ROWS)
    )
    own = await schedules.of_school(pool, district_id, school) if school else None
    place = {"district": district_id, "school": school}
    return visit.render(
        "devices.html",
        title=_("Devices"),
        devices=await _shown(visit, found.rows()),
        numbers=await devices.numbers(pool, district_id, school),
        total=(await devices.numbers(pool, district_id))["devices"],
        school=own["name"] if own else None,
        school_id=school,
        address=with_query("/devices", place),
        after=after,
        next=with_query("/devices", {**place, "after": encode_cursor(found.next)}) if found.next else "",
    )


@router.get("/new")
async def ask_new(visit: InVisit, school: UUID | None = None) -> Response:
    """The form for another device."""
    visit.visitor.require("declare", visit.district)
    choices = await schools.shared(visit.context.pool, visit.district)
    return visit.render("device_new.html", title=_("Add a device"), schools=choices, chosen=school)


@router.post("")
async def add(
    visit: Sending,
    name: Annotated[str, Form(min_length=1, max_length=200)],
    school: Annotated[UUID, Form()],
    daily_at: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Declare a device; its own page shows what comes next."""
    visit.visitor.require("declare", visit.district)
    wanted = DeclaredDevice(uuid4(), school, name.strip(), True, time_of(daily_at), False)
    if not wanted.name:
        raise Problem(422, "mistakes", _("A device needs a name by which people know it. Give it one."))
    async with visit.context.unit_of_work() as uow:
        await device_changes.declare(uow, visit.visitor, visit.district, wanted, None)
    return visit.back(f"/devices/{wanted.id}", _("{device} is added.", device=wanted.name))


async def _shown(visit: Visit, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Devices with whether each is there, in words, and its latest sync."""
    latest = await devices.latest_syncs(visit.context.pool, visit.district, [UUID(one["id"]) for one in found])
    return [one | {"badge": device_standing.badge(one), "latest": latest.get(UUID(one["id"]))} for one in found]


def time_of(daily_at: str) -> time | None:
    """A time of day as a form has it; blank: none. Raises `Problem` 422."""
    if not daily_at:
        return None
    if not TIME_OF_DAY.fullmatch(daily_at):
        raise Problem(422, "mistakes", _("The time cannot be read. Write it with 24 hours, such as 03:00."))
    return time.fromisoformat(daily_at)
