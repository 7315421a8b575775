"""Whether a run reads what changed or everything, and the table `cursor`: where the next reading of changes begins."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from common.db import Connection
from common.events import Mode
from roster_fetcher.sources.protocol import Cursor

FULL_EVERY_DAYS = 7
"""Days after which everything is read again, since no source tells all that vanishes (Wonde's and 1EdTech's advice)."""


class Saved(NamedTuple):
    """A cursor as it was kept, and when everything was read last."""

    cursor: Cursor
    full_at: datetime


class Choice(NamedTuple):
    """What to read: since a cursor's value, or everything for this reason (a sentence, blank if that is the mode's)."""

    since: str | None
    reason: str = ""


def choose(mode: Mode, settings: dict[str, Any], saved: Saved | None, now: datetime) -> Choice:
    """Nightly and partial runs read changes where that can be trusted; a full run and a refresh read everything."""
    if mode in ("full", "refresh") or settings.get("changes_only") is False:
        return Choice(None)
    if saved is None:
        return Choice(None, "There is no complete reading that changes could be added to.")
    days = int(settings.get("full_every_days", FULL_EVERY_DAYS))
    if now - saved.full_at >= timedelta(days=days):
        return Choice(None, f"Everything is read again after {days} days.")
    if saved.cursor.doubt:
        return Choice(None, saved.cursor.doubt)
    return Choice(saved.cursor.value)


async def recall(conn: Connection, district_id: str, school_id: UUID, key: bytes) -> Saved | None:
    """The school's cursor, if its last snapshot was complete and read under the same settings (`key`)."""
    row = await conn.fetchrow(
        """
        SELECT value, doubt, full_at FROM cursor c
        WHERE district_id = $1 AND school_id = $2 AND key = $3
          AND snapshot = (SELECT max(number) FROM snapshot WHERE district_id = $1 AND school_id = $2)
        """,
        district_id,
        school_id,
        key,
    )
    return Saved(Cursor(row["value"], row["doubt"]), row["full_at"]) if row else None


async def save(conn: Connection, district_id: str, school_id: UUID, snapshot: int, key: bytes, saved: Saved) -> None:
    """Keep the cursor that goes with a complete snapshot in place of the earlier one."""
    await conn.execute(
        """
        INSERT INTO cursor (district_id, school_id, snapshot, key, value, doubt, full_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (district_id, school_id) DO UPDATE SET
            snapshot = excluded.snapshot, key = excluded.key, value = excluded.value, doubt = excluded.doubt,
            full_at = excluded.full_at
        """,
        district_id,
        school_id,
        snapshot,
        key,
        *saved.cursor,
        saved.full_at,
    )
