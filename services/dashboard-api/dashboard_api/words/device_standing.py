"""How a device stands and when it syncs, in words."""

from typing import Any

from common.language import mark
from dashboard_api.language import _
from dashboard_api.words.standing import Badge

Json = dict[str, Any]

BADGES = {
    "online": Badge(mark("Online"), "tick", "ok"),
    "offline": Badge(mark("Offline"), "slash", "calm"),
    "never": Badge(mark("Never seen"), "dashed", "none"),
}
REMOVED = Badge(mark("Removed"), "slash", "calm")


def contact(device: Json) -> str:
    """Whether the device is there: a key of `BADGES`."""
    if device["online"]:
        return "online"
    return "offline" if device["last_contact_at"] else "never"


def badge(device: Json) -> Badge:
    """Whether the device is there."""
    return (REMOVED if device["removed_at"] else BADGES[contact(device)]).said()


def sentence(device: Json, waits: bool) -> str:
    """When it syncs next, and what has to be so for that."""
    if device["removed_at"]:
        return _("It was removed. What became of its syncs is kept.")
    if not device["enabled"]:
        return _("Its sync is disabled: nothing crosses, neither by itself nor by hand, until it is enabled.")
    if waits:
        return _("It was offline at its time, and syncs as soon as it is there.")
    if not device["daily_at"]:
        return _("It syncs only when somebody starts it: no daily time is set.")
    if device["at_next_contact"]:
        return _("It syncs daily at {time} UTC, or at its next contact if it is offline then.", time=device["daily_at"])
    return _("It syncs daily at {time} UTC if it is online then.", time=device["daily_at"])
