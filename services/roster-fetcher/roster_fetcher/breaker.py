"""Leaving a source alone that does not answer, run after run: what counts as that."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from common.breaker import Breakers, LeftAlone
from common.db import Connection, Pool
from common.registry import Source
from roster_fetcher.metrics import BREAKER
from roster_fetcher.patience import Patience
from roster_fetcher.sources.http import PassingTrouble
from roster_fetcher.sources.protocol import SourceTrouble

NO_ANSWER = {"SOURCE_UNREACHABLE", "SOURCE_BAD_RESPONSE"}
SAYS_NOTHING = {"SETTINGS_INVALID", "SOURCE_RATE_LIMITED"}
"""Codes of troubles that may arise before the source is asked."""

SOURCES = Breakers("source", BREAKER)


@asynccontextmanager
async def watched(pool: Pool, source: Source, patience: Patience) -> AsyncIterator[None]:
    """What is done with a source, as far as it may be done now; how it ends is taken note of.

    Raises `SourceTrouble` SOURCE_CIRCUIT_OPEN. A trial that ends in something else than an answer or none, such as a
    lost worker, is followed by another after a while.
    """
    async with pool.acquire() as conn:
        trial = await enter(conn, source, 2 * patience.budget)
    try:
        yield
    except SourceTrouble as trouble:
        async with pool.acquire() as conn:
            if isinstance(trouble, PassingTrouble) and trouble.code in NO_ANSWER:
                await fail(conn, source, str(trouble), patience.failures, trial=trial)
            elif trouble.code not in SAYS_NOTHING:
                await close(conn, source)
        raise
    async with pool.acquire() as conn:
        await close(conn, source)


async def enter(conn: Connection, source: Source, trial_seconds: float, now: datetime | None = None) -> bool:
    """Whether this run is the trial. Raises `SourceTrouble` SOURCE_CIRCUIT_OPEN if it may not ask the source."""
    try:
        return await SOURCES.enter(conn, source.district_id, source.id, trial_seconds, now)
    except LeftAlone as left_alone:
        raise SourceTrouble("SOURCE_CIRCUIT_OPEN", str(left_alone)) from None


async def fail(
    conn: Connection, source: Source, reason: str, most: int, *, trial: bool, now: datetime | None = None
) -> None:
    """The run got no answer of use."""
    await SOURCES.fail(conn, source.district_id, source.id, reason, most, trial=trial, now=now)


async def close(conn: Connection, source: Source) -> None:
    """The source answered."""
    await SOURCES.close(conn, source.district_id, source.id)


async def reset(conn: Connection | Pool, district_id: str) -> None:
    """Let all sources of a district be asked: what kept them from answering may have been put right."""
    await SOURCES.reset(conn, district_id)
