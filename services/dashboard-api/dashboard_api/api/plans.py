"""`/runs/{id}/plan` and `/runs/{id}/operations`: what a run does in Moodle, before, while and after it is done."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboard_api.api.answers import encode_cursor, json_text
from dashboard_api.api.csv_answers import csv_answer
from dashboard_api.api.described import gives
from dashboard_api.api.etags import tagged
from dashboard_api.api.listing import InPages, Listing, both, list_answer, number
from dashboard_api.api.schemas import plans as schemas
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.csv_text import Cell
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import holds, operations, plans, run_list
from dashboard_api.queries.operations import OperationFilter
from dashboard_api.words import consequences
from dashboard_api.words.holds import explained_hold

Entity = Literal[
    "category",
    "course",
    "user",
    "enrolment",
    "group",
    "group_member",
    "cohort",
    "cohort_member",
    "administrator",
    "guardian",
]
Kind = Literal["create", "link", "update", "reactivate", "suspend", "unenrol", "hide", "add", "remove"]
State = Literal["planned", "sent", "done", "failed", "skipped", "held", "rejected", "cancelled"]

CSV_COLUMNS = (
    *("seq", "entity", "kind", "name", "user_name", "source_key", "user_key", "state", "code", "warning", "match"),
    *("ruling", "graded", "answer", "changes"),
)

router = APIRouter(tags=["plans"])

OPERATIONS = Listing("operations", (number,), CSV_COLUMNS)


class Which(BaseModel):
    """Which operations of a run."""

    model_config = ConfigDict(extra="forbid")

    entity: Entity | None = None
    kind: Kind | None = None
    state: State | None = None
    graded: bool | None = None
    removals: bool = False

    def of(self, district_id: str, run_id: UUID, search: str | None = None, *, people: bool = False) -> OperationFilter:
        """The same for the query."""
        return OperationFilter(district_id, run_id, **self.model_dump(), search=search, people=people)


class Search(Which):
    """The same, with a text that people's names are searched for too."""

    search: str = Field(min_length=1, max_length=200)
    limit: int = Field(default=200, ge=1, le=1000)
    after: str | None = None


async def which(
    entity: Annotated[Entity | None, Query(description="Only this kind of record")] = None,
    kind: Annotated[Kind | None, Query(description="Only operations of this kind")] = None,
    state: Annotated[State | None, Query(description="Only operations that have come to this")] = None,
    graded: Annotated[bool | None, Query(description="Only with graded work, or without")] = None,
    removals: Annotated[bool, Query(description="Only what is taken away")] = False,
) -> Which:
    """The filter of an address."""
    return Which(entity=entity, kind=kind, state=state, graded=graded, removals=removals)


Wanted = Annotated[Which, Depends(which)]
SearchText = Annotated[
    str | None,
    Query(max_length=200, description="A key, or part of the name of a course, category, group or cohort"),
]


@router.get("/runs/{run_id}/plan", **gives(schemas.Plan, tagged=True, problems=(503,)))
async def show_plan(request: Request, run_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """A run's plan: numbers by entity, kind and state, the consequences in a sentence, and the hold, if any.

    The `ETag` is of the plan's hash, as the hold's is: a decision about the hold takes it as `If-Match`.
    """
    caller.require_scope("read")
    district_id = await _district(context, caller, run_id)
    plan = await plans.one(context.pool, district_id, run_id)
    if plan is None:
        sentence = _("Nothing is planned for this run yet, or it does not plan. Look at the run.")
        raise Problem(404, "no_plan", sentence)
    hold_id = plan.pop("hold_id")
    found = await holds.one(context.pool, [district_id], UUID(hold_id)) if hold_id else None
    effects = await plans.consequences(context.pool, district_id, run_id)
    body = {**plan, "hold": found and explained_hold(found), "consequences": consequences.sentence(effects)}
    planned = found["plan_hash"] if found else (plan["run_id"], plan["planned_at"])
    return tagged(request, json.dumps(body, ensure_ascii=False), planned)


@both(router, "/runs/{run_id}/operations", **gives(schemas.OperationPage, listed=True, problems=(503,)))
async def list_operations(
    run_id: UUID,
    caller: ApiCaller,
    context: InContext,
    wanted: Wanted,
    asked: InPages,
    search: SearchText = None,
) -> Response:
    """The operations of a run in their order, with names. CSV has them all, and knows no pages."""
    caller.require_scope("read")
    district_id = await _district(context, caller, run_id)
    found = wanted.of(district_id, run_id, search)
    if asked.as_csv:
        return csv_answer(f"operations-{run_id}", asked.style, CSV_COLUMNS, _rows(context, found))
    return await list_answer(
        asked,
        OPERATIONS,
        lambda after, limit: operations.page(context.pool, replace(found, limit=limit, after=after[0] if after else 0)),
    )


@router.post("/runs/{run_id}/operations/search", **gives(schemas.OperationPage, problems=(400, 503)))
async def search_operations(run_id: UUID, wanted: Search, caller: ApiCaller, context: InContext) -> Response:
    """The operations of a run, searched for a person too. Names belong in no address, so the text is in the body."""
    caller.require_scope("read")
    district_id = await _district(context, caller, run_id)
    plain = Which(**wanted.model_dump(exclude={"search", "limit", "after"}))
    found = plain.of(district_id, run_id, wanted.search, people=True)
    key = OPERATIONS.read(wanted.after)
    page = await operations.page(context.pool, replace(found, limit=wanted.limit, after=key[0] if key else 0))
    return json_text(f'{{"operations":{page.items},"next":{json.dumps(encode_cursor(page.next))}}}')


async def _district(context: Context, caller: Principal, run_id: UUID) -> str:
    district_id = await run_list.district_of(context.pool, caller.visible, run_id)
    if district_id is None:
        raise not_found("run")
    return district_id


async def _rows(context: Context, found: OperationFilter) -> AsyncIterator[list[list[Cell]]]:
    async for rows in operations.all_rows(context.pool, found):
        yield [[*(row[column] for column in CSV_COLUMNS[:-1]), _changes(row["before"], row["after"])] for row in rows]


def _changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """fullname: Maths 7 → Maths 8; active: true → false"""
    old, new = before or {}, after or {}
    changed = [name for name in {**new, **old} if name in new and old.get(name) != new[name]]
    return "; ".join(f"{name}: {_text(old.get(name))} → {_text(new[name])}" for name in changed)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) if value is not None else "–"
