"""Leaving alone, for a while, what does not answer run after run (a circuit breaker). And the table `breaker`.

After so many runs in a row without an answer of use, runs fail at once for a minute. Then one run may try: if it fails
too, the pause doubles, up to a quarter of an hour; if an answer comes, be it a refusal, all go on. The table is in the
schema of each service that has breakers, so all its workers share them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from prometheus_client import Counter

from common.db import Connection, Pool
from common.moments import in_words

FIRST_PAUSE, LONGEST_PAUSE = 60, 900
"""Seconds."""

log = structlog.get_logger()


class State(NamedTuple):
    """A row. `retry_at` is when one run may try; while that is under way, when another may."""

    failures: int = 0
    reason: str = ""
    opened_at: datetime | None = None
    pause: int = 0
    retry_at: datetime | None = None


class LeftAlone(Exception):  # noqa: N818 - it is no error that somebody waits
    """A run may not ask now. Its words say since when, why, and until when."""

    def __init__(self, kind: str, state: State) -> None:
        assert state.opened_at and state.retry_at
        super().__init__(
            f"The {kind} is left alone since {in_words(state.opened_at)}, after {state.failures} runs in a row failed. "
            f"The last one: {state.reason} It is tried again at {in_words(state.retry_at)}; run again then."
        )


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


@dataclass(frozen=True, slots=True)
class Breakers:
    """The breakers of one kind of subject.

    `kind` is the word for it in logs and sentences, such as source; `turns` counts by `state`: open, half_open, closed.
    """

    kind: str
    turns: Counter

    async def enter(
        self, conn: Connection, district_id: str, subject: str, trial_seconds: float, now: datetime | None = None
    ) -> bool:
        """Whether this run is the trial, which ends within `trial_seconds`. Raises `LeftAlone` if it may not ask."""
        state = await _state(conn, district_id, subject)
        if state.opened_at is None:
            return False
        if await _take_trial(conn, district_id, subject, trial_seconds, now):
            self.turns.labels("half_open").inc()
            return True
        raise LeftAlone(self.kind, state)

    async def fail(
        self,
        conn: Connection,
        district_id: str,
        subject: str,
        reason: str,
        most: int,
        *,
        trial: bool,
        now: datetime | None = None,
    ) -> None:
        """The run got no answer of use. `reason` says so in a sentence."""
        async with conn.transaction():
            before = await _locked(conn, district_id, subject)
            moment = now or await conn.fetchval("SELECT clock_timestamp()")
            after = after_failure(before, reason, moment, most, trial=trial)
            await _write(conn, district_id, subject, after)
        if after.retry_at != before.retry_at:
            self.turns.labels("open").inc()
        if before.opened_at is None and after.opened_at:
            log.warning(f"the {self.kind} is left alone for a while", failures=after.failures, **self._named(subject))

    async def close(self, conn: Connection, district_id: str, subject: str) -> None:
        """An answer came."""
        row = await conn.fetchrow(
            "DELETE FROM breaker WHERE district_id = $1 AND subject = $2 RETURNING opened_at", district_id, subject
        )
        if row and row["opened_at"]:
            self.turns.labels("closed").inc()
            log.info(f"the {self.kind} answers again", **self._named(subject))

    async def reset(self, conn: Connection | Pool, district_id: str) -> None:
        """Let all of a district be asked: what kept them from answering may have been put right."""
        rows = await conn.fetch("DELETE FROM breaker WHERE district_id = $1 RETURNING subject, opened_at", district_id)
        for row in rows:
            if row["opened_at"]:
                self.turns.labels("closed").inc()
                log.info(f"the {self.kind} is asked again, as settings were changed", **self._named(row["subject"]))

    def _named(self, subject: str) -> dict[str, str]:
        return {self.kind: subject}


async def _take_trial(conn: Connection, district_id: str, subject: str, seconds: float, now: datetime | None) -> bool:
    """Only one gets it, and nobody else until it must have ended."""
    return (
        await conn.fetchval(
            """
        UPDATE breaker SET retry_at = clock.now + make_interval(secs => $4)
        FROM (SELECT coalesce($3::timestamptz, clock_timestamp()) AS now) clock
        WHERE district_id = $1 AND subject = $2 AND retry_at <= clock.now
        RETURNING true
        """,
            district_id,
            subject,
            now,
            seconds,
        )
        is True
    )


async def _locked(conn: Connection, district_id: str, subject: str) -> State:
    """The state, which nobody else changes until the caller's transaction ends."""
    await conn.execute(
        "INSERT INTO breaker VALUES ($1, $2, 0, '', NULL, 0, NULL) ON CONFLICT DO NOTHING", district_id, subject
    )
    return await _state(conn, district_id, subject, lock=True)


async def _state(conn: Connection, district_id: str, subject: str, *, lock: bool = False) -> State:
    row = await conn.fetchrow(
        "SELECT failures, reason, opened_at, pause, retry_at FROM breaker WHERE district_id = $1 AND subject = $2"
        + (" FOR UPDATE" if lock else ""),
        district_id,
        subject,
    )
    return State(*row) if row else State()


async def _write(conn: Connection, district_id: str, subject: str, state: State) -> None:
    await conn.execute(
        """
        UPDATE breaker SET failures = $3, reason = $4, opened_at = $5, pause = $6, retry_at = $7
        WHERE district_id = $1 AND subject = $2
        """,
        district_id,
        subject,
        *state,
    )
