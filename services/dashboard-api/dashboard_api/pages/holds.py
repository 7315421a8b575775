"""The pages of decisions: what waits for one and what was decided, and one hold with its operations."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Form, Response

from common.language import mark
from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.holds import HOLDS, HoldState
from dashboard_api.language import _, plural
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.operation_list import Counts, Narrowed, Narrowing, Run, listing
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import consents, holds, plans
from dashboard_api.queries.pages import StateFilter
from dashboard_api.words import consequences, kinds
from dashboard_api.words.amounts import number
from dashboard_api.words.holds import decided, explained_hold, reasons
from dashboard_api.words.operations import record_address

Hold = dict[str, Any]

ROWS = 50
STATES: dict[HoldState, str] = {
    "open": mark("Waiting"),
    "decided": mark("Decided"),
    "superseded": mark("Overtaken"),
}

router = APIRouter(prefix="/holds", include_in_schema=False)


@router.get("")
async def show_all(
    visit: InVisit, state: str = "open", school: UUID | None = None, after: str | None = None
) -> Response:
    """What waits, unless another state is asked for; any other word shows all."""
    district_id, pool = visit.district, visit.context.pool
    known = next((one for one in get_args(HoldState) if one == state), None)
    page = await holds.page(pool, StateFilter([district_id], district_id, school, known, HOLDS.read(after), ROWS))
    waiting = await consents.page(pool, StateFilter([district_id], district_id, state="waiting", limit=ROWS))

    def address(**changes: object) -> str:
        return with_query("/holds", {"district": district_id, "state": state, "school": school, **changes})

    return visit.render(
        "holds.html",
        title=_("Decisions"),
        holds=[_row(hold) for hold in page.rows()],
        state=known,
        states={key: _(word) for key, word in STATES.items()},
        address=address,
        after=after,
        next=encode_cursor(page.next),
        consents=len(waiting.rows()),
    )


@router.get("/{hold_id}")
async def show(hold_id: UUID, visit: InVisit, which: Narrowing, after: str | None = None) -> Response:
    """One hold, for review."""
    return await _review(visit, hold_id, which, "", after)


@router.post("/{hold_id}")
async def search(
    hold_id: UUID,
    visit: Sending,
    which: Narrowing,
    text: Annotated[str, Form(max_length=200)] = "",
    after: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The same, its operations searched: people's names stand in no address."""
    return await _review(visit, hold_id, which, text.strip(), after or None)


async def entered(visit: Visit, hold_id: UUID) -> Hold:
    """The hold, whose district the page is then about. Raises `Problem` 404."""
    hold = await holds.one(visit.context.pool, visit.visitor.visible, hold_id)
    if hold is None:
        raise not_found("hold")
    visit.enter(hold["district_id"])
    return hold


def waiting_in(hold: Mapping[str, Any]) -> int:
    """How many operations wait, or waited."""
    return kinds.total(hold["operations"])


async def _review(visit: Visit, hold_id: UUID, which: Narrowing, text: str, after: str | None) -> Response:
    hold, pool = await entered(visit, hold_id), visit.context.pool
    district_id, run_id = hold["district_id"], UUID(hold["run_id"])
    held = which.model_copy(update={"state": "held"})
    narrowed = Narrowed(f"/holds/{hold_id}", held)
    run = Run(district_id, run_id, hold["timezone"] or "UTC")
    effects = await plans.consequences(pool, district_id, run_id, ("held",))
    n = waiting_in(hold)
    school = hold["school"] or _("a school that is not declared")
    return visit.render(
        "hold.html",
        title=plural("{n} operation of {school}", "{n} operations of {school}", n, n=number(n), school=school),
        hold=hold,
        reasons=reasons(explained_hold(hold)),
        run={"id": hold["run_id"], "district_id": district_id, "school_id": hold["school_id"]},
        n=n,
        sentence=consequences.sentence(effects),
        outcome=decided(hold),
        convertible=hold["operations"].get("enrolment", {}).get("unenrol", 0),
        record_address=record_address,
        **await listing(pool, run, narrowed, _as_held(hold["operations"]), text, after),
    )


def _row(hold: Hold) -> Hold:
    return {
        **hold,
        "n": waiting_in(hold),
        "what": kinds.summary(hold["operations"]),
        "reasons": reasons(explained_hold(hold)),
        "outcome": decided(hold),
    }


def _as_held(counts: Mapping[str, Mapping[str, int]]) -> Counts:
    return {entity: {kind: {"held": n} for kind, n in entity_kinds.items()} for entity, entity_kinds in counts.items()}
