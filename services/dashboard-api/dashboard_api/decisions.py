"""Deciding on operations that wait: the event, the run it will come to, and the audit, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from common.orders import HoldDecided
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import audit, districts, hints, hold_decisions, runs, school_states

Decision = Literal["approve", "reject", "suspend"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody decided, having seen the operations of `plan_hash`; `operations` None: all that wait."""

    decision: Decision
    plan_hash: str
    operations: tuple[int, ...] | None = None
    reason: str = ""


async def decide(uow: UnitOfWork, principal: Principal, hold: Mapping[str, Any], verdict: Verdict) -> UUID | None:
    """The id of the run that will honour the decision; None after a rejection, which runs nothing.

    Raises `Problem` 409 where the hold is not open any more, or holds other operations than were seen.
    """
    require_open(hold, verdict)
    event = HoldDecided(
        district_id=hold["district_id"],
        pool=await districts.pool_of(uow.conn, hold["district_id"]),
        run_id=UUID(hold["run_id"]),
        school_id=UUID(hold["school_id"]),
        hold_id=UUID(hold["id"]),
        plan_hash=verdict.plan_hash,
        decision=verdict.decision,
        operations=verdict.operations,
        decided_by=principal.id,
        reason=verdict.reason,
    )
    now = datetime.now(UTC)
    if not await hold_decisions.add(uow.conn, event, now):
        raise _closed("decided")
    if verdict.decision != "reject":
        await runs.note(uow.conn, runs.fact_of_decision(event, now))
    await school_states.lift_hold(uow.conn, event.district_id, event.school_id, now)
    await _note(uow, principal, event)
    uow.emit(event)
    return None if verdict.decision == "reject" else runs.run_of(event.hold_id, event.school_id)


def require_open(hold: Mapping[str, Any], verdict: Verdict) -> None:
    """Raises `Problem` 409 where there is nothing to decide, or something else than was seen."""
    if hold["state"] != "open":
        raise _closed(hold["state"])
    if hold["plan_hash"] != verdict.plan_hash:
        sentence = _("Other operations wait by now than you have seen. Look at the hold again, then decide.")
        raise Problem(409, "plan_changed", sentence)


async def _note(uow: UnitOfWork, principal: Principal, event: HoldDecided) -> None:
    seen = {"run": str(event.run_id), "plan_hash": event.plan_hash, "reason": event.reason}
    chosen = None if event.operations is None else len(event.operations)
    detail = {**seen, "decision": event.decision, "operations": chosen}
    await audit.add(uow.conn, event.district_id, principal.id, "decide_hold", f"hold/{event.hold_id}", detail)
    await hints.tell(uow.conn, event)


def _closed(state: str) -> Problem:
    if state == "superseded":
        return Problem(
            409, "hold_closed", _("A later run has overtaken this hold. Look whether the school has another.")
        )
    return Problem(409, "hold_closed", _("Somebody has decided on this hold already. Look at it again."))
