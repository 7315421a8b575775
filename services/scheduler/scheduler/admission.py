"""Who may begin: as many as districts, Moodles and pools take, districts in turns. One statement for all that wait."""

from collections.abc import Sequence

from common.db import Connection
from common.events import SyncRequested
from common.uow import UnitOfWork
from scheduler import retries, runs
from scheduler.runs import Run

ADMISSION_LOCK = 0x61646D6974  # "admit"
AT_ONCE = 1000
"""Runs admitted in one transaction."""
IN_FLIGHT = 100
"""Runs of a pool that are with its workers, or wait in their queues, at the most."""


async def admit(uow: UnitOfWork, in_flight: int = IN_FLIGHT) -> int:
    """Let runs begin, inside the unit of work; how many. `AT_ONCE` means that there may be more."""
    admitted = await choose(uow.conn, in_flight)
    for run in admitted:
        uow.emit(request(run))
    return len(admitted)


async def admit_in(uow: UnitOfWork, in_flight: int = IN_FLIGHT) -> int:
    """The same as a unit of work of its own."""
    async with uow:
        return await admit(uow, in_flight)


def request(run: Run) -> SyncRequested:
    """What is told of a run that begins."""
    return SyncRequested.model_validate(
        {
            "district_id": run.district_id,
            "pool": run.pool,
            "run_id": run.id,
            "school_id": run.school_id,
            "kind": run.kind,
            "mode": run.mode,
            "dry_run": run.dry_run,
            "scope": run.scope,
            "additions_only": run.additions_only,
            "device_id": run.device_id,
            "trigger": run.trigger,
            "fence": run.fence,
            "retries_left": retries.left(run),
        }
    )


async def choose(conn: Connection, in_flight: int = IN_FLIGHT) -> Sequence[Run]:
    """Mark up to `AT_ONCE` waiting runs as running, in the order in which they are to be told; each with a new fence.

    Limits are counted over all open runs, so one scheduler at a time decides (a transaction lock). A run's `turn` is
    its place in its district's queue (people before the night's wave, then the earlier order), behind what of the
    district runs already: the lowest turns go first, whichever district they are of, and among equals people, then the
    district that was admitted longest ago. The pool is the district's present one: moving it takes effect here.
    """
    await conn.execute("SELECT pg_advisory_xact_lock($1)", ADMISSION_LOCK)
    rows = await conn.fetch(
        f"""
        WITH running AS (
            SELECT district_id, target_id, pool, count(*) AS n FROM run WHERE state = 'running' GROUP BY 1, 2, 3
        ), of_target AS (
            SELECT w.id, w.district_id, w.priority, w.ordered_at, d.max_parallel, d.pool,
                   row_number() OVER (PARTITION BY w.district_id, w.target_id ORDER BY w.priority, w.ordered_at, w.id)
                       + coalesce(r.n, 0) <= t.max_parallel AS fits
            FROM run w
            JOIN registry.district d ON d.id = w.district_id
            JOIN registry.target t ON t.district_id = w.district_id AND t.id = w.target_id
            LEFT JOIN (SELECT district_id, target_id, sum(n) AS n FROM running GROUP BY 1, 2) r
                   ON r.district_id = w.district_id AND r.target_id = w.target_id
            WHERE w.state = 'waiting' AND (w.not_before IS NULL OR w.not_before <= now())
              AND NOT EXISTS (SELECT FROM run o WHERE o.district_id = w.district_id AND o.subject = w.subject
                                                  AND o.state = 'running')
        ), of_district AS (
            SELECT f.*, row_number() OVER (PARTITION BY f.district_id ORDER BY f.priority, f.ordered_at, f.id)
                            + coalesce(r.n, 0) AS turn
            FROM of_target f
            LEFT JOIN (SELECT district_id, sum(n) AS n FROM running GROUP BY 1) r ON r.district_id = f.district_id
            WHERE fits
        ), of_pool AS (
            SELECT f.id, f.pool, f.turn, f.priority, f.district_id, coalesce(last.fence, 0) AS last, f.ordered_at,
                   row_number() OVER (PARTITION BY f.pool
                                      ORDER BY f.turn, f.priority, coalesce(last.fence, 0), f.ordered_at, f.id)
                       + coalesce(r.n, 0) <= $1 AS fits
            FROM of_district f
            LEFT JOIN turn last ON last.district_id = f.district_id
            LEFT JOIN (SELECT pool, sum(n) AS n FROM running GROUP BY 1) r ON r.pool = f.pool
            WHERE f.turn <= f.max_parallel
        ), chosen AS MATERIALIZED (
            SELECT id, pool, nextval('fence') AS fence FROM (
                SELECT id, pool FROM of_pool WHERE fits
                ORDER BY turn, priority, last, ordered_at, id LIMIT {AT_ONCE}) ordered
        ), begun AS (
            UPDATE run SET state = 'running', requested_at = now(), pool = c.pool, fence = c.fence
            FROM chosen c WHERE run.id = c.id RETURNING {runs.READ}
        ), turned AS (
            INSERT INTO turn (district_id, fence) SELECT district_id, max(fence) FROM begun GROUP BY 1
            ON CONFLICT (district_id) DO UPDATE SET fence = excluded.fence
        )
        SELECT * FROM begun ORDER BY fence
        """,
        in_flight,
    )
    return [runs.from_row(row) for row in rows]
