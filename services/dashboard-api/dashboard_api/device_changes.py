"""What is done with a device, from the API or a page: declared, removed, ordered to sync; audited and told on."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from common.db import Connection, Pool, Row
from common.events import SettingsChanged
from common.uow import UnitOfWork
from dashboard_api import orders
from dashboard_api.auth.principal import Principal
from dashboard_api.language import _
from dashboard_api.orders import Placed, Wish
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import audit, devices, district_parts, districts, hints, schools
from dashboard_api.queries.devices import DeclaredDevice

SETTINGS = (
    *("name", "school_id", "enabled", "daily_at", "at_next_contact", "target", "notify", "force", "removed_at"),
)
"""What the audit log keeps of a device, before and after."""


async def visible(conn: Connection | Pool, caller: Principal, device_id: UUID) -> Row:
    """The device, if the caller may see its district. Raises `Problem` 404."""
    found = await devices.one(conn, caller.visible, device_id)
    if found is None:
        raise not_found("device")
    return found


async def locked(conn: Connection, caller: Principal, device_id: UUID) -> Row:
    """The same, and nobody else changes it before the transaction ends."""
    await devices.lock(conn, device_id)
    return await visible(conn, caller, device_id)


async def declare(
    uow: UnitOfWork, caller: Principal, district_id: str, wanted: DeclaredDevice, before: Row | None, reason: str = ""
) -> Row:
    """The device as it is to be, new or known, and why. Raises `Problem` for a school, device or Moodle of others."""
    if not await schools.named(uow.conn, district_id, [wanted.school_id]):
        raise not_found("school")
    if wanted.target is not None and not await district_parts.target(uow.conn, district_id, wanted.target):
        raise Problem(422, "mistakes", _("The district has no such Moodle. Choose one of its own."))
    if not await devices.put(uow.conn, district_id, wanted):
        raise not_found("device")
    return await _note(uow, caller, district_id, wanted.id, "device", before, reason)


async def remove(uow: UnitOfWork, caller: Principal, device: Row) -> Row:
    """The device syncs no more, and is in no list; its runs stay."""
    await devices.remove(uow.conn, device["district_id"], device["id"])
    return await _note(uow, caller, device["district_id"], device["id"], "remove device", device)


async def order(uow: UnitOfWork, caller: Principal, device: Row) -> Placed:
    """Have the device synced now. Raises `Problem` 409 if it is disabled; if it is offline the run will be refused."""
    if not device["enabled"]:
        raise Problem(
            409, "device_disabled", _("The sync of {name} is disabled. Enable the device first.", name=device["name"])
        )
    wish = Wish("partial", kind="device", device_id=device["id"])
    return await orders.place(uow, caller, device["district_id"], [device["school_id"]], wish)


async def tell(uow: UnitOfWork, district_id: str) -> None:
    """Whoever follows the registry and open pages hear that a device is another one now."""
    pool = await districts.pool_of(uow.conn, district_id)
    changed = SettingsChanged(district_id=district_id, pool=pool, what="device")
    await hints.tell(uow.conn, changed)
    uow.emit(changed)


async def _note(
    uow: UnitOfWork,
    caller: Principal,
    district_id: str,
    device_id: UUID,
    action: str,
    before: Row | None,
    reason: str = "",
) -> Row:
    after = await devices.one(uow.conn, [district_id], device_id)
    assert after is not None
    change = {"before": settings_of(before), "after": settings_of(after), **({"reason": reason} if reason else {})}
    await audit.add(uow.conn, district_id, caller.id, action, f"device/{device_id}", change)
    await tell(uow, district_id)
    return after


def removed(device: Row) -> Problem:
    """It was taken out: nothing is changed of it."""
    sentence = _("{device} was removed, and does not sync any more. Add it again first.", device=device["name"])
    return Problem(409, "device_disabled", sentence)


def declared(device: Row) -> DeclaredDevice:
    """The device as it is declared now, to declare it anew with other values."""
    same = ("id", "school_id", "name", "enabled", "at_next_contact", "target", "notify", "force")
    daily_at = time.fromisoformat(device["daily_at"]) if device["daily_at"] else None
    return DeclaredDevice(**{key: device[key] for key in same}, daily_at=daily_at)


def settings_of(device: Row | None) -> dict[str, Any] | None:
    """What is declared of a device, as JSON has it."""
    return {key: _plain(device[key]) for key in SETTINGS} if device else None


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID | datetime) else value
