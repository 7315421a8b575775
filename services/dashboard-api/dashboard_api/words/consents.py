"""Acts that wait for a second person, in words."""

from typing import Any

from common.language import mark
from dashboard_api.language import _

ACTS = {
    "undo": mark("Take back a run"),
    "approval": mark("Approve removals above the limit"),
    "force": mark("Force a device's sync"),
}
STATES = {
    "waiting": mark("Waits for a second person"),
    "confirmed": mark("Confirmed"),
    "rejected": mark("Rejected"),
    "expired": mark("Ran out after a day"),
}
TAKEN_BACK = mark("Taken back")
"""Rejected by whoever asked."""


def explained_consent(consent: dict[str, Any]) -> dict[str, Any]:
    """The consent with `title` (the act) and `state_title` in words."""
    state = TAKEN_BACK if is_taken_back(consent) else STATES[consent["state"]]
    return {**consent, "title": _(ACTS[consent["act"]]), "state_title": _(state)}


def is_taken_back(consent: dict[str, Any]) -> bool:
    """Whether it was whoever asked who decided against it."""
    return bool(consent["state"] == "rejected" and consent["decided_by"] == consent["asked_by"])
