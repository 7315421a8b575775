"""Orders, as the runs that they come to (table `run`) tell of them, as JSON."""

from uuid import UUID

from common.db import Pool


async def one_json(pool: Pool, districts: list[str] | None, id_: UUID) -> str | None:
    """An order: how many runs it has come to, how far they are, and each of them in short; None if there is none.

    `districts` None: all. A decision about a hold is an order with the id of the hold.
    """
    text: str | None = await pool.fetchval(
        """
        WITH runs AS (
            SELECT r.id AS run_id, r.school_id, s.name AS school, r.status, r.outcome, r.failure_code, r.errors,
                   r.ended_at, r.kind, r.mode, r.dry_run, r.reason, r.ordered_by, r.ordered_at, r.noted_at,
                   r.district_id, r.status >= 'refused' AS ended
            FROM run r LEFT JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
            WHERE r.order_id = $1 AND ($2::text[] IS NULL OR r.district_id = ANY($2))
        )
        SELECT json_build_object(
                   'id', $1::uuid, 'district_id', min(district_id), 'kind', min(kind), 'mode', min(mode),
                   'dry_run', bool_or(dry_run), 'reason', max(reason), 'ordered_by', min(ordered_by),
                   'ordered_by_name', coalesce((SELECT o.name FROM operator o WHERE o.id::text = min(ordered_by)),
                                               (SELECT k.name FROM api_key k WHERE k.id::text = min(ordered_by))),
                   'ordered_at', coalesce(min(ordered_at), min(noted_at)),
                   'total', count(*), 'done', count(*) FILTER (WHERE ended), 'ended', bool_and(ended),
                   'ended_at', CASE WHEN bool_and(ended) THEN max(ended_at) END,
                   'errors', coalesce(sum(errors), 0),
                   'statuses', (SELECT json_object_agg(status, n) FROM (
                                    SELECT status, count(*) AS n FROM runs GROUP BY status) k),
                   'runs', json_agg(json_build_object(
                               'run_id', run_id, 'school_id', school_id, 'school', school, 'status', status,
                               'outcome', outcome, 'failure_code', failure_code, 'errors', errors,
                               'ended_at', ended_at) ORDER BY lower(school), run_id)
               )::text
        FROM runs HAVING count(*) > 0
        """,
        id_,
        districts,
    )
    return text
