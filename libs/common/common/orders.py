"""Events by which people set things going; the others, and what all events promise, stand in `events.py`."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from common.event_model import Count, DeviceId, DryRun, Event, Mode, PlanHash, RunEvent, RunKind, RunScope


class SyncOrdered(Event):
    """A person or an API key asked for runs of some schools, or of all that have a target.

    The run of a school has the id `uuid5(order_id, str(school_id))`, so whoever knows the order knows its runs.
    """

    type = "sync.ordered"
    publishers = ("dashboard-api",)
    subscribers = ("scheduler", "dashboard-api")

    order_id: UUID
    """The order; the ids of its runs follow from it."""
    schools: tuple[UUID, ...] | None = None
    """The schools to run; absent: all of the district that have a target."""
    kind: RunKind = "roster"
    device_id: DeviceId = None
    mode: Mode
    dry_run: DryRun = False
    scope: RunScope = RunScope()
    """What of each school the run is narrowed to; absent: everything."""
    reason: str = ""
    """Why the run was ordered, as the operator put it."""
    ordered_by: str
    """Id of the operator or API key; never a name."""


class HoldDecided(RunEvent):
    """A person decided on operations that waited. The run that did not apply them is named; the next one honours it.

    What is approved is done by the next run that plans the very same operation; if the source or Moodle has moved
    since, it is another operation, and is asked again.
    """

    type = "hold.decided"
    publishers = ("dashboard-api",)
    subscribers = ("moodle-sync", "scheduler", "dashboard-api")

    hold_id: UUID
    """The hold."""
    plan_hash: PlanHash
    decision: Literal["approve", "reject", "suspend"]
    """suspend: approve, but enrolments that would be taken away are only suspended."""
    operations: tuple[Count, ...] | None = Field(default=None, max_length=20_000)
    """The operations that are decided on, by number; absent: all of them. Those left out are rejected."""
    decided_by: str
    """Id of the operator or API key; never a name."""
    reason: str = ""
    """Why, as the operator put it."""


class SyncCancelOrdered(RunEvent):
    """Somebody wants the run to stop at the next safe point."""

    type = "sync.cancel_ordered"
    publishers = ("dashboard-api",)
    subscribers = ("roster-fetcher", "moodle-sync", "scheduler", "dashboard-api")

    ordered_by: str
    """Id of the operator or API key; never a name."""
    reason: str = ""
    """Why, as the operator put it."""


class SettingsChanged(Event):
    """Something that an operator declares was changed; readers take the present state from `registry`."""

    type = "settings.changed"
    publishers = ("dashboard-api",)
    subscribers = ("roster-fetcher", "scheduler")

    what: Literal["district", "source", "target", "school", "device"]
    """The kind of thing that was changed."""
    list_schools: bool = False
    """The source should be asked which schools it shares."""
