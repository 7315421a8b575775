"""The run page: how a run stands, what it did, and what to look at."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from dashboard_api.context import Context
from dashboard_api.corrections import UNDONE
from dashboard_api.language import _
from dashboard_api.pages import phases
from dashboard_api.pages.visit import InVisit
from dashboard_api.problems import not_found
from dashboard_api.queries import devices, holds, ledger, plans, run_list
from dashboard_api.queries.run_list import RunFilter
from dashboard_api.words import kinds, standing
from dashboard_api.words.amounts import moment
from dashboard_api.words.errors import explained

ERRORS = 100
RECENT = 6

router = APIRouter(include_in_schema=False)


@router.get("/runs/{run_id}")
async def show(run_id: UUID, visit: InVisit) -> Response:
    """The page."""
    text = await run_list.one_json(visit.context.pool, visit.visitor.visible, run_id)
    if text is None:
        raise not_found("run")
    run = explained(json.loads(text))
    visit.enter(run["district_id"])
    values = await _values(visit.context, run)
    return visit.render("run.html", run=run, **_about(run), **values, **await _evidence(visit.context, run))


def _about(run: dict[str, Any]) -> dict[str, Any]:
    """What the run itself says."""
    return {
        "badge_of": standing.run_badge(run),
        "sentence": standing.run_sentence(run),
        "ended": run["status"] in standing.ENDED,
        "so_far": _so_far(run),
        "title": _title(run),
        "phases": phases.phases_of(run),
        "changes": kinds.table(run["changes"]),
        "plan": kinds.table(run["plan"]),
        "actions": kinds.table(run["actions"]),
        "counts": kinds.counts_in_order(run["counts"]),
        "scope": run["scope"] or {},
    }


async def _values(context: Context, run: dict[str, Any]) -> dict[str, Any]:
    """What stands beside it: its errors, and the school's other runs."""
    district_id, school_id = run["district_id"], UUID(run["school_id"])
    errors = await run_list.errors_page(context.pool, district_id, UUID(run["id"]), None, ERRORS)
    recent = await run_list.page(context.pool, RunFilter([district_id], district_id, school_id, limit=RECENT))
    before = None
    if run["snapshot"] is not None:
        before = await run_list.read_before(context.pool, district_id, school_id, UUID(run["id"]))
    return {
        "errors": errors.rows(),
        "more_errors": errors.next is not None,
        "recent": recent.rows(),
        "before": before,
    }


async def _evidence(context: Context, run: dict[str, Any]) -> dict[str, Any]:
    """What the workers keep of it: the ledger, the hold, and what of the plan was done, failed or can be taken back."""
    district_id, run_id = run["district_id"], UUID(run["id"])
    async with context.pool.acquire() as conn:
        states = await plans.numbers(conn, district_id, run_id) or {}
    ended, sync = run["status"] in standing.ENDED, run["kind"] in (None, "roster")
    return {
        "ledger": [dict(row) for row in await ledger.of_run(context.pool, district_id, run_id)],
        "hold_id": await holds.of_run(context.pool, district_id, run_id),
        "device": await devices.of_run(context.pool, district_id, run_id),
        "planned": sum(states.values()),
        "failed": sum(states.get(state, 0) for state in UNDONE) if ended and sync and not run["dry_run"] else 0,
        "undoable": states.get("done", 0) if ended and run["kind"] != "rebuild" and not run["dry_run"] else 0,
    }


def _title(run: dict[str, Any]) -> str:
    school = run["school"] or _("a school that is not declared")
    return _("{what} of {school}", what=standing.run_name(run), school=school)


def _so_far(run: dict[str, Any]) -> float | None:
    """Milliseconds since a run that is under way was admitted."""
    started = moment(run["requested_at"])
    if started is None or run["status"] in standing.ENDED:
        return None
    return (datetime.now(UTC) - started).total_seconds() * 1000
