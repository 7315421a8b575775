"""The table `source_check`: sources that were tried out within the last day, and what was found."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from common.db import Connection, Pool

KEPT_FOR = timedelta(days=1)
ANSWERED_WITHIN = timedelta(minutes=10)
"""A check that waits longer is called unanswered: no worker runs, or none of its pool."""


@dataclass(frozen=True, slots=True)
class NewCheck:
    """A check to be made; `secrets` are sealed."""

    district_id: str
    id: UUID
    pool: str
    kind: str
    settings: dict[str, Any]
    secrets: bytes
    school: str | None


async def add(conn: Connection, check: NewCheck, asked_by: str) -> None:
    """Let a check wait for a worker."""
    await conn.execute(
        """
        INSERT INTO source_check (district_id, id, pool, kind, settings, secrets, school, asked_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        check.district_id,
        check.id,
        check.pool,
        check.kind,
        check.settings,
        check.secrets,
        check.school,
        asked_by,
    )


async def note_report(conn: Connection, district_id: str, id_: UUID, report: dict[str, Any], told_at: datetime) -> None:
    """Keep what was found; the secrets have served their purpose. The first report stands."""
    await conn.execute(
        """
        UPDATE source_check SET state = 'done', report = $3, done_at = $4, secrets = NULL
        WHERE district_id = $1 AND id = $2 AND state = 'waiting'
        """,
        district_id,
        id_,
        report,
        told_at,
    )


async def one_json(pool: Pool, districts: list[str] | None, id_: UUID) -> str | None:
    """One check without what opens the source, as JSON; None if it is not known, or of a district not to be seen."""
    text: str | None = await pool.fetchval(
        """
        SELECT to_json(c)::text FROM (
            SELECT s.id, s.district_id AS district, d.locale, s.pool, s.kind, s.school, s.asked_at, s.done_at,
                   CASE WHEN s.state = 'waiting' AND s.asked_at < now() - $3::interval THEN 'unanswered'
                        ELSE s.state END AS state,
                   s.report
            FROM source_check s LEFT JOIN district d ON d.id = s.district_id
            WHERE s.id = $2 AND ($1::text[] IS NULL OR s.district_id = ANY($1))) c
        """,
        districts,
        id_,
        ANSWERED_WITHIN,
    )
    return text


async def forget_old(pool: Pool) -> None:
    """Forget checks that were asked for longer ago than `KEPT_FOR`."""
    await pool.execute("DELETE FROM source_check WHERE asked_at < now() - $1::interval", KEPT_FOR)
