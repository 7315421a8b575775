"""What can be done with schools from a page: runs, pausing, resuming; with one, those ticked, those that match, or all.

What takes something away, or lasts, is asked first; the question says how many schools it is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Response

from common.db import Row
from dashboard_api import nightly_modes, orders
from dashboard_api.api.orders import SchoolChoice, chosen
from dashboard_api.language import _, plural
from dashboard_api.orders import OrderMode, Wish
from dashboard_api.pages.addresses import own_address, with_query
from dashboard_api.pages.confirming import Question, ask
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import schools
from dashboard_api.words.amounts import number

Act = Literal["partial", "full", "preview", "refresh", "pause", "additions", "resume"]
RUNS: dict[str, tuple[OrderMode, bool]] = {
    "partial": ("partial", False),
    "full": ("full", False),
    "preview": ("full", True),
    "refresh": ("refresh", False),
}
"""The mode, and whether it is a dry run."""
MODES: dict[str, nightly_modes.Mode] = {"pause": "paused", "additions": "additions_only", "resume": "on"}

router = APIRouter(prefix="/schools/act", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which schools: with `matching` those that filter and search leave, else those ticked, else all set up."""

    act: Act
    ticked: Sequence[UUID]
    matching: bool
    status: str | None
    search: str
    back: str

    def fields(self) -> list[tuple[str, str]]:
        """For a form that carries the same choice on."""
        pairs = [("act", self.act), ("back", self.back)]
        if self.matching:
            return [*pairs, ("matching", "1"), ("status", self.status or ""), ("search", self.search)]
        return [*pairs, *(("chosen", str(id_)) for id_ in self.ticked)]

    async def schools(self, visit: Visit) -> list[UUID]:
        """The ids of those that are meant. Raises `Problem` where there are none."""
        if self.ticked and not self.matching:
            return list(dict.fromkeys(self.ticked))
        wanted = SchoolChoice(status=self.status or None, search=self.search or None) if self.matching else None
        found = await chosen(visit.context.pool, visit.district, wanted) if wanted else None
        if found is None:
            async with visit.context.pool.acquire() as conn:
                found = await schools.set_up(conn, visit.district)
        if not found:
            raise Problem(409, "no_schools", _("No school of this district is set up yet. Choose a Moodle for one."))
        return found


def asked(
    act: Act,
    chosen: Annotated[list[UUID] | None, Query()] = None,
    matching: bool = False,
    status: str | None = None,
    search: str = "",
    back: str = "/schools",
) -> Choice:
    """From an address."""
    return Choice(act, chosen or (), matching, status, search, own_address(back))


def sent(
    act: Annotated[Act, Form()],
    chosen: Annotated[list[UUID] | None, Form()] = None,
    matching: Annotated[bool, Form()] = False,
    status: Annotated[str, Form()] = "",
    search: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/schools",
) -> Choice:
    """From a form."""
    return Choice(act, chosen or (), matching, status or None, search, own_address(back))


@router.get("")
async def question(visit: InVisit, choice: Annotated[Choice, Depends(asked)]) -> Response:
    """What the act comes to, and for how many schools."""
    visit.visitor.require("order", visit.district)
    meant = await _meant(visit, choice)
    return ask(visit, _question(visit, choice, [row["name"] for row in _changing(choice.act, meant)], len(meant)))


