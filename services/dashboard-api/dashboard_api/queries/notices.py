"""The table `notice`: who was told of a run, by what means."""

from datetime import datetime

from common.db import Connection
from common.events import NoticeFailed, NoticeSent


async def note(conn: Connection, event: NoticeSent | NoticeFailed, at: datetime) -> None:
    """Keep what became of a notice; one that was sent counts as sent, whatever else is told of it."""
    await conn.execute(
        """
        INSERT INTO notice (district_id, run_id, channel, recipient_id, sent_at, failure)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (district_id, run_id, channel, recipient_id) DO UPDATE
        SET sent_at = coalesce(notice.sent_at, excluded.sent_at), failure = coalesce(notice.failure, excluded.failure)
        """,
        event.district_id,
        event.run_id,
        event.channel,
        event.recipient_id,
        at if isinstance(event, NoticeSent) else None,
        event.detail if isinstance(event, NoticeFailed) else None,
    )
