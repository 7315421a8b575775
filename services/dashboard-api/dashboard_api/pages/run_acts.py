"""What can be done with a run from a page: stop it, do again what failed, take it back."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Response

from common.event_model import RunScope
from dashboard_api import cancelling, consents, corrections
from dashboard_api.auth.principal import Scope
from dashboard_api.consents import Consent
from dashboard_api.language import _, plural
from dashboard_api.orders import Placed
from dashboard_api.pages.addresses import own_address
from dashboard_api.pages.confirming import Question, ask, lacking
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import plans, runs, schedules
from dashboard_api.words.amounts import number

router = APIRouter(prefix="/runs/{run_id}", include_in_schema=False)


@router.post("/cancel")
async def cancel(run_id: UUID, visit: Sending, back: Annotated[str, Form()] = "") -> Response:
    """Stop the run at the next safe point, or before it begins."""
    run = await _run(visit, run_id, "order")
    async with visit.context.unit_of_work() as uow:
        await cancelling.cancel(uow, visit.visitor, run["district_id"], run_id, "")
    return visit.back(own_address(back or f"/runs/{run_id}"), _("The run stops at the next safe point."))


@router.post("/retry")
async def retry(run_id: UUID, visit: Sending) -> Response:
    """Do again what failed in the run, and nothing else; on to the new run."""
    run = await _run(visit, run_id, "order")
    async with visit.context.unit_of_work() as uow:
        placed = await corrections.retry(uow, visit.visitor, run, dry_run=False, reason="")
    return visit.back(f"/runs/{placed.runs[0][2]}", _("What failed is tried again in this run."))


@router.get("/undo")
async def ask_undo(run_id: UUID, visit: InVisit) -> Response:
    """What taking the run back comes to."""
    run = await _run(visit, run_id, "decide")
    return ask(visit, await _question(visit, run))


@router.post("/undo")
async def undo(
    run_id: UUID,
    visit: Sending,
    reason: Annotated[str, Form(max_length=500)] = "",
    confirm: Annotated[str, Form(max_length=200)] = "",
    preview: Annotated[bool, Form()] = False,
) -> Response:
    """Take the run back, once the school's name was typed and a reason given; a preview needs neither."""
    run = await _run(visit, run_id, "decide")
    question = await _question(visit, run)
    if problem := "" if preview else lacking(question, confirm, reason):
        return ask(visit, question, problem, reason)
    async with visit.context.unit_of_work() as uow:
        undone: Placed | Consent
        if preview:
            undone = await corrections.undo(uow, visit.visitor, run, RunScope(), dry_run=True, reason=reason.strip())
        else:
            undone = await consents.undo(uow, visit.visitor, run, RunScope(), reason.strip())
    return after_undo(visit, undone)


def after_undo(visit: Visit, undone: Placed | Consent) -> Response:
    """On to the run that takes back, or to what waits for a second person."""
    if isinstance(undone, Placed):
        return visit.back(f"/runs/{undone.runs[0][2]}")
    return visit.back("/consents", _("It waits for a second person: somebody else has to confirm it."))


async def _run(visit: Visit, run_id: UUID, scope: Scope) -> dict[str, Any]:
    """The run, whose district the page is then about. Raises `Problem` for who may not do such a thing."""
    run = await runs.one(visit.context.pool, visit.visitor.visible, run_id)
    if run is None:
        raise not_found("run")
    visit.visitor.require(scope, run["district_id"])
    visit.enter(run["district_id"])
    return dict(run)


async def _question(visit: Visit, run: Mapping[str, Any]) -> Question:
    own = await schedules.of_school(visit.context.pool, run["district_id"], run["school_id"])
    async with visit.context.pool.acquire() as conn:
        states = await plans.numbers(conn, run["district_id"], run["id"])
    done = (states or {}).get("done", 0)
    if own is None or not done:
        raise Problem(
            409, "nothing_to_undo", _("This run changed nothing in Moodle, so there is nothing to take back.")
        )
    return Question(
        title=_("Take this run of {school} back?", school=own["name"]),
        sentences=[
            plural(
                "{n} operation is taken back: what is new is suspended or hidden, what was changed gets its old values,"
                " who was suspended is back.",
                "{n} operations are taken back: what is new is suspended or hidden, what was changed gets its old"
                " values, who was suspended is back.",
                done,
                n=number(done),
            ),
            _("What has changed since then is left alone, and named. Nothing is deleted, no grade is lost."),
            _("The next nightly sync may do the same again, unless the source is corrected or the school is paused."),
        ],
        action=f"/runs/{run['id']}/undo",
        button=plural("Take {n} operation back", "Take {n} operations back", done, n=number(done)),
        back=f"/runs/{run['id']}",
        reason="required",
        typed=own["name"],
        danger=True,
    )