@router.post("")
async def act(
    visit: Sending,
    choice: Annotated[Choice, Depends(sent)],
    reason: Annotated[str, Form(max_length=500)] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    """Do it. Afterwards a single run has its own page, everything else is seen where it was asked for."""
    visit.visitor.require("order", visit.district)
    if choice.act in RUNS:
        return await _run(visit, choice, await choice.schools(visit), reason)
    ids = [row["id"] for row in _changing(choice.act, await _meant(visit, choice))]
    async with visit.context.unit_of_work() as uow:
        await nightly_modes.change(
            uow, visit.visitor, visit.district, ids, mode=MODES[choice.act], until=_date(until), reason=reason
        )
    return visit.back(choice.back, _done(choice.act, len(ids)))


async def _run(visit: Visit, choice: Choice, ids: list[UUID], reason: str) -> Response:
    mode, dry_run = RUNS[choice.act]
    async with visit.context.unit_of_work() as uow:
        placed = await orders.place(uow, visit.visitor, visit.district, ids, Wish(mode, dry_run, reason))
    if len(placed.runs) == 1:
        return visit.back(f"/runs/{placed.runs[0][2]}")
    return visit.back(with_query("/schools", {"district": visit.district, "ordered": placed.order_id}))


async def _meant(visit: Visit, choice: Choice) -> list[Row]:
    """`id, name, mode` of the schools that are meant, by name. Raises `Problem` for one that is not there."""
    ids = await choice.schools(visit)
    async with visit.context.pool.acquire() as conn:
        meant = await schools.in_modes(conn, visit.district, ids)
    if len(meant) != len(ids):
        raise not_found("school")
    return meant


def _changing(act: Act, meant: Sequence[Row]) -> list[Row]:
    """Those of the schools to which the act makes a difference. Raises `Problem` 409 where it makes none to any."""
    match act:
        case "pause":
            changing = [row for row in meant if row["mode"] != "paused"]
        case "additions":
            changing = [row for row in meant if row["mode"] != "additions_only"]
        case "resume":
            changing = [row for row in meant if row["mode"] == "paused"]
        case _:
            return list(meant)
    if not changing:
        raise Problem(409, "mode_unchanged", _unchanged(act, len(meant), meant[0]["name"]))
    return changing


def _question(visit: Visit, choice: Choice, names: list[str], meant: int) -> Question:
    title, sentences, button = _words(choice.act, len(names), names[0])
    if stay := meant - len(names):
        sentences.append(_staying(choice.act, stay))
    return Question(
        title=title,
        sentences=sentences,
        points=names if 1 < len(names) <= 5 else (),
        action=with_query("/schools/act", {"district": visit.district}),
        button=button,
        back=choice.back,
        fields=choice.fields(),
        reason="optional",
        until=choice.act in ("pause", "additions"),
    )


def _words(act: Act, n: int, name: str) -> tuple[str, list[str], str]:
    """Title, sentences and button; the title has the name of a single school."""
    told = {"n": number(n), "name": name}
    match act:
        case "full":
            return (
                plural("Full sync of {name}?", "Full sync of {n} schools?", n, **told),
                [
                    _("Moodle is made to match what is shared: what is new is created, what differs is set right."),
                    _("Who is no longer shared is suspended, nobody is deleted. Unusually many removals wait for you."),
                ],
                plural("Run full sync of {n} school", "Run full sync of {n} schools", n, **told),
            )
        case "pause":
            return (
                plural("Pause the nightly sync of {name}?", "Pause the nightly sync of {n} schools?", n, **told),
                [_("Nothing is synced at night. Runs by hand stay possible.")],
                plural("Pause {n} school", "Pause {n} schools", n, **told),
            )
        case "additions":
            return (
                plural("Only additions at night for {name}?", "Only additions at night for {n} schools?", n, **told),
                [_("At night only what is new is created; nothing is changed or removed.")],
                plural("Only additions for {n} school", "Only additions for {n} schools", n, **told),
            )
        case "resume":
            return (
                plural("Resume the nightly sync of {name}?", "Resume the nightly sync of {n} schools?", n, **told),
                [_("The next night syncs as usual.")],
                plural("Resume {n} school", "Resume {n} schools", n, **told),
            )
        case "preview":
            return (
                plural("Preview {name}?", "Preview {n} schools?", n, **told),
                [_("A full sync is planned and shown; nothing is sent to Moodle.")],
                plural("Preview {n} school", "Preview {n} schools", n, **told),
            )
        case "refresh":
            return (
                plural("Refresh the counts of {name}?", "Refresh the counts of {n} schools?", n, **told),
                [_("What is shared is read and counted; nothing is sent to Moodle.")],
                plural("Refresh {n} school", "Refresh {n} schools", n, **told),
            )
    return (
        plural("Partial sync of {name}?", "Partial sync of {n} schools?", n, **told),
        [_("What is new since the last sync is created; nothing that is synced already is touched.")],
        plural("Run partial sync of {n} school", "Run partial sync of {n} schools", n, **told),
    )


def _unchanged(act: Act, n: int, name: str) -> str:
    """Why an act would change nothing; `name` is that of a single school."""
    told = {"n": number(n), "name": name}
    match act:
        case "pause":
            return plural(
                "The nightly sync of {name} is paused already.",
                "The nightly sync of all these {n} schools is paused already.",
                n,
                **told,
            )
        case "additions":
            return plural(
                "At night, {name} only gets additions already.",
                "At night, all these {n} schools only get additions already.",
                n,
                **told,
            )
    return plural(
        "The nightly sync of {name} is not paused, so there is nothing to resume.",
        "The nightly sync of none of these {n} schools is paused, so there is nothing to resume.",
        n,
        **told,
    )


def _staying(act: Act, n: int) -> str:
    """What becomes of those that were meant, too, but are so already."""
    match act:
        case "pause":
            return plural(
                "{n} more school is paused already, and stays so.",
                "{n} more schools are paused already, and stay so.",
                n,
                n=number(n),
            )
        case "additions":
            return plural(
                "{n} more school only gets additions already.",
                "{n} more schools only get additions already.",
                n,
                n=number(n),
            )
    return plural(
        "{n} more school is not paused, and stays as it is.",
        "{n} more schools are not paused, and stay as they are.",
        n,
        n=number(n),
    )


def _done(act: Act, n: int) -> str:
    match act:
        case "pause":
            return plural(
                "The nightly sync of {n} school is paused.",
                "The nightly sync of {n} schools is paused.",
                n,
                n=number(n),
            )
        case "additions":
            return plural(
                "At night, {n} school only gets additions.", "At night, {n} schools only get additions.", n, n=number(n)
            )
    return plural(
        "The nightly sync of {n} school is on again.", "The nightly sync of {n} schools is on again.", n, n=number(n)
    )


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise Problem(422, "mistakes", _("The date cannot be read. Choose one, or leave it empty.")) from None
