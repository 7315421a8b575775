"""Leadership by advisory lock: of all processes of a service one at a time does a job that must not be done twice."""

import asyncio
from collections.abc import Awaitable, Callable
from zlib import crc32

import asyncpg
import structlog

from common.db import Pool

RETRY_SECONDS = 2.0

log = structlog.get_logger()


async def lead(pool: Pool, name: str, job: Callable[[], Awaitable[None]], every: float) -> None:
    """While this process leads, run `job` each `every` seconds; otherwise wait to lead. Runs until cancelled.

    The lock lives as long as its database session: when a leader dies, the next takes over within `RETRY_SECONDS`.
    An exception in `job` is logged and the next turn comes; losing the session loses the lead.
    """
    while True:
        try:
            async with pool.acquire() as conn:
                if await conn.fetchval("SELECT pg_try_advisory_lock($1, $2)", LEADERS, crc32(name.encode()) >> 1):
                    log.info("leading", job=name)
                    await _work(conn, job, every)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning("the lead was lost", job=name, error=type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def _work(conn: asyncpg.pool.PoolConnectionProxy, job: Callable[[], Awaitable[None]], every: float) -> None:
    while True:
        await conn.execute("SELECT 1")
        try:
            await job()
        except Exception:
            log.exception("the leader's job failed")
        await asyncio.sleep(every)


LEADERS = 0x6C656164
