"""Orders that follow from a run that was: take it back, or do again what failed. And finding links anew."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common.event_model import RunScope
from common.uow import UnitOfWork
from dashboard_api import orders
from dashboard_api.auth.principal import Principal
from dashboard_api.language import _
from dashboard_api.orders import Placed, Wish
from dashboard_api.problems import Problem
from dashboard_api.queries import plans

UNDONE = ("failed", "skipped", "cancelled")
"""States of operations that may be done again."""


async def undo(
    uow: UnitOfWork, principal: Principal, run: Mapping[str, Any], record: RunScope, *, dry_run: bool, reason: str
) -> Placed:
    """Order that what a run did is taken back; of one record only where `record` names one.

    Raises `Problem` 409 for a run that has not ended or did nothing.
    """
    await require_undoable(uow, run)
    scope = record.model_copy(update={"undo_of": run["id"]})
    return await orders.place(
        uow, principal, run["district_id"], [run["school_id"]], Wish("full", dry_run, reason, "undo", scope)
    )


async def require_undoable(uow: UnitOfWork, run: Mapping[str, Any]) -> None:
    """Raises `Problem` 409 for a run that has not ended or did nothing."""
    done = await _done(uow, run)
    if run["dry_run"] or run["kind"] == "rebuild" or not done.get("done"):
        sentence = _("This run changed nothing in Moodle, so there is nothing to take back.")
        raise Problem(409, "nothing_to_undo", sentence)


async def retry(uow: UnitOfWork, principal: Principal, run: Mapping[str, Any], *, dry_run: bool, reason: str) -> Placed:
    """Order that what failed in a run is done again, and nothing else.

    Raises `Problem` 409 for a run that has not ended or in which nothing failed.
    """
    if run["kind"] in ("undo", "rebuild"):
        raise Problem(
            409, "not_retried", _("Only a sync is done again by what failed in it. Order this one once more.")
        )
    done = await _done(uow, run)
    if not any(done.get(state) for state in UNDONE):
        raise Problem(409, "nothing_failed", _("Nothing failed in this run, so there is nothing to do again."))
    mode: orders.OrderMode = "full" if run["mode"] == "full" else "partial"
    scope = RunScope(failed_in=run["id"])
    return await orders.place(
        uow, principal, run["district_id"], [run["school_id"]], Wish(mode, dry_run, reason, scope=scope)
    )


async def rebuild(
    uow: UnitOfWork, principal: Principal, district_id: str, school_id: UUID, *, dry_run: bool, reason: str
) -> Placed:
    """Order that a school's links are found anew in Moodle, by ID number."""
    return await orders.place(uow, principal, district_id, [school_id], Wish("full", dry_run, reason, "rebuild"))


async def _done(uow: UnitOfWork, run: Mapping[str, Any]) -> dict[str, int]:
    """`{state: number}` of a run's operations. Raises `Problem` 409 while it is under way."""
    if run["status"] not in ("completed", "failed", "refused"):
        raise Problem(409, "not_ended", _("This run is still under way. Wait for its end."))
    return await plans.numbers(uow.conn, run["district_id"], run["id"]) or {}
