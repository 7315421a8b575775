"""Leaving a source alone that does not answer, run after run (a circuit breaker). And the table `breaker`.

After so many runs in a row without an answer of use, runs fail at once for a minute. Then one run may try: if it fails
too, the pause doubles, up to a quarter of an hour; if the source answers, be it with a refusal, all go on.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from common.db import Connection, Pool
from common.registry import Source
from roster_fetcher.metrics import BREAKER
from roster_fetcher.patience import Patience, in_words
from roster_fetcher.sources.http import PassingTrouble
from roster_fetcher.sources.protocol import SourceTrouble

FIRST_PAUSE, LONGEST_PAUSE = 60, 900
"""Seconds."""
NO_ANSWER = {"SOURCE_UNREACHABLE", "SOURCE_BAD_RESPONSE"}
SAYS_NOTHING = {"SETTINGS_INVALID", "SOURCE_RATE_LIMITED"}
"""Codes of troubles that may arise before the source is asked."""

log = structlog.get_logger()


class State(NamedTuple):
    """A row. `retry_at` is when one run may try; while that is under way, when another may."""

    failures: int = 0
    reason: str = ""
    opened_at: datetime | None = None
    pause: int = 0
    retry_at: datetime | None = None


def after_failure(state: State, reason: str, now: datetime, most: int, *, trial: bool) -> State:
    """The state after another run without an answer; `most` of them in a row open the breaker."""
    failures = state.failures + 1
    if state.opened_at is None:
        if failures < most:
            return State(failures, reason)
        return State(failures, reason, now, FIRST_PAUSE, now + timedelta(seconds=FIRST_PAUSE))
    if not trial:  # it began before the breaker opened, and is no news
        return state
    pause = min(2 * state.pause, LONGEST_PAUSE)
    return State(failures, reason, state.opened_at, pause, now + timedelta(seconds=pause))


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
    state = await _state(conn, source)
    if state.opened_at is None:
        return False
    if await _take_trial(conn, source, trial_seconds, now):
        BREAKER.labels("half_open").inc()
        return True
    raise _left_alone(state)


async def fail(
    conn: Connection, source: Source, reason: str, most: int, *, trial: bool, now: datetime | None = None
) -> None:
    """The run got no answer of use."""
    async with conn.transaction():
        await conn.execute(
            "INSERT INTO breaker VALUES ($1, $2, 0, '', NULL, 0, NULL) ON CONFLICT DO NOTHING",
            source.district_id,
            source.id,
        )
        before = await _state(conn, source, lock=True)
        moment = now or await conn.fetchval("SELECT clock_timestamp()")
        after = after_failure(before, reason, moment, most, trial=trial)
        await conn.execute(
            """
            UPDATE breaker SET failures = $3, reason = $4, opened_at = $5, pause = $6, retry_at = $7
            WHERE district_id = $1 AND source_id = $2
            """,
            source.district_id,
            source.id,
            *after,
        )
    if after.retry_at != before.retry_at:
        BREAKER.labels("open").inc()
    if before.opened_at is None and after.opened_at:
        log.warning("the source is left alone for a while", source=source.id, failures=after.failures)


async def close(conn: Connection, source: Source) -> None:
    """The source answered."""
    row = await conn.fetchrow(
        "DELETE FROM breaker WHERE district_id = $1 AND source_id = $2 RETURNING opened_at",
        source.district_id,
        source.id,
    )
    if row and row["opened_at"]:
        BREAKER.labels("closed").inc()
        log.info("the source answers again", source=source.id)


async def reset(conn: Connection | Pool, district_id: str) -> None:
    """Let all sources of a district be asked: what kept them from answering may have been put right."""
    rows = await conn.fetch("DELETE FROM breaker WHERE district_id = $1 RETURNING source_id, opened_at", district_id)
    for row in rows:
        if row["opened_at"]:
            BREAKER.labels("closed").inc()
            log.info("the source is asked again, as settings were changed", source=row["source_id"])


async def _take_trial(conn: Connection, source: Source, seconds: float, now: datetime | None) -> bool:
    """Only one gets it, and nobody else until it must have ended."""
    return (
        await conn.fetchval(
            """
        UPDATE breaker SET retry_at = clock.now + make_interval(secs => $4)
        FROM (SELECT coalesce($3::timestamptz, clock_timestamp()) AS now) clock
        WHERE district_id = $1 AND source_id = $2 AND retry_at <= clock.now
        RETURNING true
        """,
            source.district_id,
            source.id,
            now,
            seconds,
        )
        is True
    )


async def _state(conn: Connection, source: Source, *, lock: bool = False) -> State:
    row = await conn.fetchrow(
        "SELECT failures, reason, opened_at, pause, retry_at FROM breaker WHERE district_id = $1 AND source_id = $2"
        + (" FOR UPDATE" if lock else ""),
        source.district_id,
        source.id,
    )
    return State(*row) if row else State()


def _left_alone(state: State) -> SourceTrouble:
    assert state.opened_at and state.retry_at
    message = (
        f"The source is left alone since {in_words(state.opened_at)}, after {state.failures} runs in a row failed. "
        f"The last one: {state.reason} It is tried again at {in_words(state.retry_at)}; run again then."
    )
    return SourceTrouble("SOURCE_CIRCUIT_OPEN", message)
