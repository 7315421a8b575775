"""Setting up a district step by step: what it lacks says which step comes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

STEPS = ("district", "source", "test", "moodle", "check", "schools", "preview", "approve")
"""In order; the last is done by the first full sync."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a district has come. `previews` are its dry runs, the newest of each school."""

    declared: bool = False
    sources: int = 0
    listed: int = 0
    targets: int = 0
    usable: bool = False
    set_up: int = 0
    previews: Sequence[dict[str, Any]] = ()
    synced: int = 0


def step_of(stand: Stand) -> str:
    """The first step that is not done; blank: all are."""
    previewed = [run for run in stand.previews if run["status"] == "completed"]
    done = {
        "district": stand.declared,
        "source": stand.sources > 0,
        "test": stand.sources > 0 and stand.listed == stand.sources,
        "moodle": stand.targets > 0,
        "check": stand.usable or stand.set_up > 0,
        "schools": stand.set_up > 0,
        "preview": bool(previewed) and len(previewed) == len(stand.previews),
        "approve": stand.synced > 0,
    }
    return next((step for step in STEPS if not done[step]), "")


def rehearsal(previews: Sequence[dict[str, Any]]) -> dict[str, int]:
    """What the previews come to: accounts and courses that are there already, that are new, and that are doubtful."""
    plans = [run["plan"] or {} for run in previews]
    return {
        "linked_people": _sum(plans, "user", "link"),
        "new_people": _sum(plans, "user", "create"),
        "linked_courses": _sum(plans, "course", "link"),
        "new_courses": _sum(plans, "course", "create"),
        "enrolments": _sum(plans, "enrolment", "enrol", "create"),
        "ambiguous": sum(run["ambiguous"] for run in previews),
        "errors": sum(run["errors"] or 0 for run in previews),
    }


def _sum(plans: Sequence[dict[str, Any]], entity: str, *kinds: str) -> int:
    return sum(plan.get(entity, {}).get(kind, 0) for plan in plans for kind in kinds)
