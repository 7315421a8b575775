"""Nights that come and nights that came, in words."""

from collections.abc import Sequence
from typing import Any

from common.language import listed, mark
from dashboard_api.language import _
from dashboard_api.preview import Coming
from dashboard_api.words.acts import WEEKDAYS
from dashboard_api.words.standing import REFUSALS

STATES = {
    "due": mark("Is due"),
    "run": mark("Ran"),
    "missed": mark("Missed"),
    "skipped": mark("Left out"),
    "refused": mark("Not started"),
}
CLOCKS = {
    "skipped": mark("The clocks go forward over its time: it begins right after."),
    "repeated": mark("The clocks go back over its time: it begins once, the first time."),
}


def notes(coming: Coming, reason: str) -> list[str]:
    """What is to be known about a night of one school."""
    found = [_(CLOCKS[coming.night.oddity])] if coming.night.oddity else []
    if coming.blackout:
        found.append(_("No sync on this date: {reason}", reason=reason) if reason else _("No sync on this date."))
    if coming.paused:
        found.append(_("Paused."))
    return found


def explained(night: dict[str, Any]) -> dict[str, Any]:
    """A night that came, with `word` for what became of it and `why`."""
    state, reason = night["state"], night["reason"] or ""
    return {**night, "word": _(STATES[state]) if state in STATES else state, "why": _(REFUSALS.get(reason, reason))}


def of_week(days: Sequence[str]) -> str:
    """Mon, Tue and Wed"""
    return listed(_(WEEKDAYS[day]) for day in days)


def mode_done(mode: str, school: str) -> str:
    """What is so from now on."""
    match mode:
        case "paused":
            return _("The nightly sync of {school} is paused.", school=school)
        case "additions_only":
            return _("At night, {school} only gets additions.", school=school)
    return _("The nightly sync of {school} is on.", school=school)
