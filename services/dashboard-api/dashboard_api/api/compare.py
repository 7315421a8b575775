"""`/runs/{id}/compare/{other}` and `/schools/{id}/compare`: what differs between two snapshots of a school."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from common.db import Row
from dashboard_api.api.answers import encode_cursor, json_text, next_link
from dashboard_api.api.csv_answers import csv_answer
from dashboard_api.api.described import gives
from dashboard_api.api.listing import Asked, InPages, Listing, both, plain
from dashboard_api.api.schemas import records as schemas
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.csv_text import Cell
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import compare, runs, schools
from dashboard_api.queries.compare import Comparison, field_text

Entity = Literal["school", "term", "class", "user", "enrolment", "guardian_link"]
Only = Annotated[Entity | None, Query(description="Only this kind of record")]
Number = Annotated[int, Query(ge=1, le=2_000_000_000, description="A snapshot's number")]
COLUMNS = ("entity", "key", "name", "change", "field", "from", "to")
RECORDS = Listing("records", (plain, plain), COLUMNS)

router = APIRouter(tags=["compare"])


@both(router, "/runs/{run_id}/compare/{other_id}", **gives(schemas.Comparison, listed=True, problems=(409, 503)))
async def compare_runs(
    run_id: UUID,
    other_id: UUID,
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    entity: Only = None,
) -> Response:
    """What differs between what two runs of a school read. As CSV all of it, a line for each field."""
    caller.require_scope("read")
    run, other = await _run(context, caller, run_id), await _run(context, caller, other_id)
    if (run["district_id"], run["school_id"]) != (other["district_id"], other["school_id"]):
        raise Problem(409, "other_school", _("The two runs are of different schools. Compare runs of one school."))
    wanted = Comparison(run["district_id"], run["school_id"], run["snapshot"], other["snapshot"], entity)
    return await _answer(context, wanted, asked)


@both(router, "/schools/{school_id}/compare", **gives(schemas.Comparison, listed=True, problems=(503,)))
async def compare_snapshots(
    school_id: UUID,
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    from_: Annotated[Number, Query(alias="from")],
    to: Number,
    entity: Only = None,
) -> Response:
    """What differs between two snapshots of a school, by number."""
    caller.require_scope("read")
    district_id = await schools.district_of(context.pool, caller.visible, school_id)
    if district_id is None:
        raise not_found("school")
    if await compare.known(context.pool, district_id, school_id, [from_, to]) != {from_, to}:
        raise not_found("snapshot")
    wanted = Comparison(district_id, school_id, from_, to, entity)
    return await _answer(context, wanted, asked)


async def _run(context: Context, caller: Principal, run_id: UUID) -> dict[str, Any]:
    run = await runs.one(context.pool, caller.visible, run_id)
    if run is None:
        raise not_found("run")
    if run["snapshot"] is None:
        sentence = _("The run {run} read no roster, so it cannot be compared.", run=run_id)
        raise Problem(409, "no_snapshot", sentence)
    return dict(run)


async def _answer(context: Context, wanted: Comparison, asked: Asked) -> Response:
    if asked.as_csv:
        name = f"compare-{wanted.school_id}-{wanted.before}-{wanted.after}"
        return csv_answer(name, asked.style, COLUMNS, _rows(context, wanted))
    page = await compare.page(context.pool, wanted, RECORDS.read(asked.after), asked.limit)
    cursor = encode_cursor(page.next)
    about = {
        "school_id": str(wanted.school_id),
        "from": wanted.before,
        "to": wanted.after,
        "counts": await compare.counts(context.pool, wanted) if asked.after is None else None,
        "next": cursor,
    }
    return json_text(f'{json.dumps(about)[:-1]}, "records": {page.items}}}', headers=next_link(asked.request, cursor))


async def _rows(context: Context, wanted: Comparison) -> AsyncIterator[list[list[Cell]]]:
    async for rows in compare.all_rows(context.pool, wanted):
        yield [line for row in rows for line in _lines(row)]


def _lines(row: Row) -> list[list[Cell]]:
    """A line for each field that changed, or one for a record that came or went."""
    about: list[Cell] = [row[column] for column in COLUMNS[:4]]
    if row["change"] != "changed":
        return [[*about, "", "", ""]]
    return [[*about, f["field"], field_text(f["from"]), field_text(f["to"])] for f in row["fields"]]
