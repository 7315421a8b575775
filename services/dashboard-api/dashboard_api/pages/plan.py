"""The page of a plan: what a run does in Moodle, or would do, before, while and after it is done."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Response

from dashboard_api.language import _
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.operation_list import Counts, Narrowed, Narrowing, Run, listing
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import holds, plans, run_list
from dashboard_api.words import consequences, kinds, standing
from dashboard_api.words.operations import record_address

Json = dict[str, Any]

router = APIRouter(prefix="/runs/{run_id}/plan", include_in_schema=False)


@router.get("")
async def show(run_id: UUID, visit: InVisit, which: Narrowing, after: str | None = None) -> Response:
    """The page. What it is narrowed to is in the address."""
    return await _page(visit, run_id, which, "", after)


@router.post("")
async def search(
    run_id: UUID,
    visit: Sending,
    which: Narrowing,
    text: Annotated[str, Form(max_length=200)] = "",
    after: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The same, searched: people's names stand in no address."""
    return await _page(visit, run_id, which, text.strip(), after or None)


async def _page(visit: Visit, run_id: UUID, which: Narrowing, text: str, after: str | None) -> Response:
    pool = visit.context.pool
    found = await run_list.one_json(pool, visit.visitor.visible, run_id)
    if found is None:
        raise not_found("run")
    run = json.loads(found)
    visit.enter(run["district_id"])
    plan = await plans.one(pool, run["district_id"], run_id)
    if plan is None:
        return visit.back(f"/runs/{run_id}", _("Nothing is planned for this run yet, or it does not plan."))
    narrowed = Narrowed(f"/runs/{run_id}/plan", which)
    about = Run(run["district_id"], run_id, run["timezone"] or "UTC")
    values = await listing(pool, about, narrowed, plan["counts"], text, after)
    return visit.render("plan.html", **await _about(visit, run, plan), **values)


async def _about(visit: Visit, run: Json, plan: Json) -> Json:
    """What stands above the list."""
    pool, district_id = visit.context.pool, run["district_id"]
    effects = await plans.consequences(pool, district_id, UUID(run["id"]))
    school = run["school"] or _("a school that is not declared")
    what = standing.run_name(run)
    return {
        "run": run,
        "plan": plan,
        "ended": run["status"] in standing.ENDED,
        "run_title": what,
        "title": _title(run, plan).format(what=what, school=school),
        "sentence": consequences.sentence(effects),
        "additions": consequences.additions(effects),
        "numbers": kinds.linked_table(_totals(plan["counts"])),
        "hold": await holds.one(pool, [district_id], UUID(plan["hold_id"])) if plan["hold_id"] else None,
        "held": sum(states.get("held", 0) for entity in plan["counts"].values() for states in entity.values()),
        "again": _again(run, plan),
        "record_address": record_address,
    }


def _title(run: Json, plan: Json) -> str:
    if plan["dry_run"]:
        return _("What “{what}” would do at {school}")
    if run["status"] in standing.ENDED:
        return _("What “{what}” did at {school}")
    return _("What “{what}” does at {school}")


def _totals(counts: Counts) -> dict[str, dict[str, int]]:
    return {
        entity: {kind: sum(states.values()) for kind, states in entity_kinds.items()}
        for entity, entity_kinds in counts.items()
    }


def _again(run: Json, plan: Json) -> str:
    """The question that goes before a preview is done in earnest; blank for a partial sync, which asks nothing."""
    scope = plan["scope"] or {}
    if undone := scope.get("undo_of"):
        return f"/runs/{undone}/undo"
    if scope.get("entity"):
        values = {"entity": scope["entity"], "key": scope["key"], "school": run["school_id"]}
        return with_query("/records/sync", {**values, "district": run["district_id"]})
    if run["mode"] != "full":
        return ""
    back = f"/runs/{run['id']}/plan"
    return with_query(
        "/schools/act", {"district": run["district_id"], "act": "full", "chosen": run["school_id"], "back": back}
    )
