"""A verdict on a hold from whoever decides: looked over, confirmed where much depends on it, and then done or kept
for a second person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.db import Pool
from dashboard_api import confirmation, consents, decisions
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.decisions import Verdict
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import districts, operations
from dashboard_api.queries.consents import Asked

Hold = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Weight:
    """What depends on a verdict: how many removals it lets through, and what it therefore needs."""

    removals: int
    typed: bool
    """The school's name has to be typed, and a reason given."""
    second: bool
    """Somebody else has to confirm it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a verdict: the run that does it (None after a rejection), or the consent that it waits for."""

    run_id: UUID | None
    consent: dict[str, Any] | None = None


async def weigh(pool: Pool, hold: Hold, verdict: Verdict) -> Weight:
    """How much depends on a verdict; a rejection takes nothing from anybody."""
    if verdict.decision == "reject":
        return Weight(0, typed=False, second=False)
    district_id = hold["district_id"]
    removals = await operations.removals_held(pool, district_id, UUID(hold["run_id"]), verdict.operations)
    policy = await districts.second_person(pool, district_id)
    return Weight(
        removals,
        typed=confirmation.is_over_limit(removals, hold["guards"], policy),
        second=confirmation.approval_needs_another(removals, policy),
    )


async def settle(context: Context, principal: Principal, hold: Hold, verdict: Verdict, typed: str) -> Settled:
    """Decide, or ask for a second person. `typed` is the school's name, where it was typed.

    Raises `Problem`: 409 where the hold is closed or holds something else than was seen, 422 where the verdict names
    operations that do not wait, or the name or reason is missing.
    """
    await _require_waiting(context.pool, hold, verdict)
    decisions.require_open(hold, verdict)
    weight = await weigh(context.pool, hold, verdict)
    if weight.typed:
        confirmation.require_typed(hold["school"] or "", typed, verdict.reason)
    async with context.unit_of_work() as uow:
        if weight.second:
            return Settled(None, await consents.ask(uow, principal, _asked(hold, verdict)))
        return Settled(await decisions.decide(uow, principal, hold, verdict))


async def _require_waiting(pool: Pool, hold: Hold, verdict: Verdict) -> None:
    if verdict.operations is None or hold["state"] != "open":
        return
    waiting = await operations.held(pool, hold["district_id"], UUID(hold["run_id"]))
    strange = sorted(set(verdict.operations) - waiting)
    if strange:
        raise Problem(
            422,
            "unknown_operations",
            _("Operation {n} does not wait in this hold. Name numbers of its list.", n=strange[0]),
        )


def _asked(hold: Hold, verdict: Verdict) -> Asked:
    chosen = None if verdict.operations is None else list(verdict.operations)
    body = {"decision": verdict.decision, "plan_hash": verdict.plan_hash, "operations": chosen}
    school_id = UUID(hold["school_id"])
    return Asked(hold["district_id"], "approval", f"hold/{hold['id']}", school_id, body, verdict.reason)
