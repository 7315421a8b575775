"""Pausing and resuming the nightly sync of schools, with before and after in the audit log."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from common.db import Connection, Pool, Row
from common.events import SettingsChanged
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import audit, districts, hints, nightly_modes

Mode = Literal["on", "additions_only", "paused"]


async def change(
    uow: UnitOfWork,
    principal: Principal,
    district_id: str,
    schools: Sequence[UUID] | None,
    *,
    mode: Mode,
    until: date | None,
    reason: str,
) -> list[dict[str, Any]]:
    """Give schools, or all that are set up (None), a mode; how each stands then. Nights read it when they begin.

    `until` is the first local date on which they sync as usual again. Raises `Problem` for a school that is unknown.
    """
    if mode == "on" and until is not None:
        raise Problem(422, "mistakes", _("A nightly sync that is on has no date until which it is. Leave out `until`."))
    await districts.lock(uow.conn, district_id)
    before = await nightly_modes.of(uow.conn, district_id, schools, locked=True)
    _require_all(before, schools)
    ids = [row["id"] for row in before]
    await nightly_modes.set_(uow.conn, district_id, ids, mode, until, reason, principal.id)
    after = [_shown(row) for row in await nightly_modes.of(uow.conn, district_id, ids)]
    detail = {"reason": reason, "before": [_shown(row) for row in before], "after": after}
    await audit.add(uow.conn, district_id, principal.id, "nightly mode", f"district/{district_id}", detail)
    await hints.tell(uow.conn, SettingsChanged(district_id=district_id, what="school"))
    return after


async def standing(conn: Connection | Pool, district_id: str, schools: Sequence[UUID] | None) -> list[dict[str, Any]]:
    """The mode of schools, or of all that are set up (None), by name. Raises `Problem` for a school that is unknown."""
    rows = await nightly_modes.of(conn, district_id, schools)
    _require_all(rows, schools)
    return [_shown(row) for row in rows]


def _require_all(rows: Sequence[Row], schools: Sequence[UUID] | None) -> None:
    if schools is not None and {row["id"] for row in rows} != set(schools):
        raise not_found("school")


def _shown(row: Row) -> dict[str, Any]:
    until = str(row["until"]) if row["until"] else None
    return {
        "school_id": str(row["id"]), "school": row["name"], "mode": row["mode"], "until": until, "reason": row["reason"]
    }  # fmt: skip
