"""What can be done about one record from its page: sync nothing else, or take back what a run did to it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Response

from common.event_model import RunScope
from dashboard_api import consents, orders
from dashboard_api.language import _
from dashboard_api.orders import Wish
from dashboard_api.pages.confirming import Question, ask, lacking
from dashboard_api.pages.run_acts import after_undo
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import runs, schedules
from dashboard_api.words.operations import record_address

Entity = Literal["user", "class"]

router = APIRouter(prefix="/records", include_in_schema=False)


def asked(entity: Entity, key: str) -> RunScope:
    """The record of an address."""
    return RunScope(entity=entity, key=key)


def sent(entity: Annotated[Entity, Form()], key: Annotated[str, Form(min_length=1, max_length=255)]) -> RunScope:
    """The record of a form."""
    return RunScope(entity=entity, key=key)


@router.get("/sync")
async def ask_sync(visit: InVisit, record: Annotated[RunScope, Depends(asked)], school: UUID) -> Response:
    """What syncing nothing but this record comes to."""
    return ask(visit, await _syncing(visit, record, school))


@router.post("/sync")
async def sync(
    visit: Sending,
    record: Annotated[RunScope, Depends(sent)],
    school: Annotated[UUID, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Order a full sync of this record alone; on to its run."""
    visit.visitor.require("order", visit.district)
    async with visit.context.unit_of_work() as uow:
        wish = Wish("full", reason=reason.strip(), scope=record)
        placed = await orders.place(uow, visit.visitor, visit.district, [school], wish)
    return visit.back(f"/runs/{placed.runs[0][2]}")


@router.get("/undo")
async def ask_undo(visit: InVisit, record: Annotated[RunScope, Depends(asked)], run: UUID) -> Response:
    """What taking back what a run did to the record comes to."""
    found = await _run(visit, run)
    return ask(visit, await _undoing(visit, record, found))


@router.post("/undo")
async def undo(
    visit: Sending,
    record: Annotated[RunScope, Depends(sent)],
    run: Annotated[UUID, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
    confirm: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take it back, once the school's name was typed and a reason given; or let it wait for a second person."""
    found = await _run(visit, run)
    question = await _undoing(visit, record, found)
    if problem := lacking(question, confirm, reason):
        return ask(visit, question, problem, reason)
    async with visit.context.unit_of_work() as uow:
        return after_undo(visit, await consents.undo(uow, visit.visitor, found, record, reason.strip()))


async def _run(visit: Visit, run_id: UUID) -> dict[str, Any]:
    """The run, whose district the page is then about. Raises `Problem` for who may not order."""
    run = await runs.one(visit.context.pool, visit.visitor.visible, run_id)
    if run is None:
        raise not_found("run")
    visit.visitor.require("decide", run["district_id"])
    visit.enter(run["district_id"])
    return dict(run)


async def _syncing(visit: Visit, record: RunScope, school_id: UUID) -> Question:
    visit.visitor.require("order", visit.district)
    school = await schedules.of_school(visit.context.pool, visit.district, school_id)
    if school is None:
        raise not_found("school")
    person = record.entity == "user"
    return Question(
        title=_("Sync this person only?") if person else _("Sync this class only?"),
        sentences=[
            _("The roster of {school} is read. In Moodle only this record is made to match it.", school=school["name"]),
            _("A person is synced with the places in courses; nobody else is touched.")
            if person
            else _("A class is synced with its course and everybody in it; no other class is touched."),
        ],
        action=f"/records/sync?district={visit.district}",
        button=_("Sync this person") if person else _("Sync this class"),
        back=_address(record, visit.district, school_id),
        fields=[*_fields(record), ("school", str(school_id))],
        reason="optional",
    )


async def _undoing(visit: Visit, record: RunScope, run: Mapping[str, Any]) -> Question:
    school = await schedules.of_school(visit.context.pool, run["district_id"], run["school_id"])
    if school is None:
        raise not_found("school")
    return Question(
        title=_("Take back what this run did to this record?"),
        sentences=[
            _("What is new of it is suspended or hidden, what was changed gets its old value. Nothing is deleted."),
            _("What has changed since then is left alone, and named. Everything else that the run did stays."),
            _("The next nightly sync may do the same again, unless the source is corrected or the school is paused."),
        ],
        action=f"/records/undo?district={run['district_id']}",
        button=_("Take it back for this record"),
        back=_address(record, run["district_id"], run["school_id"]),
        fields=[*_fields(record), ("run", str(run["id"]))],
        reason="required",
        typed=school["name"],
        danger=True,
    )


def _fields(record: RunScope) -> list[tuple[str, str]]:
    return [("entity", record.entity or ""), ("key", record.key or "")]


def _address(record: RunScope, district_id: str, school_id: object) -> str:
    return record_address(record.entity or "", record.key or "", district_id, school_id)
