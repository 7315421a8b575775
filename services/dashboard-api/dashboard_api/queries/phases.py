"""The table `run_phase`: how far each phase of a run has come."""

from datetime import datetime

from common.db import Connection
from common.events import SyncProgressed


async def note(conn: Connection, event: SyncProgressed, at: datetime) -> None:
    """Keep the newest report of a phase; one that is told late only moves the phase's start back."""
    await conn.execute(
        """
        INSERT INTO run_phase (district_id, run_id, phase, done, total, started_at, told_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6)
        ON CONFLICT (district_id, run_id, phase) DO UPDATE SET
            done = CASE WHEN excluded.told_at > run_phase.told_at THEN excluded.done ELSE run_phase.done END,
            total = CASE WHEN excluded.told_at > run_phase.told_at THEN excluded.total ELSE run_phase.total END,
            started_at = least(run_phase.started_at, excluded.started_at),
            told_at = greatest(run_phase.told_at, excluded.told_at)
        """,
        event.district_id,
        event.run_id,
        event.phase,
        event.done,
        event.total,
        at,
    )
