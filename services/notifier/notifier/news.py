"""What a run's end, or its hold, says of how the school stands: pure."""

from dataclasses import dataclass

from common.events import SyncCompleted, SyncFailed, SyncHeld

Told = SyncCompleted | SyncFailed | SyncHeld
"""What people are told of."""


@dataclass(frozen=True, slots=True)
class News:
    """What a run's end says of how its school stands; None where it says nothing. Read models may not know it yet."""

    on_hold: bool | None = None
    with_errors: bool | None = None


def news_of(event: Told) -> News:
    """What is new with the school now that the run has ended, or that a part of it waits.

    A device's failure is none of the school's.
    """
    if isinstance(event, SyncHeld):
        return News(on_hold=True)
    if event.mode == "refresh":
        return News()
    if isinstance(event, SyncFailed):
        return News() if event.device_id else News(with_errors=True)
    if event.dry_run or event.outcome == "cancelled":
        return News()
    on_hold = True if event.outcome == "held" else False if event.lifts_hold else None
    return News(on_hold, event.errors > 0 or event.outcome == "with_errors")
