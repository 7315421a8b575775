"""`/system`: how Rosterbus itself runs: queues, parked messages, workers and versions, for platform operators."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi import Form as FormField

from common.language import mark
from dashboard_api import software
from dashboard_api.api.system import Messages, noting, require_platform, shown, spec_of
from dashboard_api.broker import parked, queues
from dashboard_api.context import Context
from dashboard_api.language import _, plural
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.confirming import Question, ask, lacking
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem
from dashboard_api.queries import workers
from dashboard_api.words.amounts import number
from dashboard_api.words.standing import Badge

MOST = 100
Act = Literal["requeue", "discard"]
STATES = {
    "live": Badge(mark("Active"), "tick", "ok"),
    "stopped": Badge(mark("Stopped"), "slash", "calm"),
    "gone": Badge(mark("Gone without a word"), "octagon", "bad"),
}
"""Of workers."""
REASONS = {
    "unreadable": mark("cannot be read"),
    "unrouted": mark("nobody takes it"),
    "permanent": mark("cannot be done"),
    "exhausted": mark("failed each time"),
    "delivery_limit": mark("its workers died"),
}
"""Why messages are parked; others are shown as the broker says them."""

router = APIRouter(prefix="/system", include_in_schema=False)


@router.get("")
async def look(visit: InVisit) -> Response:
    """The page; it looks again by itself."""
    require_platform(visit.visitor, "read")
    found = await _standing(visit.context)
    return visit.render("system.html", title=_("System"), sentence=_sentence(found), states=_states(), **found)


@router.get("/parked")
async def look_parked(visit: InVisit, queue: Annotated[str, Query(max_length=200)]) -> Response:
    """What is parked of a queue, the oldest first."""
    require_platform(visit.visitor, "read")
    found = await parked.look(visit.context.bus, visit.context.pool, spec_of(queue), MOST)
    return visit.render(
        "system_parked.html",
        title=_("Parked messages"),
        queue=queue,
        messages=[_message(shown(one)) for one in found],
        most=MOST,
    )


@router.post("/parked")
async def act(
    visit: Sending,
    queue: Annotated[str, FormField(max_length=200)],
    act: Annotated[Act, FormField()],
    chosen: Annotated[list[str] | None, FormField()] = None,
    reason: Annotated[str, FormField(max_length=500)] = "",
    confirm: Annotated[str | None, FormField(max_length=200)] = None,
) -> Response:
    """Give the ticked messages back to their queue, or forget them; without any, all. It is asked first."""
    require_platform(visit.visitor, "declare")
    spec, ids = spec_of(queue), chosen or None
    question = await _question(visit, act, queue, ids)
    problem = lacking(question, confirm, reason) if confirm is not None else ""
    if confirm is None or problem:
        return ask(visit, question, problem, reason)
    note = noting(visit.context, visit.visitor, Messages(queue=queue, ids=ids, reason=reason), f"{act}_parked")
    deed = parked.requeue if act == "requeue" else parked.discard
    done = len((await deed(visit.context.bus, visit.context.pool, spec, ids, note)).ids)
    if act == "requeue":
        notice = plural("{n} message is given back.", "{n} messages are given back.", done, n=number(done))
    else:
        notice = plural("{n} message is discarded.", "{n} messages are discarded.", done, n=number(done))
    return visit.back("/system", notice)


async def _standing(context: Context) -> dict[str, Any]:
    """Queues are None while the broker is away; the rest is known without it."""
    try:
        told: dict[str, Any] | None = await queues.look(context)
    except Problem:
        told = None
    return {
        "queues": told,
        "workers": json.loads(await workers.list_json(context.pool)),
        "versions": json.loads(await software.versions_json(context.pool, context.bus)),
    }


def _sentence(found: dict[str, Any]) -> str:
    if found["queues"] is None:
        return _("The message broker does not answer: what was ordered waits until it is back.")
    lying = sum(row["parked"] for row in found["queues"]["queues"])
    if lying:
        return plural(
            "{n} message is parked and waits for you.",
            "{n} messages are parked and wait for you.",
            lying,
            n=number(lying),
        )
    waiting = sum(row["waiting"] for row in found["queues"]["queues"])
    if not waiting:
        return _("Nothing waits, and nothing is parked.")
    return plural(
        "{n} message waits; nothing is parked.", "{n} messages wait; nothing is parked.", waiting, n=number(waiting)
    )


def _states() -> dict[str, Badge]:
    return {key: badge.said() for key, badge in STATES.items()}


def _message(one: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(one["body"], indent=2, ensure_ascii=False) if one["body"] else one["text"]
    return {**one, "why": _(REASONS.get(one["reason"], one["reason"])), "content": body}


async def _question(visit: Visit, act: Act, queue: str, ids: list[str] | None) -> Question:
    """`typed` only where messages are lost."""
    n = len(ids) if ids else await _lying(visit.context, queue)
    fields = [("queue", queue), ("act", act), *(("chosen", id_) for id_ in ids or ())]
    back = with_query("/system/parked", {"queue": queue})
    if act == "requeue":
        return Question(
            title=plural("Give {n} message back?", "Give {n} messages back?", n, n=number(n)),
            sentences=[
                _("They come to {queue} once more, as if for the first time.", queue=queue),
                _("What is in them is done; what was done already is not done twice."),
            ],
            action="/system/parked",
            button=plural("Give {n} message back", "Give {n} messages back", n, n=number(n)),
            back=back,
            fields=[*fields, ("confirm", "yes")],
            reason="optional",
        )
    return Question(
        title=plural("Discard {n} message for good?", "Discard {n} messages for good?", n, n=number(n)),
        sentences=[
            _("Nobody can bring them back. What they would have done is not done."),
            _("What each was, and your reason, stay in the audit log."),
        ],
        action="/system/parked",
        button=plural("Discard {n} message", "Discard {n} messages", n, n=number(n)),
        back=back,
        fields=fields,
        reason="required",
        typed=queue,
        danger=True,
    )


async def _lying(context: Context, queue: str) -> int:
    found = await parked.look(context.bus, context.pool, spec_of(queue), parked.MOST)
    return len(found)
