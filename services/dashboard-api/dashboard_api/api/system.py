"""`/system`: queues, parked messages, workers and versions, for those who run Rosterbus for all districts."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from common.envelope import Unreadable, decode
from common.topology import QueueSpec
from dashboard_api import software
from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.idempotency import ActingOnBroker
from dashboard_api.api.listing import InWhole, both
from dashboard_api.api.schemas.system import ParkedActed, ParkedShown, QueuesShown, Versions, WorkersShown
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal, Scope
from dashboard_api.broker import parked, queues
from dashboard_api.broker.parked import Acted, Parked
from dashboard_api.context import Context
from dashboard_api.language import _
from dashboard_api.problems import not_allowed, not_found
from dashboard_api.queries import audit, workers

MOST_TEXT = 2_000
"""Characters shown of a message that is none of ours."""
QUEUE_COLUMNS = (
    *("queue", "service", "pool", "exists", "waiting", "in_work", "retrying", "parked", "workers"),
    *("rate_in", "rate_out"),
)
WORKER_COLUMNS = (
    *("service", "id", "host", "pid", "version", "schema_version", "pools", "at_work"),
    *("started_at", "seen_at", "stopped_at", "state"),
)

router = APIRouter(prefix="/system", tags=["system"], route_class=ActingOnBroker)
QueueName = Annotated[str, Query(description="The service's queue, such as `roster-fetcher.shared`")]


class Messages(BaseModel):
    """Parked messages of a queue: those with these ids, or all."""

    model_config = ConfigDict(extra="forbid")

    queue: str = Field(max_length=200)
    ids: list[Annotated[str, Field(max_length=100)]] | None = Field(default=None, min_length=1, max_length=10_000)
    reason: str = Field(default="", max_length=500)


class Discarding(Messages):
    """The same, and why: nobody can bring them back."""

    reason: str = Field(min_length=1, max_length=500)


def require_platform(caller: Principal, scope: Scope) -> None:
    """Raises `Problem` 403 for whoever does not run Rosterbus for all districts."""
    if caller.districts is not None:
        raise not_allowed(_("see how Rosterbus itself runs"))
    caller.require_scope(scope)


@both(router, "/queues", **gives(QueuesShown, problems=(503,), as_csv=True))
async def list_queues(caller: ApiCaller, context: InContext, asked: InWhole) -> Response:
    """The queue of each service and pool: what waits, is in work, is tried again later, or is parked, and who takes it.

    `in_work` and the rates (events a second) are null where `told_by` is `amqp`.
    """
    require_platform(caller, "read")
    found = await queues.look(context)
    return asked.csv("queues", QUEUE_COLUMNS, found["queues"]) if asked.as_csv else json_text(json.dumps(found))


@both(router, "/workers", **gives(WorkersShown, as_csv=True))
async def list_workers(caller: ApiCaller, context: InContext, asked: InWhole) -> Response:
    """The processes of all services within the last day: `state` live, stopped or gone, and what each works on."""
    require_platform(caller, "read")
    found = await workers.list_json(context.pool)
    return (
        asked.csv("workers", WORKER_COLUMNS, json.loads(found)) if asked.as_csv else json_text(f'{{"workers":{found}}}')
    )


@router.get("/versions", **gives(Versions))
async def list_versions(caller: ApiCaller, context: InContext) -> Response:
    """Versions of the software, of each service's schema, of PostgreSQL and of RabbitMQ (null while it is away)."""
    require_platform(caller, "read")
    return json_text(await software.versions_json(context.pool, context.bus))


@router.get("/parked", **gives(ParkedShown, problems=(404, 503)))
async def list_parked(
    caller: ApiCaller,
    context: InContext,
    queue: QueueName,
    limit: Annotated[int, Query(ge=1, le=1000, description="Messages at the most")] = 100,
) -> Response:
    """What is parked of a queue, the oldest first: `reason`, `error`, `attempt`, `parked_at`, and what it says.

    `body` is the event as it is on the wire; null for what is no event, of which the first of `text` is shown.
    """
    require_platform(caller, "read")
    found = await parked.look(context.bus, context.pool, spec_of(queue), limit)
    return json_text(to_json({"queue": queue, "parked": [shown(one) for one in found]}).decode())


@router.post("/parked/requeue", **gives(ParkedActed, problems=(404, 503)))
async def requeue_parked(messages: Messages, caller: ApiCaller, context: InContext) -> Response:
    """Give parked messages back to their queue, as if they came for the first time. `ids` absent: all.

    `missing` are ids that are not parked (any more): asked twice, the second time does nothing.
    """
    require_platform(caller, "declare")
    note = noting(context, caller, messages, "requeue_parked")
    return _acted(
        messages, await parked.requeue(context.bus, context.pool, spec_of(messages.queue), messages.ids, note)
    )


@router.post("/parked/discard", **gives(ParkedActed, problems=(404, 503)))
async def discard_parked(messages: Discarding, caller: ApiCaller, context: InContext) -> Response:
    """Forget parked messages for good. What each was (never its body) and the reason stay in the audit."""
    require_platform(caller, "declare")
    note = noting(context, caller, messages, "discard_parked")
    return _acted(
        messages, await parked.discard(context.bus, context.pool, spec_of(messages.queue), messages.ids, note)
    )


def spec_of(queue: str) -> QueueSpec:
    """The queue of that name. Raises `Problem` 404."""
    spec = queues.spec_named(queue)
    if spec is None:
        raise not_found("queue")
    return spec


def noting(context: Context, caller: Principal, messages: Messages, action: str) -> parked.Audit:
    """What keeps in the audit log which messages it was, before anything is done with them."""

    async def note(acted: Acted) -> None:
        detail = {"reason": messages.reason, "messages": acted.ids}
        async with context.pool.acquire() as conn:
            await audit.add(conn, "", caller.id, action, f"queue/{messages.queue}", detail)

    return note


def _acted(messages: Messages, acted: Acted) -> Response:
    missing = [id_ for id_ in dict.fromkeys(messages.ids or ()) if id_ not in acted.ids]
    return json_text(json.dumps({"queue": messages.queue, "done": acted.ids, "missing": missing}))


def shown(one: Parked) -> dict[str, Any]:
    """A parked message with what it says."""
    about = {"id": one.id, "reason": one.reason, "error": one.error, "attempt": one.attempt, "parked_at": one.parked_at}
    return {**about, **_said(one.body)}


def _said(body: bytes) -> dict[str, Any]:
    """What a message says; events hold no personal data."""
    try:
        envelope = decode(body)
    except Unreadable:
        text = body.decode(errors="replace")[:MOST_TEXT]
        return {"type": None, "district_id": None, "run_id": None, "time": None, "body": None, "text": text}
    event = envelope.event
    return {
        "type": event.versioned_type(),
        "district_id": event.district_id,
        "run_id": getattr(event, "run_id", None),
        "time": envelope.time,
        "body": json.loads(body),
        "text": None,
    }
