"""The table `hold_decision`: what people decided about operations that wait."""

from datetime import datetime

from common.db import Connection
from common.orders import HoldDecided


async def add(conn: Connection, event: HoldDecided, at: datetime) -> bool:
    """Keep a decision; False if there was one about this hold already, which then stands."""
    status = await conn.execute(
        """
        INSERT INTO hold_decision
            (district_id, hold_id, run_id, school_id, decision, operations, decided_by, reason, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
        """,
        event.district_id,
        event.hold_id,
        event.run_id,
        event.school_id,
        event.decision,
        None if event.operations is None else list(event.operations),
        event.decided_by,
        event.reason,
        at,
    )
    return status == "INSERT 0 1"
