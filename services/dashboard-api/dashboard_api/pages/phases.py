"""The phases of a run, in order, each with what is done of how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from common.language import mark
from dashboard_api.language import _
from dashboard_api.words.amounts import moment
from dashboard_api.words.standing import unit

NAMES = {"fetching": mark("Read the roster"), "planning": mark("Plan"), "applying": mark("Apply to Moodle")}
WORDS = {
    "waiting": mark("waits"),
    "running": mark("under way"),
    "done": mark("done"),
    "failed": mark("failed"),
    "skipped": mark("not needed"),
    "held": mark("waits for a decision"),
    "missed": mark("not reached"),
}
ORDER = ("ordered", "requested", *NAMES)


@dataclass(frozen=True, slots=True)
class PhaseView:
    """`state` is one of `WORDS`; `value` and `most` are for a progress bar; `took` is in milliseconds, once over."""

    name: str
    state: str
    words: str
    value: int | None = None
    most: int | None = None
    took: float | None = None


def phases_of(run: dict[str, Any]) -> list[PhaseView]:
    """Reading, planning and applying, as far as they have come."""
    told = {phase["phase"]: phase for phase in run["phases"]}
    views = [_view(phase, _state(phase, run), told.get(phase)) for phase in NAMES]
    return [replace(view, took=_took(run, place, views, told)) for place, view in enumerate(views)]


def _took(
    run: dict[str, Any], place: int, views: Sequence[PhaseView], told: Mapping[str, dict[str, Any]]
) -> float | None:
    """Milliseconds until the next phase began, or the run ended in this one; None where nobody told of either."""
    phase, *later = [*NAMES][place:]
    if views[place].state not in ("done", "failed") or phase not in told:
        return None
    if any(view.state in ("done", "running", "failed") for view in views[place + 1 :]):
        ended = moment(told[later[0]]["started_at"]) if later[0] in told else None
    else:
        ended = moment(run["ended_at"])
    started = moment(told[phase]["started_at"])
    return (ended - started).total_seconds() * 1000 if started and ended and ended >= started else None


def _state(phase: str, run: dict[str, Any]) -> str:
    status = run["status"]
    if status == "completed":
        if run["outcome"] == "held" and phase == "applying" and not run["actions"]:
            return "held"
        return "done" if phase in _passed(run) else "skipped"
    if status == "failed":
        return _place(phase, run["failure_phase"] or "fetching", now="failed", later="missed")
    if status == "refused":
        return "missed"
    return _place(phase, status, now="running", later="waiting")


def _passed(run: dict[str, Any]) -> tuple[str, ...]:
    """What a completed run has been through."""
    match run["outcome"]:
        case "refreshed":
            return ("fetching",)
        case "previewed" | "nothing_to_do":
            return ("fetching", "planning")
    return tuple(NAMES)


def _place(phase: str, current: str, *, now: str, later: str) -> str:
    difference = ORDER.index(phase) - ORDER.index(current)
    return now if difference == 0 else "done" if difference < 0 else later


def _view(phase: str, state: str, told: dict[str, Any] | None) -> PhaseView:
    name, word = _(NAMES[phase]), _(WORDS[state])
    if state in ("skipped", "held", "missed", "waiting") or told is None:
        return PhaseView(name, state, word)
    done, total = told["done"], told["total"]
    if state == "done" and done != total:
        return PhaseView(name, state, word)  # told at most once a second, the last number may be old
    if state == "done" or total is None:
        return PhaseView(name, state, unit(phase, done))
    return PhaseView(name, state, unit(phase, done, total), done, total)
