"""When a district's schools sync by themselves: time, nights, spread and blackout dates, with before and after kept."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any
from uuid import UUID

from common.uow import UnitOfWork
from dashboard_api import school_times
from dashboard_api.auth.principal import Principal
from dashboard_api.problems import not_found
from dashboard_api.queries import audit, districts, schedules

EVERY_NIGHT = (1, 2, 3, 4, 5, 6, 7)
Dates = tuple[date, date, str, UUID | None]
"""First and last date without a nightly sync, why, and the school (None: all)."""


async def change(
    uow: UnitOfWork,
    principal: Principal,
    district_id: str,
    nightly: time | None,
    nights: Sequence[int] | None,
    spread_minutes: int,
) -> None:
    """What schools without a time or nights of their own have. `nights` None: every night."""
    await districts.lock(uow.conn, district_id)
    before = await present(uow.conn, district_id)
    await schedules.set_district(uow.conn, district_id, nightly, list(nights or EVERY_NIGHT), spread_minutes)
    await _note(uow, principal, district_id, before)


async def change_blackouts(uow: UnitOfWork, principal: Principal, district_id: str, dates: Sequence[Dates]) -> None:
    """These dates have no nightly sync, and no others."""
    await districts.lock(uow.conn, district_id)
    before = await present(uow.conn, district_id)
    await schedules.set_blackouts(uow.conn, district_id, dates)
    await _note(uow, principal, district_id, before)


async def present(conn: Any, district_id: str) -> dict[str, Any]:
    """`timezone, nightly, nights` (mon, tue, …)`, spread_minutes, blackouts` as they are. Raises `Problem` 404."""
    row = await schedules.of_district(conn, district_id)
    if row is None:
        raise not_found("district")
    return {
        "timezone": row["timezone"],
        "nightly": school_times.hour(row["nightly"]),
        "nights": school_times.weekdays(row["nights"]),
        "spread_minutes": row["spread_minutes"],
        "blackouts": [
            {
                "first": str(one["first"]),
                "last": str(one["last"]),
                "reason": one["reason"],
                "school_id": str(one["school_id"]) if one["school_id"] else None,
            }
            for one in await schedules.blackouts(conn, district_id)
        ],
    }


async def _note(uow: UnitOfWork, principal: Principal, district_id: str, before: dict[str, Any]) -> None:
    after = await present(uow.conn, district_id)
    if after != before:
        detail = {"before": before, "after": after}
        await audit.add(uow.conn, district_id, principal.id, "schedule", f"district/{district_id}", detail)
