"""`/devices`: the offline Moodles at schools: what is declared of each, whether it is there, and its syncs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from common.db import Connection
from dashboard_api import consents, device_changes
from dashboard_api.api.answers import json_text
from dashboard_api.api.calls import MayOverwrite
from dashboard_api.api.described import gives
from dashboard_api.api.etags import IfMatch, require_seen, tagged
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.listing import BY_NAME, InPages, Listing, both, list_answer
from dashboard_api.api.orders import accepted
from dashboard_api.api.schemas import schedules as schemas
from dashboard_api.api.schemas.runs import Accepted
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.confirmation import Said
from dashboard_api.context import Context
from dashboard_api.declare.values import Id, Name, TimeInUtc
from dashboard_api.problems import not_found
from dashboard_api.queries import audit, devices
from dashboard_api.queries.devices import DeclaredDevice, DeviceFilter
from dashboard_api.words.standing import run_badge, run_sentence

router = APIRouter(tags=["devices"], route_class=Acting)

DEVICES = Listing(
    "devices",
    BY_NAME,
    (
        *("district_id", "id", "school_id", "school", "name", "enabled", "daily_at", "at_next_contact", "online"),
        *("last_contact_at", "next_sync_at"),
    ),
)


class Device(BaseModel):
    """What is to hold for a device. `daily_at`: HH:MM in UTC, null: not by itself."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Name
    school: UUID
    enabled: bool = True
    daily_at: TimeInUtc = None
    at_next_contact: bool = False
    """Offline at its time: sync at the next contact instead."""
    target: Id | None = None
    """Another Moodle of the district than its school's."""
    notify: bool = False
    """Tell the district's recipients of each sync, by e-mail."""
    force: bool = False
    """Sync courses whose modification dates differ on both sides, too, which may cause errors."""
    confirm: str = Field(default="", max_length=200)
    """The device's name, where `force` is switched on."""
    reason: str = Field(default="", max_length=500)
    """Why; needed where `force` is switched on."""


class Contact(BaseModel):
    """Whether the device is there."""

    model_config = ConfigDict(extra="forbid")

    online: bool


@both(router, "/devices", **gives(schemas.DevicePage, listed=True))
async def list_devices(
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    school: Annotated[UUID | None, Query(description="Only this school")] = None,
) -> Response:
    """Devices by name, with their schedule and whether they are online."""
    caller.require_scope("read")
    visible = caller.visible
    return await list_answer(
        asked,
        DEVICES,
        lambda after, limit: devices.page(context.pool, DeviceFilter(visible, district, school, after, limit)),
    )


@router.get("/devices/{device_id}", **gives(schemas.Device, tagged=True))
async def show_device(request: Request, device_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """One device: schedule, contact, when it syncs next, and its last five syncs, in words too."""
    caller.require_scope("read")
    return await _answer(request, context, await device_changes.visible(context.pool, caller, device_id))


@router.put("/districts/{district_id}/devices/{device_id}", **gives(schemas.Device, tagged=True))
async def put_device(call: MayOverwrite, device_id: UUID, wanted: Device) -> Response:
    """Declare a device, new or known, under an id that whoever declares it chooses.

    To switch on `force` takes the device's name in `confirm`, and a `reason`. Where the district wants a second person
    for it, that alone waits (`GET /consents`), and is false until then.
    """
    async with call.context.unit_of_work() as uow:
        await devices.lock(uow.conn, device_id)
        before = await devices.one(uow.conn, [call.district_id], device_id)
        await _require_seen(uow.conn, call.if_match, call.district_id, device_id, before)
        said = Said(wanted.confirm, wanted.reason)
        after = await consents.declare_device(
            uow, call.caller, call.district_id, _declared(device_id, wanted), before, said
        )
    return await _answer(call.request, call.context, after)


@router.delete("/devices/{device_id}", **gives(schemas.Device, tagged=True))
async def remove_device(
    request: Request, device_id: UUID, caller: ApiCaller, context: InContext, if_match: IfMatch = None
) -> Response:
    """The device does not sync any more, and is in no list; what became of its syncs can still be looked at."""
    async with context.unit_of_work() as uow:
        before = await device_changes.locked(uow.conn, caller, device_id)
        caller.require("declare", before["district_id"])
        await _require_seen(uow.conn, if_match, before["district_id"], device_id, before)
        after = await device_changes.remove(uow, caller, before)
    return await _answer(request, context, after)


@router.post("/devices/{device_id}/contact", **gives(schemas.DeviceContact))
async def note_device_contact(device_id: UUID, contact: Contact, caller: ApiCaller, context: InContext) -> Response:
    """The box, or who watches over it, tells whether it is there; as often as it likes: only news is told on."""
    async with context.unit_of_work() as uow:
        before = await device_changes.locked(uow.conn, caller, device_id)
        district_id = before["district_id"]
        caller.require("contact", district_id)
        if before["removed_at"]:
            raise not_found("device")
        if await devices.note_contact(uow.conn, district_id, device_id, contact.online):
            change = {"before": {"online": before["online"]}, "after": {"online": contact.online}}
            await audit.add(uow.conn, district_id, caller.id, "device contact", f"device/{device_id}", change)
            await device_changes.tell(uow, district_id)
        after = await devices.one(uow.conn, [district_id], device_id)
    assert after is not None
    told = {key: after[key] for key in ("id", "online", "last_contact_at", "next_sync_at")}
    return json_text(to_json(told).decode())


@router.post("/devices/{device_id}/runs", **gives(Accepted, 202))
async def order_device_sync(device_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """Start the device's sync now. If it is offline the run is refused, as `Location` tells."""
    device = await device_changes.visible(context.pool, caller, device_id)
    caller.require("order", device["district_id"])
    async with context.unit_of_work() as uow:
        placed = await device_changes.order(uow, caller, device)
    return accepted(placed)


def _declared(device_id: UUID, wanted: Device) -> DeclaredDevice:
    values = wanted.model_dump(exclude={"school", "confirm", "reason"})
    return DeclaredDevice(id=device_id, school_id=wanted.school, **values)


async def _require_seen(conn: Connection, if_match: str | None, district_id: str, device_id: UUID, device: Any) -> None:
    acts = {"device": "", "remove device": ""}
    await require_seen(conn, if_match, device_changes.settings_of(device), district_id, [f"device/{device_id}"], acts)


async def _answer(request: Request, context: Context, device: Any) -> Response:
    district_id, id_ = device["district_id"], device["id"]
    syncs = [_sync(run) for run in await devices.last_syncs(context.pool, district_id, id_)]
    waits = await devices.waits_since(context.pool, district_id, id_)
    body = to_json({**device, "waits_since": waits, "last_syncs": syncs})
    return tagged(request, body.decode(), device_changes.settings_of(device))


def _sync(run: dict[str, Any]) -> dict[str, Any]:
    """A run with its fate in words."""
    words = {"badge": run_badge(run).word, "sentence": run_sentence(run)}
    return {key: value for key, value in run.items() if key not in ("phases", "locale")} | words
