"""Watches over runs that are with workers: one that nobody works on any more fails, and its school is free again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from common.db import Connection, Row
from common.events import SyncFailed
from common.uow import UnitOfWork
from scheduler import meeting, retries, runs
from scheduler.runs import Run

STUCK_AFTER = timedelta(minutes=10)
"""Without a heartbeat from the worker that has the run in hand."""
LOST_AFTER = timedelta(hours=1)
"""Without a worker that has it in hand, though there are some and their queue is empty."""
TAKEN_AWAY = Counter("rosterbus_runs_taken_away_total", "Runs that were taken from workers without a heartbeat")

log = structlog.get_logger()


async def watch(uow: UnitOfWork, stuck_after: timedelta = STUCK_AFTER, lost_after: timedelta = LOST_AFTER) -> int:
    """Fail the runs that are stuck; how many. A run that waits in the queue of a pool without workers is not."""
    failed = 0
    async with uow:
        for row in await _stuck(uow.conn, stuck_after, lost_after):
            run = await runs.take_away(uow.conn, row["district_id"], row["id"], "stuck")
            if run:
                failed += 1
                await _fail(uow, run, row)
    if failed:
        TAKEN_AWAY.inc(failed)
        log.warning("runs without a heartbeat were failed", runs=failed)
    return failed


async def _fail(uow: UnitOfWork, run: Run, row: Row) -> None:
    now: datetime = row["now"]
    again = retries.again(run, "WORKER_LOST", now)
    if again:
        await meeting.take_in(uow.conn, [again])
    uow.emit(
        SyncFailed.model_validate(
            {
                "district_id": run.district_id,
                "pool": run.pool,
                "run_id": run.id,
                "school_id": run.school_id,
                "mode": run.mode,
                "phase": "applying" if row["handed_on_at"] or run.kind != "roster" else "fetching",
                "code": "WORKER_LOST",
                "retry_planned": again is not None,
            }
        )
    )


async def _stuck(conn: Connection, stuck_after: timedelta, lost_after: timedelta) -> Sequence[Row]:
    return await conn.fetch(
        """
        SELECT r.district_id, r.id, r.handed_on_at, now() AS now FROM run r
        WHERE r.state = 'running' AND (
            r.heartbeat_at < now() - $1::interval
            OR r.heartbeat_at IS NULL AND coalesce(r.handed_on_at, r.requested_at) < now() - $2::interval AND EXISTS (
                SELECT FROM pool_state p
                WHERE p.pool = r.pool AND p.workers > 0 AND p.messages = 0 AND p.looked_at > now() - interval '1 minute'
                  AND p.service = CASE WHEN r.handed_on_at IS NULL AND r.kind = 'roster'
                                       THEN 'roster-fetcher' ELSE 'moodle-sync' END))
        """,
        stuck_after,
        lost_after,
    )
