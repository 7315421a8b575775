"""`/errors`: the data errors that stand, across schools."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from common.db import Pool, Row
from common.event_model import Severity
from common.sayings import said
from dashboard_api.api.answers import json_text
from dashboard_api.api.csv_answers import csv_answer
from dashboard_api.api.described import gives
from dashboard_api.api.listing import InPages, InWhole, Listing, both, list_answer, plain
from dashboard_api.api.schemas.errors import Causes, ErrorPage
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.csv_text import Cell
from dashboard_api.queries import error_list
from dashboard_api.queries.error_list import ErrorFilter
from dashboard_api.words.errors import explained_causes, in_words

COLUMNS = (
    *("school", "severity", "code", "what happened", "record", "id at the source", "name", "field", "value", "detail"),
    *("what to do", "who", "first seen", "last seen", "run"),
)
CAUSE_COLUMNS = ("code", "severity", "records", "schools", "since", "title", "remedy", "who")

router = APIRouter(tags=["errors"])

ERRORS = Listing("errors", (plain, plain, UUID, plain, plain, plain, plain), COLUMNS)


async def which(
    caller: ApiCaller,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    school: Annotated[UUID | None, Query(description="Only this school")] = None,
    code: Annotated[str | None, Query(max_length=60, description="Only this code of the error catalogue")] = None,
    severity: Annotated[Severity | None, Query(description="Only errors of this severity")] = None,
) -> ErrorFilter:
    """The filter of an address, within what the caller may see."""
    caller.require_scope("read")
    return ErrorFilter(caller.visible, district, school, code, severity)


Wanted = Annotated[ErrorFilter, Depends(which)]


@both(router, "/errors", **gives(ErrorPage, listed=True))
async def list_errors(
    wanted: Wanted,
    context: InContext,
    asked: InPages,
    entity: Annotated[str | None, Query(max_length=40, description="Only this kind of record")] = None,
) -> Response:
    """Errors by code and school, each with when it was first seen. CSV has them all, in words, and knows no pages."""
    chosen = replace(wanted, entity=entity)
    if asked.as_csv:
        return csv_answer("errors", asked.style, COLUMNS, csv_rows(context.pool, chosen))
    return await list_answer(
        asked, ERRORS, lambda after, limit: error_list.page(context.pool, replace(chosen, after=after, limit=limit))
    )


@both(router, "/errors/causes", **gives(Causes, as_csv=True))
async def list_causes(wanted: Wanted, context: InContext, asked: InWhole) -> Response:
    """Errors by cause, the worst and most frequent first: how many records at how many schools, since when, why."""
    found = explained_causes(await error_list.causes(context.pool, wanted))
    if asked.as_csv:
        return asked.csv("causes", CAUSE_COLUMNS, found)
    return json_text(json.dumps({"causes": found}, ensure_ascii=False))


async def csv_rows(pool: Pool, wanted: ErrorFilter) -> AsyncIterator[list[list[Cell]]]:
    """The errors as lines under `COLUMNS`, as they are read."""
    async for rows in error_list.all_rows(pool, wanted):
        yield [_line(row) for row in rows]


def _line(row: Row) -> list[Cell]:
    words = in_words(row["code"])
    return [
        *(row["school"], row["severity"], row["code"], words["title"], row["entity"], row["source_id"], row["name"]),
        *(row["field"], row["value"], said(row["detail"]), words["remedy"], words["who"]),
        *(row["first_seen_at"].isoformat(), row["seen_at"].isoformat(), str(row["run_id"])),
    ]
