"""What must be said before something dangerous is done: the name of what it is about, typed, and a reason. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard_api.declare.second_person import SecondPerson
from dashboard_api.language import _
from dashboard_api.problems import Problem


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody typed to confirm, and why they want it; blank where nothing was asked."""

    typed: str = ""
    reason: str = ""


NOTHING_SAID = Said()


def require_typed(school: str, typed: str, reason: str) -> None:
    """Raises `Problem` 422, saying what to type, unless the school's name was typed and a reason given.

    Capitals do not matter: the name is typed to look twice, not to be spelt.
    """
    sentence = _("To confirm, type the name of the school in `confirm`: {school}. Nothing was done yet.", school=school)
    _require(school, Said(typed, reason), sentence)


def require_device_typed(device: str, said: Said) -> None:
    """The same of a device."""
    sentence = _("To confirm, type the name of the device in `confirm`: {device}. Nothing was done yet.", device=device)
    _require(device, said, sentence)


def _require(name: str, said: Said, sentence: str) -> None:
    if said.typed.strip().casefold() != name.strip().casefold():
        raise Problem(422, "confirm_needed", sentence)
    if not said.reason.strip():
        raise Problem(
            422, "reason_needed", _("Give a reason in `reason`; it is kept in the audit log. Nothing was done yet.")
        )


def is_over_limit(removals: int, guards: Sequence[dict[str, Any]], policy: SecondPerson) -> bool:
    """Whether so many removals are approved that the name has to be typed.

    The limit is the district's own number for approvals; without one, the strictest of those that the plan exceeded.
    """
    limits = [int(guard["limit"]) for guard in guards]
    limit = policy.approvals_over_limit if policy.approvals_over_limit is not None else min(limits, default=0)
    return removals > limit


def approval_needs_another(removals: int, policy: SecondPerson) -> bool:
    """Whether an approval of so many removals needs a second person."""
    return policy.approvals_over_limit is not None and removals > policy.approvals_over_limit
