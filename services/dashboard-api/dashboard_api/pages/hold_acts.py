"""Deciding on a hold from a page: a question that says what it comes to, and then the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Response

from dashboard_api import decisions, verdicts
from dashboard_api.decisions import Decision, Verdict
from dashboard_api.language import _, plural
from dashboard_api.pages.confirming import Question, ask, lacking
from dashboard_api.pages.holds import Hold, entered
from dashboard_api.pages.operation_list import Narrowing, narrowing
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem
from dashboard_api.queries import operations, plans
from dashboard_api.verdicts import Weight
from dashboard_api.words import consequences
from dashboard_api.words.amounts import number

router = APIRouter(prefix="/holds/{hold_id}/decision", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody means: the decision about the operations ticked, those that `which` leaves, or all."""

    decision: Decision
    plan_hash: str
    ticked: Sequence[int]
    matching: bool
    which: Narrowing

    def fields(self) -> list[tuple[str, str]]:
        """For a form that carries the same on."""
        pairs = [("decision", self.decision), ("plan_hash", self.plan_hash)]
        pairs += [("chosen", str(seq)) for seq in self.ticked]
        if not self.matching:
            return pairs
        narrowed = self.which.model_dump()
        return [*pairs, ("matching", "1"), *((k, "true" if v is True else str(v)) for k, v in narrowed.items() if v)]


@dataclass(frozen=True, slots=True)
class Split:
    """The operations that wait, by what becomes of them."""

    meant: list[int]
    others: list[int]


def asked(
    which: Narrowing,
    decision: Decision,
    plan_hash: Annotated[str, Query(max_length=200)] = "",
    chosen: Annotated[list[int] | None, Query()] = None,
    matching: bool = False,
) -> Chosen:
    """From an address."""
    return Chosen(decision, plan_hash, chosen or (), matching, which)


def sent(
    decision: Annotated[Decision, Form()],
    plan_hash: Annotated[str, Form(max_length=200)] = "",
    chosen: Annotated[list[int] | None, Form()] = None,
    matching: Annotated[bool, Form()] = False,
    entity: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    graded: Annotated[bool, Form()] = False,
    removals: Annotated[bool, Form()] = False,
) -> Chosen:
    """From a form."""
    which = narrowing(entity, kind, "", graded, removals)
    return Chosen(decision, plan_hash, chosen or (), matching, which)


@router.get("")
async def question(hold_id: UUID, visit: InVisit, chosen: Annotated[Chosen, Depends(asked)]) -> Response:
    """What the decision comes to, for how many, and what happens next."""
    hold = await _open(visit, hold_id, chosen)
    return ask(visit, await _question(visit, hold, chosen, await _split(visit, hold, chosen)))


