"""Forgets what no longer counts: old hints, sessions that ran out, attempts to sign in, checks of sources, old acts.

And counts how schools stand, for the metrics.
"""

import asyncio
from typing import get_args

import structlog
from prometheus_client import Gauge

from common.db import DATABASE_AWAY, Pool
from dashboard_api.auth.sessions import WINDOW
from dashboard_api.queries import (
    checks,
    hints,
    idempotency_keys,
    invitations,
    people,
    school_list,
    sessions,
    sign_in_attempts,
)
from dashboard_api.queries.school_list import SchoolStatus

CLEAN_EVERY = 60.0
MEASURE_EVERY = 30.0
SCHOOLS = Gauge("rosterbus_schools", "Schools by how they stand", ["status"])

log = structlog.get_logger()


async def clean(pool: Pool) -> None:
    """Once; whoever leads repeats it each `CLEAN_EVERY` seconds."""
    await hints.forget_old(pool)
    await sessions.forget_expired(pool)
    await invitations.forget_expired(pool)
    await sign_in_attempts.forget_old(pool, WINDOW)
    await checks.forget_old(pool)
    await idempotency_keys.forget_old(pool)


async def count_people(pool: Pool) -> None:
    """Count the people of the districts where a roster has changed; as often as `clean`."""
    for district_id, basis in await people.outdated(pool):
        async with pool.acquire() as conn, conn.transaction():
            await people.count(conn, district_id, basis)


async def measure(pool: Pool) -> None:
    """Count the schools of all districts by their status."""
    counted = await school_list.count_by_status(pool)
    for status in get_args(SchoolStatus):
        SCHOOLS.labels(status).set(counted.get(status, 0))


async def keep_measuring(pool: Pool) -> None:
    """The same again and again."""
    while True:
        try:
            await measure(pool)
        except DATABASE_AWAY as error:
            log.debug("schools could not be counted", error=type(error).__name__)
        await asyncio.sleep(MEASURE_EVERY)
