"""What keeps a run with one worker: a heartbeat, by which the scheduler knows that somebody works, and the fence.

    async with beating(uow.pool, event):            # the job, from its first to its last line
        async with uow.step() as step:
            await check(step.conn, event)           # in the transaction of each write
            …

A run without a heartbeat for ten minutes is taken away: it fails, and its school may run again. The worker may only
have been slow, so every admission has a number of its own, and whoever comes back with an old one finds its writes
refused. `FenceLost` then ends the job quietly: its event is settled, and nothing is told, since the scheduler has told
the end. A fence of 0 (an event of an older scheduler, a test) is not looked at.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

import structlog

from common.db import DATABASE_AWAY, Connection, Pool
from common.outcome import AlreadyHandled

BEAT_SECONDS = 30.0

log = structlog.get_logger()


class FenceLost(AlreadyHandled):
    """The run has ended, or was given to another worker: stop, write nothing, tell nothing."""


class Fenced(Protocol):
    """An event, or a job made from one, that carries a run's fence."""

    @property
    def district_id(self) -> str:
        """The run's district."""

    @property
    def run_id(self) -> UUID:
        """The run."""

    @property
    def fence(self) -> int:
        """The number of its admission."""


async def check(conn: Connection, run: Fenced) -> None:
    """Raises `FenceLost` if the run is no longer ours. Inside a transaction: until its end nobody can take the run.

    A lock that workers share, and the watchdog needs alone, closes the gap between this look and the commit.
    """
    if not run.fence:
        return
    await conn.execute("SELECT pg_advisory_xact_lock_shared(schedule.lock_of($1))", run.run_id)
    ours = await conn.fetchval(
        "SELECT true FROM schedule.run WHERE district_id = $1 AND run_id = $2 AND fence = $3 AND state = 'running'",
        run.district_id,
        run.run_id,
        run.fence,
    )
    if not ours:
        raise FenceLost


@asynccontextmanager
async def beating(pool: Pool, run: Fenced, every: float = BEAT_SECONDS) -> AsyncIterator[None]:
    """Let the scheduler know, each `every` seconds, that somebody works on the run. Raises `FenceLost` at once."""
    if run.fence and not await _beat(pool, run):
        log.info("the run is no longer this worker's; its event is laid aside")
        raise FenceLost
    task = asyncio.create_task(_keep_beating(pool, run, every)) if run.fence else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def hand_on(conn: Connection, run: Fenced) -> None:
    """The next worker's turn, in the transaction that tells it: until that one begins, no heartbeat is expected."""
    if run.fence:
        await conn.execute("SELECT schedule.hand_on($1, $2, $3)", run.district_id, run.run_id, run.fence)


async def _keep_beating(pool: Pool, run: Fenced, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            await _beat(pool, run)
        except DATABASE_AWAY as error:
            log.debug("the heartbeat was not heard", error=type(error).__name__)


async def _beat(pool: Pool, run: Fenced) -> bool:
    beats: bool = await pool.fetchval("SELECT schedule.beat($1, $2, $3)", run.district_id, run.run_id, run.fence)
    return beats
