"""Pools of workers, as the scheduler publishes them (`schedule.pool`, `schedule.run`)."""

from common.db import Pool
from dashboard_api.queries.pages import Page

PUBLISHED = "SELECT to_regclass('schedule.pool') IS NOT NULL"
WITHOUT_SCHEDULER = "SELECT pool, districts, '[]'::json AS services, 0 AS running, 0 AS waiting FROM kept"
WITH_SCHEDULER = """
    SELECT p.pool, p.districts,
           (SELECT coalesce(json_agg(json_build_object('service', s.service, 'workers', s.workers,
                                                       'messages', s.messages, 'looked_at', s.looked_at)
                                     ORDER BY s.service DESC), '[]')
            FROM schedule.pool s WHERE s.pool = p.pool) AS services,
           (SELECT count(*) FROM schedule.run r JOIN district d ON d.id = r.district_id
            WHERE d.pool = p.pool AND r.state = 'running') AS running,
           (SELECT count(*) FROM schedule.run r JOIN district d ON d.id = r.district_id
            WHERE d.pool = p.pool AND r.state = 'waiting') AS waiting
    FROM kept p
"""


async def page(pool: Pool, districts: list[str] | None, after: str | None, limit: int) -> Page:
    """A page of pools by name: `pool, districts, services, running, waiting`. `after` is the last one before it."""
    shown = WITH_SCHEDULER if await pool.fetchval(PUBLISHED) else WITHOUT_SCHEDULER
    row = await pool.fetchrow(
        f"""
        WITH page AS (
            SELECT pool, count(*) AS districts FROM district
            WHERE ($1::text[] IS NULL OR id = ANY ($1)) AND ($2::text IS NULL OR pool > $2)
            GROUP BY pool ORDER BY pool LIMIT $3 + 1
        ), kept AS (SELECT * FROM page ORDER BY pool LIMIT $3), shown AS ({shown})
        SELECT coalesce(json_agg(to_json(shown) ORDER BY pool), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $3 THEN json_build_array(max(pool))::text END AS next
        FROM shown
        """,
        districts,
        after,
        limit,
    )
    assert row is not None
    return Page.of(row)
