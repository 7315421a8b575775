"""One school as its page shows it, from the read models, as JSON."""

import json
from typing import Any
from uuid import UUID

from common.db import Pool


async def one(pool: Pool, district_id: str, school_id: UUID, runs: int) -> dict[str, Any] | None:
    """The row of `school_overview` with `causes`, `runs`, `devices` and `spread_seconds`; None: no such school.

    `causes`: `{code, severity, records, since}`, the worst first. `runs`: its latest that ended and were not previews
    or refreshes of counts, the newest first, each `{run_id, kind, mode, trigger, status, outcome, health, errors,
    actions, failure_code, noted_at, ended_at, duration_ms}`.
    """
    text: str | None = await pool.fetchval(
        """
        SELECT to_json(found)::text FROM (
            SELECT o.*,
                   (SELECT coalesce(json_agg(to_json(c)), '[]') FROM (
                        SELECT code, severity, records, since FROM school_error
                        WHERE district_id = $1 AND school_id = $2
                        ORDER BY array_position(ARRAY['critical', 'error', 'warning'], severity), records DESC, code
                    ) c) AS causes,
                   (SELECT coalesce(json_agg(to_json(ended)), '[]') FROM (
                        SELECT id AS run_id, kind, mode, trigger, status, outcome,
                               CASE WHEN status = 'failed' THEN 'failed'
                                    WHEN outcome = 'held' THEN 'held'
                                    WHEN errors > 0 OR outcome = 'with_errors' THEN 'with_errors'
                                    ELSE 'clean' END AS health,
                               errors, actions, failure_code, noted_at, ended_at, duration_ms
                        FROM run
                        WHERE district_id = $1 AND school_id = $2 AND status IN ('failed', 'completed')
                          AND mode IS DISTINCT FROM 'refresh' AND dry_run IS DISTINCT FROM true AND device_id IS NULL
                        ORDER BY noted_at DESC, id DESC LIMIT $3) ended) AS runs,
                   (SELECT count(*) FROM device
                    WHERE district_id = $1 AND school_id = $2 AND removed_at IS NULL) AS devices,
                   (SELECT spread_minutes * 60 FROM district WHERE id = $1) AS spread_seconds
            FROM school_overview o WHERE o.district_id = $1 AND o.id = $2) found
        """,
        district_id,
        school_id,
        runs,
    )
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found
