"""The time and the nights of one school, with before and after in the audit log."""

from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

from common.events import SettingsChanged
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.declare.values import WEEKDAYS
from dashboard_api.queries import audit, districts, hints, schedules


async def change(
    uow: UnitOfWork,
    principal: Principal,
    district_id: str,
    school_id: UUID,
    nightly: time | None,
    nights: Sequence[int] | None,
) -> None:
    """Give a school a time and days of its own; None: the district's. The scheduler reads them before each night."""
    await districts.lock(uow.conn, district_id)
    before = await schedules.of_school(uow.conn, district_id, school_id)
    await schedules.set_school(uow.conn, district_id, school_id, nightly, list(nights) if nights else None)
    after = await schedules.of_school(uow.conn, district_id, school_id)
    detail = {"before": own(before), "after": own(after)}
    await audit.add(uow.conn, district_id, principal.id, "schedule", f"school/{school_id}", detail)
    await hints.tell(uow.conn, SettingsChanged(district_id=district_id, what="school"))


def own(row: Any) -> dict[str, Any]:
    """What a school has of its own: `nightly` (HH:MM) and `nights` (mon, tue, …), null where it has the district's."""
    return {"nightly": hour(row["nightly"]), "nights": weekdays(row["nights"])}


def hour(value: time | None) -> str | None:
    """20:00"""
    return value.strftime("%H:%M") if value else None


def weekdays(days: Sequence[int] | None) -> list[str] | None:
    """The names of days that are numbered from Monday, 1."""
    return [WEEKDAYS[day - 1] for day in days] if days else None
