"""The processes of all services, as each publishes its own (`common.workers`)."""

from common.db import Pool
from common.workers import GONE_AFTER


async def list_json(pool: Pool) -> str:
    """A JSON array of the processes that lived within the last day, by service, those that live first.

    Each is `{service, id, host, pid, version, schema_version, pools, at_work, started_at, seen_at, stopped_at, state}`;
    `state` is live, stopped (in good order) or gone; `at_work` is `[{type, district_id, run_id, since}]`.
    """
    text: str = await pool.fetchval(
        f"""
        SELECT coalesce(json_agg(to_json(w) ORDER BY w.service, w.state <> 'live', w.started_at DESC), '[]')::text
        FROM ({await _states(pool)}) w
        """,
        GONE_AFTER,
    )
    return text


async def versions_json(pool: Pool) -> str:
    """A JSON array by service: `{service, workers, versions, schema_version}`, `workers` and versions of those alive.

    Several versions stand there while new processes take the place of old ones.
    """
    text: str = await pool.fetchval(
        f"""
        SELECT coalesce(json_agg(to_json(v) ORDER BY v.service), '[]')::text FROM (
            SELECT w.service, count(*) FILTER (WHERE w.state = 'live') AS workers,
                   coalesce(array_agg(DISTINCT w.version) FILTER (WHERE w.state = 'live'), '{{}}') AS versions,
                   max(w.schema_version) AS schema_version
            FROM ({await _states(pool)}) w GROUP BY w.service) v
        """,
        GONE_AFTER,
    )
    return text


async def _states(pool: Pool) -> str:
    """The rows of all services that were ever started on this database, as a statement."""
    views = await pool.fetch(
        "SELECT format('%I.worker', schemaname) AS view FROM pg_views "
        "WHERE starts_with(schemaname, 'fleet_') AND viewname = 'worker'"
    )
    rows = " UNION ALL ".join(f"SELECT * FROM {row['view']}" for row in views)
    return f"""
        SELECT r.*, CASE WHEN r.stopped_at IS NOT NULL THEN 'stopped'
                         WHEN r.seen_at < now() - $1::interval THEN 'gone' ELSE 'live' END AS state
        FROM ({rows}) r
    """
