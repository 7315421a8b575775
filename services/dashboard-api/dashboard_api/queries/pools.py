"""Pools of workers, as the scheduler publishes them (`schedule.pool`, `schedule.run`)."""

from common.db import Pool

PUBLISHED = "SELECT to_regclass('schedule.pool') IS NOT NULL"
WITHOUT_SCHEDULER = """
    SELECT coalesce(json_agg(json_build_object('pool', pool, 'districts', districts, 'services', '[]'::json,
                                               'running', 0, 'waiting', 0) ORDER BY pool), '[]')::text
    FROM (SELECT pool, count(*) AS districts FROM district
          WHERE $1::text[] IS NULL OR id = ANY ($1) GROUP BY pool) p
"""
WITH_SCHEDULER = """
    SELECT coalesce(json_agg(json_build_object(
               'pool', p.pool, 'districts', p.districts,
               'services', (SELECT coalesce(json_agg(json_build_object(
                                       'service', s.service, 'workers', s.workers, 'messages', s.messages,
                                       'looked_at', s.looked_at) ORDER BY s.service DESC), '[]')
                            FROM schedule.pool s WHERE s.pool = p.pool),
               'running', (SELECT count(*) FROM schedule.run r JOIN district d ON d.id = r.district_id
                           WHERE d.pool = p.pool AND r.state = 'running'),
               'waiting', (SELECT count(*) FROM schedule.run r JOIN district d ON d.id = r.district_id
                           WHERE d.pool = p.pool AND r.state = 'waiting')) ORDER BY p.pool), '[]')::text
    FROM (SELECT pool, count(*) AS districts FROM district
          WHERE $1::text[] IS NULL OR id = ANY ($1) GROUP BY pool) p
"""


async def list_json(pool: Pool, districts: list[str] | None) -> str:
    """A JSON array of pools: `pool, districts, services, running, waiting`."""
    statement = WITH_SCHEDULER if await pool.fetchval(PUBLISHED) else WITHOUT_SCHEDULER
    text: str = await pool.fetchval(statement, districts)
    return text
