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


def explained_consent(consent: dict[str, Any]) -> dict[str, Any]:
    """The consent with `title` (the act) and `state_title` in words."""
    return {**consent, "title": _(ACTS[consent["act"]]), "state_title": _(STATES[consent["state"]])}
