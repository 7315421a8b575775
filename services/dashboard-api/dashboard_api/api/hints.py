"""`GET /events`: server-sent hints that something is new; what is new is asked for at its own address."""

import asyncio
import re
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from dashboard_api.api.described import TEXT, problem_answer
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.hints import RELOAD, Hint
from dashboard_api.problems import not_found
from dashboard_api.queries import hints

ALIVE_SECONDS = 15.0
"""A comment is sent at least this often, so that no proxy thinks the line dead."""
LONGEST_SECONDS = 600.0
"""Then the stream ends and the page connects again, so that a session that ended is noticed."""
HINT_ID = re.compile(r"[0-9]{1,18}")

router = APIRouter(tags=["events"])


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": TEXT}}, 404: problem_answer(404)},
)
async def stream_hints(
    caller: ApiCaller,
    context: InContext,
    district: Annotated[str | None, Query(description="Only this district")] = None,
    last_event_id: Annotated[str | None, Header(description="Id of the last hint heard")] = None,
) -> StreamingResponse:
    """Hints `{run, school, type}`. Type `reload` says that some may have been missed: look at everything."""
    caller.require_scope("read")
    if district is not None and not caller.sees(district):
        raise not_found("district")
    districts = caller.visible if district is None else [district]
    return StreamingResponse(
        _stream(context, caller, districts, _number(last_event_id)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(
    context: Context, caller: Principal, districts: list[str] | None, heard: int | None
) -> AsyncIterator[str]:
    """Subscribes before it replays: a hint may come twice, but none is left out."""
    end = monotonic() + LONGEST_SECONDS
    schools = None if caller.schools is None else frozenset(map(str, caller.schools))
    with context.hints.subscribe(districts, schools) as listener:
        yield "retry: 2000\n\n"
        for missed in await _missed(context, districts, heard):
            yield _told(missed)
        while monotonic() < end:
            try:
                async with asyncio.timeout(ALIVE_SECONDS):
                    hint = await listener.queue.get()
            except TimeoutError:
                yield ": alive\n\n"
                continue
            if hint is None:
                return
            yield _told(hint)


async def _missed(context: Context, districts: list[str] | None, heard: int | None) -> list[Hint]:
    if heard is None:
        return []
    rows = await hints.since(context.pool, districts, heard)
    if rows is None:
        return [RELOAD]
    return [Hint(row["id"], row["district"], _text(row["run"]), _text(row["school"]), row["type"]) for row in rows]


def _number(last_event_id: str | None) -> int | None:
    """The id of a hint; anything else was never given out."""
    return int(last_event_id) if last_event_id and HINT_ID.fullmatch(last_event_id) else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _told(hint: Hint) -> str:
    id_ = f"id: {hint.id}\n" if hint.id is not None else ""
    return f"{id_}event: hint\ndata: {hint.data()}\n\n"
