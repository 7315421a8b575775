"""The events by which sources and Moodle sites are tried out, and what was found is told; taken from `events`."""

from uuid import UUID

from common.event_model import Event
from common.source_report import SourceReport
from common.target_report import TargetReport


class SourceCheckOrdered(Event):
    """Somebody wants to know what a source lets us see; what to open stands in `registry.source_check`."""

    type = "source.check_ordered"
    publishers = ("dashboard-api",)
    subscribers = ("roster-fetcher", "dashboard-api")

    check_id: UUID
    """The check."""


class SourceChecked(Event):
    """A source was tried out. Nothing of what it gave was kept."""

    type = "source.checked"
    publishers = ("roster-fetcher",)
    subscribers = ("dashboard-api",)

    check_id: UUID
    """The check."""
    report: SourceReport
    """What was seen."""


class TargetCheckOrdered(Event):
    """Somebody wants to know what a Moodle site lets us do; what to open stands in `registry.target_check`."""

    type = "target.check_ordered"
    publishers = ("dashboard-api",)
    subscribers = ("moodle-sync", "dashboard-api")

    check_id: UUID
    """The check."""


class TargetChecked(Event):
    """A Moodle site was looked at, for somebody who wanted to know."""

    type = "target.checked"
    publishers = ("moodle-sync",)
    subscribers = ("dashboard-api",)

    check_id: UUID
    """The check."""
    report: TargetReport
    """What the site lets us do."""
