"""What can be done with a device from its page. Each form changes what it shows; the rest stays as it is declared."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Response

from common.db import Row
from dashboard_api import consents, device_changes
from dashboard_api.confirmation import NOTHING_SAID, Said
from dashboard_api.language import _
from dashboard_api.pages.confirming import Question, ask, lacking
from dashboard_api.pages.device import entered
from dashboard_api.pages.devices import time_of
from dashboard_api.pages.visit import InVisit, Sending, Visit

router = APIRouter(prefix="/devices/{device_id}", include_in_schema=False)


@router.post("/enabled")
async def switch(device_id: UUID, visit: Sending, on: Annotated[bool, Form()]) -> Response:
    """Let it sync, or sync no more until it is enabled."""
    device = await _change(visit, device_id, enabled=on)
    sentence = _("The sync of {device} is enabled.") if on else _("The sync of {device} is disabled.")
    return _back(visit, device, sentence)


@router.post("/sync")
async def start(device_id: UUID, visit: Sending) -> Response:
    """Start its sync now; the page shows what becomes of it."""
    device = await entered(visit, device_id)
    visit.visitor.require("order", device["district_id"])
    async with visit.context.unit_of_work() as uow:
        await device_changes.order(uow, visit.visitor, device)
    return _back(visit, device, _("The sync of {device} is ordered. It begins as soon as there is room."))


@router.post("/schedule")
async def set_schedule(
    device_id: UUID,
    visit: Sending,
    daily_at: Annotated[str, Form(max_length=5)] = "",
    at_next_contact: Annotated[bool, Form()] = False,
) -> Response:
    """Choose when it syncs by itself."""
    device = await _change(visit, device_id, daily_at=time_of(daily_at), at_next_contact=at_next_contact)
    return _back(visit, device, _("The schedule of {device} is changed."))


@router.post("/advanced")
async def set_advanced(
    device_id: UUID,
    visit: Sending,
    target: Annotated[str, Form(max_length=63)] = "",
    notify: Annotated[bool, Form()] = False,
) -> Response:
    """Choose its Moodle, and whether its syncs are told of."""
    device = await _change(visit, device_id, target=target or None, notify=notify)
    return _back(visit, device, _("The advanced settings of {device} are changed."))


@router.get("/force")
async def ask_force(device_id: UUID, visit: InVisit) -> Response:
    """What forcing comes to."""
    device = await entered(visit, device_id)
    visit.visitor.require("declare", device["district_id"])
    return ask(visit, _forcing(device))


@router.post("/force")
async def set_force(
    device_id: UUID,
    visit: Sending,
    on: Annotated[bool, Form()],
    confirm: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Force its syncs, once its name was typed and, by the district's policy, a second person agrees; or no more."""
    device = await entered(visit, device_id)
    visit.visitor.require("declare", device["district_id"])
    if on and (problem := lacking(_forcing(device), confirm, reason)):
        return ask(visit, _forcing(device), problem, reason)
    device = await _change(visit, device_id, Said(confirm, reason.strip()), force=on)
    if on and not device["force"]:
        return _back(visit, device, _("It waits for a second person: somebody else has to confirm it."))
    sentence = _("The syncs of {device} are forced.") if on else _("The syncs of {device} are not forced any more.")
    return _back(visit, device, sentence)


@router.get("/remove")
async def ask_remove(device_id: UUID, visit: InVisit) -> Response:
    """What removing comes to."""
    device = await entered(visit, device_id)
    visit.visitor.require("declare", device["district_id"])
    return ask(visit, _removing(device))


@router.post("/remove")
async def remove(device_id: UUID, visit: Sending) -> Response:
    """Take it out of the list."""
    device = await entered(visit, device_id)
    visit.visitor.require("declare", device["district_id"])
    async with visit.context.unit_of_work() as uow:
        await device_changes.remove(uow, visit.visitor, await device_changes.locked(uow.conn, visit.visitor, device_id))
    return visit.back("/devices", _("{device} is removed.", device=device["name"]))


async def _change(visit: Visit, device_id: UUID, said: Said = NOTHING_SAID, **change: Any) -> Row:
    """Declare the device as it is, but for these values. Raises `Problem` 409 for one that was removed."""
    async with visit.context.unit_of_work() as uow:
        before = await device_changes.locked(uow.conn, visit.visitor, device_id)
        visit.visitor.require("declare", before["district_id"])
        if before["removed_at"]:
            raise device_changes.removed(before)
        wanted = replace(device_changes.declared(before), **change)
        return await consents.declare_device(uow, visit.visitor, before["district_id"], wanted, before, said)


def _back(visit: Visit, device: Row, sentence: str) -> Response:
    return visit.back(f"/devices/{device['id']}", sentence.format(device=device["name"]))


def _forcing(device: Row) -> Question:
    return Question(
        title=_("Force the syncs of {device}?", device=device["name"]),
        sentences=[
            _("A course is left out while its modification date on the device and in the online Moodle differs."),
            _("Forced, such courses are synced, too. Activities that were changed on one side only may get wrong or "
              "missing results, and the sync may end with errors."),
            _("Update the courses on the device instead, if you can. This stays on until you switch it off."),
        ],
        action=f"/devices/{device['id']}/force",
        button=_("Force its syncs"),
        back=f"/devices/{device['id']}",
        fields=[("on", "true")],
        typed=device["name"],
        reason="required",
        danger=True,
    )  # fmt: skip


def _removing(device: Row) -> Question:
    return Question(
        title=_("Remove {device}?", device=device["name"]),
        sentences=[
            _("It syncs no more and leaves the list. Nothing is deleted, neither on it nor in Moodle."),
            _("What became of its syncs is kept, and it can be added again."),
        ],
        action=f"/devices/{device['id']}/remove",
        button=_("Remove the device"),
        back=f"/devices/{device['id']}",
        danger=True,
    )