@router.post("")
async def decide(
    hold_id: UUID,
    visit: Sending,
    chosen: Annotated[Chosen, Depends(sent)],
    reason: Annotated[str, Form(max_length=500)] = "",
    confirm: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Decide; on to the run that does it, or back to the hold where nothing is run or a second person is asked."""
    hold = await _open(visit, hold_id, chosen)
    split = await _split(visit, hold, chosen)
    asked_for = await _question(visit, hold, chosen, split)
    if problem := lacking(asked_for, confirm, reason):
        return ask(visit, asked_for, problem, reason)
    verdict = _verdict(chosen, split, reason.strip())
    settled = await verdicts.settle(visit.context, visit.visitor, hold, verdict, confirm)
    if settled.consent is not None:
        return visit.back("/consents", _("It waits for a second person: somebody else has to confirm it."))
    if settled.run_id is None:
        return visit.back(f"/holds/{hold_id}", _("Rejected. Everything stays as it is in Moodle."))
    return visit.back(f"/runs/{settled.run_id}", _("Decided. This run does what was approved."))


async def _open(visit: Visit, hold_id: UUID, chosen: Chosen) -> Hold:
    """The hold, if there is still the same to decide. Raises `Problem`: 403 for who may not, 409 if it is over."""
    hold = await entered(visit, hold_id)
    visit.visitor.require("decide", hold["district_id"])
    decisions.require_open(hold, Verdict(chosen.decision, chosen.plan_hash))
    return hold


async def _split(visit: Visit, hold: Hold, chosen: Chosen) -> Split:
    """Which operations are meant, and which others wait. Raises `Problem` 409 where none is meant."""
    pool, district_id, run_id = visit.context.pool, hold["district_id"], UUID(hold["run_id"])
    held = sorted(await operations.held(pool, district_id, run_id))
    meant = set(held)
    if chosen.matching:
        which = chosen.which.model_copy(update={"state": "held"})
        meant = set(await operations.numbers_of(pool, which.of(district_id, run_id)))
    elif chosen.ticked:
        meant = set(chosen.ticked)
    split = Split([seq for seq in held if seq in meant], [seq for seq in held if seq not in meant])
    if not split.meant:
        raise Problem(409, "nothing_chosen", _("None of these operations waits any more. Look at the hold again."))
    return split


def _verdict(chosen: Chosen, split: Split, reason: str) -> Verdict:
    """To reject some is to approve the others: what is not named is rejected."""
    if chosen.decision == "reject" and split.others:
        return Verdict("approve", chosen.plan_hash, tuple(split.others), reason)
    named = tuple(split.meant) if split.others else None
    return Verdict(chosen.decision, chosen.plan_hash, named, reason)


async def _question(visit: Visit, hold: Hold, chosen: Chosen, split: Split) -> Question:
    verdict = _verdict(chosen, split, "")
    weight = await verdicts.weigh(visit.context.pool, hold, verdict)
    done = split.others if chosen.decision == "reject" else split.meant
    effects = await plans.consequences(visit.context.pool, hold["district_id"], UUID(hold["run_id"]), ("held",), done)
    title, button = _title(chosen.decision, hold["school"] or "", len(split.meant), len(split.others))
    return Question(
        title=title,
        sentences=_sentences(chosen.decision, split, consequences.sentence(effects) if done else "", weight),
        action=f"/holds/{hold['id']}/decision",
        button=button,
        back=f"/holds/{hold['id']}",
        fields=chosen.fields(),
        reason="required" if weight.typed else "optional",
        typed=hold["school"] or "" if weight.typed else "",
        danger=weight.removals > 0,
    )


def _title(decision: Decision, school: str, n: int, others: int) -> tuple[str, str]:
    """The title, and the button, which says to how many."""
    many = {"n": number(n), "school": school}
    match decision:
        case "approve":
            return (
                plural("Approve {n} operation of {school}?", "Approve {n} operations of {school}?", n, **many),
                plural("Approve {n} operation", "Approve {n} operations", n, n=number(n)),
            )
        case "suspend":
            return (
                plural(
                    "Only suspend with {n} operation of {school}?",
                    "Only suspend with {n} operations of {school}?",
                    n,
                    **many,
                ),
                plural("Approve {n}, but only suspend", "Approve {n}, but only suspend", n, n=number(n)),
            )
    if others:
        return (
            _("Reject {n} of {all} operations of {school}, and approve the rest?", all=number(n + others), **many),
            _("Reject {n}, approve {others}", n=number(n), others=number(others)),
        )
    title = plural("Reject {n} operation of {school}?", "Reject {n} operations of {school}?", n, **many)
    return title, plural("Reject {n} operation", "Reject {n} operations", n, n=number(n))


def _sentences(decision: Decision, split: Split, effect: str, weight: Weight) -> list[str]:
    """What it comes to, what becomes of the others, and what happens next."""
    n, others = len(split.meant), len(split.others)
    told = _rejecting(n, others, effect) if decision == "reject" else _approving(decision, others, effect)
    if effect:
        told.append(_("A run that begins at once does it. Anything that differs by then waits again."))
    if weight.second:
        told.append(_("The district wants a second person for so many: somebody else has to confirm it within a day."))
    return told


def _rejecting(n: int, others: int, effect: str) -> list[str]:
    """To reject some approves the others; `effect` is what these come to."""
    told = [
        plural(
            "{n} operation is not done: in Moodle it stays as it is, until it changes at the source.",
            "{n} operations are not done: in Moodle it stays as it is, until it changes at the source.",
            n,
            n=number(n),
        )
    ]
    if others:
        told.append(
            plural(
                "The other {n} is approved by this, and done. What that comes to: {effect}",
                "The other {n} are approved by this, and done. What that comes to: {effect}",
                others,
                n=number(others),
                effect=effect,
            )
        )
    return told


def _approving(decision: Decision, others: int, effect: str) -> list[str]:
    """To approve some rejects the others."""
    told = [effect]
    if decision == "suspend":
        told.append(_("Who would be un-enrolled is suspended in the course instead: the place and the grades stay."))
    if others:
        told.append(
            plural(
                "The other {n} is rejected: in Moodle it stays as it is, until it changes at the source.",
                "The other {n} are rejected: in Moodle it stays as it is, until it changes at the source.",
                others,
                n=number(others),
            )
        )
    return told
