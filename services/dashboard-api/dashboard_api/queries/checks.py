"""What the tables `source_check` and `target_check` share: a check waits for a worker, and is answered once."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from common.db import Connection, Pool

What = Literal["source", "target"]
KEPT_FOR = timedelta(days=1)
ANSWERED_WITHIN = timedelta(minutes=10)
"""A check that waits longer is called unanswered: no worker runs, or none of its pool."""
TRIED = {
    "source": "c.kind, c.school",
    "target": "nullif(c.target_id, '') AS target, c.base_url",
}
"""What was tried out, without what opens it."""


async def note_report(
    conn: Connection, what: What, district_id: str, id_: UUID, report: dict[str, Any], told_at: datetime
) -> None:
    """Keep what was found; the secrets have served their purpose. The first report stands."""
    await conn.execute(
        f"""
        UPDATE {what}_check SET state = 'done', report = $3, done_at = $4, secrets = NULL
        WHERE district_id = $1 AND id = $2 AND state = 'waiting'
        """,
        district_id,
        id_,
        report,
        told_at,
    )


async def one_json(pool: Pool, what: What, districts: list[str] | None, id_: UUID) -> str | None:
    """`{id, district, locale, pool, asked_at, done_at, state, report}` and what was tried out (a source's `kind` and
    `school`; a site's `target` and `base_url`), as JSON; None if it is not known, or of a district not to be seen.

    `districts` None: all. `state` is waiting, unanswered (for ten minutes) or done; `report` as the event has it.
    """
    text: str | None = await pool.fetchval(
        f"""
        SELECT to_json(shown)::text FROM (
            SELECT c.id, c.district_id AS district, d.locale, c.pool, {TRIED[what]}, c.asked_at, c.done_at,
                   CASE WHEN c.state = 'waiting' AND c.asked_at < now() - $3::interval THEN 'unanswered'
                        ELSE c.state END AS state,
                   c.report
            FROM {what}_check c LEFT JOIN district d ON d.id = c.district_id
            WHERE c.id = $2 AND ($1::text[] IS NULL OR c.district_id = ANY($1))) shown
        """,
        districts,
        id_,
        ANSWERED_WITHIN,
    )
    return text


async def forget_old(pool: Pool) -> None:
    """Forget checks that were asked for longer ago than `KEPT_FOR`."""
    for table in ("source_check", "target_check"):
        await pool.execute(f"DELETE FROM {table} WHERE asked_at < now() - $1::interval", KEPT_FOR)
