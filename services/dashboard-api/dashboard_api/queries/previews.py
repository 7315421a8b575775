"""Dry runs of a district's schools, and how many schools were ever synced: tables `run` and `run_error_code`."""

import json
from typing import Any

from common.db import Pool

AMBIGUOUS = "AMBIGUOUS_MATCH"


async def newest(pool: Pool, district_id: str) -> list[dict[str, Any]]:
    """The newest dry run of each school that is set up: `{id, school, status, plan, errors, ambiguous}`, by name."""
    text: str = await pool.fetchval(
        """
        SELECT coalesce(json_agg(json_build_object(
                   'id', r.id, 'school', s.name, 'status', r.status, 'plan', r.plan, 'errors', r.errors,
                   'ambiguous', (SELECT coalesce(sum(c.occurrences), 0) FROM run_error_code c
                                 WHERE c.district_id = r.district_id AND c.run_id = r.id AND c.code = $2))
                   ORDER BY lower(s.name), s.id), '[]')::text
        FROM school s CROSS JOIN LATERAL (
            SELECT * FROM run r WHERE r.district_id = s.district_id AND r.school_id = s.id AND r.dry_run
            ORDER BY r.noted_at DESC, r.id DESC LIMIT 1) r
        WHERE s.district_id = $1 AND s.shared AND s.target_id IS NOT NULL
        """,
        district_id,
        AMBIGUOUS,
    )
    found: list[dict[str, Any]] = json.loads(text)
    return found


async def synced(pool: Pool, district_id: str) -> int:
    """Runs of the district that may have written to Moodle."""
    n: int = await pool.fetchval(
        "SELECT count(*) FROM run WHERE district_id = $1 AND NOT dry_run AND mode <> 'refresh'", district_id
    )
    return n
