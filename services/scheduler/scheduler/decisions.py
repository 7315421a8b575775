"""The run that does what somebody approved."""

from common.db import Connection
from common.events import HoldDecided
from scheduler import runs, schools
from scheduler.orders import run_of
from scheduler.runs import PRIORITIES, Run


async def follower(conn: Connection, event: HoldDecided) -> Run | None:
    """A run of the held one's kind, mode and scope; None if the school is not set up any more."""
    rows = await schools.named(conn, event.district_id, [event.school_id])
    if not rows or rows[0]["target_id"] is None:
        return None
    held = await runs.find(conn, event.district_id, event.run_id)
    return Run(
        district_id=event.district_id,
        id=run_of(event.hold_id, event.school_id),
        order_id=event.hold_id,
        school_id=event.school_id,
        target_id=rows[0]["target_id"],
        pool=rows[0]["pool"],
        kind=held[0].kind if held else "roster",
        mode=held[0].mode if held else "full",
        dry_run=False,
        trigger="decision",
        scope=held[0].scope if held else {},
        priority=PRIORITIES["decision"],
    )
