"""The table `hold`: operations that wait for a decision; while they do, the school's nights do not run."""

from datetime import datetime
from uuid import UUID

from common.db import Connection
from common.events import HoldDecided, SyncHeld


async def open_(conn: Connection, event: SyncHeld, at: datetime) -> None:
    """Note a hold, in place of earlier ones; one that was decided or outlived in the meantime is over already."""
    await _end_before(conn, event.district_id, event.school_id, at)
    await conn.execute(
        """
        INSERT INTO hold (district_id, id, school_id, run_id, state, held_at)
        VALUES ($1, $2, $3, $4, CASE WHEN EXISTS (
            SELECT FROM hold o WHERE o.district_id = $1 AND o.school_id = $3 AND o.state = 'over' AND o.held_at > $5
        ) THEN 'over' ELSE 'open' END, $5)
        ON CONFLICT DO NOTHING
        """,
        event.district_id,
        event.hold_id,
        event.school_id,
        event.run_id,
        at,
    )


async def decide(conn: Connection, event: HoldDecided, at: datetime) -> None:
    """Note that a hold is decided, also where it was not told yet."""
    await _note_over(conn, event.district_id, event.hold_id, event.school_id, event.run_id, at)


async def lift(conn: Connection, district_id: str, school_id: UUID, run_id: UUID, at: datetime) -> None:
    """A run ended without a hold: earlier ones are over, and so is any that is still to be told of before it."""
    await _end_before(conn, district_id, school_id, at)
    await _note_over(conn, district_id, school_id, school_id, run_id, at)


async def _end_before(conn: Connection, district_id: str, school_id: UUID, at: datetime) -> None:
    await conn.execute(
        "UPDATE hold SET state = 'over' WHERE district_id = $1 AND school_id = $2 AND state = 'open' AND held_at < $3",
        district_id,
        school_id,
        at,
    )


async def _note_over(
    conn: Connection, district_id: str, id_: UUID, school_id: UUID, run_id: UUID, at: datetime
) -> None:
    """`id_` is the hold's, or the school's for all up to this moment."""
    await conn.execute(
        """
        INSERT INTO hold (district_id, id, school_id, run_id, state, held_at) VALUES ($1, $2, $3, $4, 'over', $5)
        ON CONFLICT (district_id, id) DO UPDATE
        SET state = 'over', held_at = CASE WHEN hold.id = hold.school_id THEN greatest(hold.held_at, excluded.held_at)
                                           ELSE hold.held_at END
        """,
        district_id,
        id_,
        school_id,
        run_id,
        at,
    )
