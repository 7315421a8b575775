"""The table `target_check`: Moodle sites that were tried out within the last day, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from common.db import Connection, Pool
from dashboard_api.declare.model import Role
from dashboard_api.queries.source_checks import ANSWERED_WITHIN, KEPT_FOR


@dataclass(frozen=True, slots=True)
class NewTargetCheck:
    """A check to be made. `target_id` blank: of a site that is not declared; `secrets` are sealed."""

    district_id: str
    pool: str
    target_id: str
    base_url: str
    roles: Mapping[Role, int]
    secrets: bytes


async def add(conn: Connection, check: NewTargetCheck, asked_by: str) -> UUID:
    """Let a check wait for a worker; its id."""
    id_: UUID = await conn.fetchval(
        """
        INSERT INTO target_check (district_id, pool, target_id, base_url, roles, secrets, asked_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
        """,
        check.district_id,
        check.pool,
        check.target_id,
        check.base_url,
        dict(check.roles),
        check.secrets,
        asked_by,
    )
    return id_


async def note_report(conn: Connection, district_id: str, id_: UUID, report: dict[str, Any], told_at: datetime) -> None:
    """Keep what was found; the secrets have served their purpose. The first report stands."""
    await conn.execute(
        """
        UPDATE target_check SET state = 'done', report = $3, done_at = $4, secrets = NULL
        WHERE district_id = $1 AND id = $2 AND state = 'waiting'
        """,
        district_id,
        id_,
        report,
        told_at,
    )


async def one_json(pool: Pool, districts: list[str] | None, id_: UUID) -> str | None:
    """`{id, district, locale, pool, target, base_url, asked_at, done_at, state, report}` as JSON; None if not known.

    `districts` None: all. `state` is waiting, unanswered (for ten minutes) or done; `report` as `TargetReport` has it.
    """
    text: str | None = await pool.fetchval(
        """
        SELECT to_json(c)::text FROM (
            SELECT t.id, t.district_id AS district, d.locale, t.pool, nullif(t.target_id, '') AS target, t.base_url,
                   t.asked_at, t.done_at,
                   CASE WHEN t.state = 'waiting' AND t.asked_at < now() - $3::interval THEN 'unanswered'
                        ELSE t.state END AS state,
                   t.report
            FROM target_check t LEFT JOIN district d ON d.id = t.district_id
            WHERE t.id = $2 AND ($1::text[] IS NULL OR t.district_id = ANY($1))) c
        """,
        districts,
        id_,
        ANSWERED_WITHIN,
    )
    return text


async def forget_old(pool: Pool) -> None:
    """Forget checks that were asked for longer ago than `KEPT_FOR`."""
    await pool.execute("DELETE FROM target_check WHERE asked_at < now() - $1::interval", KEPT_FOR)
