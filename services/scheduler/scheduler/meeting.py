"""What becomes of a new run when its school has others: a pure decision, and how it is carried out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from common.db import Connection
from common.event_model import RunScope
from common.events import SyncRefused
from scheduler import runs
from scheduler.runs import Run

RANKS = {"refresh": 0, "nightly": 1, "partial": 1, "full": 2}
PATIENT = ("schedule", "arrival", "decision", "retry")
"""What waits behind the run that is under way; people are told at once instead, and may decide anew."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`wait`: take it in; `replace`: in the place of `other`, which waits; `coalesce`: `other` does it as well;
    `refuse`: `other` is in the way."""

    what: Literal["wait", "replace", "coalesce", "refuse"]
    other: Run | None = None


@dataclass(slots=True)
class Met:
    """What became of new runs: those that wait, and beside each of the others the run that it met."""

    waiting: list[Run] = field(default_factory=list)
    coalesced: list[tuple[Run, Run]] = field(default_factory=list)
    refused: list[tuple[Run, Run]] = field(default_factory=list)
    replaced: list[tuple[Run, Run]] = field(default_factory=list)
    """Runs that had waited, each with the new one in its place."""

    def refusals(self) -> list[SyncRefused]:
        """What is to be told of those that will not run; those that were replaced are among them."""
        return [
            *(refusal(run, "coalesced", other.id) for run, other in self.coalesced + self.replaced),
            *(refusal(run, "already_running", other.id) for run, other in self.refused),
        ]


def covers(one: Run, other: Run) -> bool:
    """Whether one run does all that the other would do."""
    if (one.kind, one.dry_run) != (other.kind, other.dry_run) or RANKS[one.mode] < RANKS[other.mode]:
        return False
    if one.additions_only and not other.additions_only:
        return False
    mine, its = RunScope.model_validate(one.scope), RunScope.model_validate(other.scope)
    return mine == its or (one.kind == "roster" and mine.whole)


def decide(new: Run, waiting: Run | None, running: Run | None) -> Decision:
    """How a new run meets the one of its school that waits and the one that runs."""
    if running and new.trigger not in PATIENT:
        return Decision("refuse", running)
    if waiting is None:
        return Decision("wait")
    if covers(new, waiting) and (new.trigger == "decision" or waiting.trigger == "retry"):
        return Decision("replace", waiting)
    if covers(waiting, new):
        return Decision("coalesce", waiting)
    return Decision("replace" if covers(new, waiting) or waiting.trigger == "retry" else "refuse", waiting)


async def take_in(conn: Connection, wanted: Sequence[Run]) -> Met:
    """Let new runs wait, one a school, as `decide` says. Those that were taken in before are left out.

    Whoever else takes in runs of the same schools at this moment is met in the next round.
    """
    met = Met()
    left = list(wanted)
    while left:
        known = await runs.known(conn, [run.id for run in left])
        left = await _meet(conn, [run for run in left if run.id not in known], met)
    return met


async def _meet(conn: Connection, left: Sequence[Run], met: Met) -> list[Run]:
    waiting, running = await runs.open_runs(conn, [run.subject for run in left])
    decided = [(run, decide(run, waiting.get(run.subject), running.get(run.subject))) for run in left]
    replaced = {d.other.id: run for run, d in decided if d.what == "replace" and d.other}
    gone = await runs.give_way(conn, list(replaced)) if replaced else set()
    met.replaced += [(old, replaced[old.id]) for old in waiting.values() if old.id in gone]
    coalesced = [(run, d.other) for run, d in decided if d.what == "coalesce" and d.other]
    if coalesced:
        await runs.hurry(conn, {other.id: run.priority for run, other in coalesced})
    met.coalesced += coalesced
    met.refused += [(run, d.other) for run, d in decided if d.what == "refuse" and d.other]
    new = [run for run, d in decided if d.what in ("wait", "replace")]
    taken = await runs.add_waiting(conn, new) if new else set()
    met.waiting += [run for run in new if run.id in taken]
    return [run for run in new if run.id not in taken]


def refusal(run: Run, reason: str, running: UUID | None = None) -> SyncRefused:
    """The refusal of a run."""
    return SyncRefused.model_validate(
        {
            "district_id": run.district_id,
            "pool": run.pool,
            "run_id": run.id,
            "school_id": run.school_id,
            "reason": reason,
            "running_run_id": running,
            "mode": run.mode,
            "trigger": run.trigger,
            "device_id": run.device_id,
        }
    )
