"""Leaving a Moodle alone that does not answer, run after run: what counts as that.

A run is watched from its first call to Moodle on; one that makes none neither asks nor tells. Another address or token
of the target is another subject, so that a change of either lets all runs in at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b

from prometheus_client import Counter

from common.breaker import Breakers, LeftAlone
from common.db import Pool
from common.delivery import NotNow
from common.errors import Permanent
from common.registry import Target
from moodle_sync.application import Cancelled
from moodle_sync.moodle.errors import LONGEST_WAIT, NoAnswer, Refused
from moodle_sync.settings import Settings

SITES = Breakers(
    "site",
    Counter(
        "rosterbus_moodle_breaker_total",
        "Moodle sites left alone (open), tried (half_open), called as usual (closed)",
        ["state"],
    ),
)


def subject_of(target: Target) -> str:
    """What a target's breaker is kept under: the target, and what it is called with."""
    called_with = blake2b(target.base_url.encode() + b"\0" + target.secrets, digest_size=8)
    return f"{target.id}@{called_with.hexdigest()}"


class Watch:
    """One run and the breaker of its site."""

    def __init__(self, pool: Pool, target: Target, settings: Settings) -> None:
        self._pool = pool
        self._target = target
        self._key = target.district_id, subject_of(target)
        self._most = settings.moodle_failures
        self._trial_seconds = settings.moodle_attempts * settings.moodle_timeout_seconds + LONGEST_WAIT
        self._entering = asyncio.Lock()
        self._entered = self._trial = False
        self.answered = False

    async def enter(self) -> None:
        """Ask, before the run's first call, whether it may make any. Raises `Permanent` LMS_CIRCUIT_OPEN if not."""
        async with self._entering:
            if self._entered:
                return
            async with self._pool.acquire() as conn:
                try:
                    self._trial = await SITES.enter(conn, *self._key, self._trial_seconds)
                except LeftAlone as left_alone:
                    raise Permanent(str(left_alone), code="LMS_CIRCUIT_OPEN") from None
            self._entered = True

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """A call to the site. Raises as `enter` does if it is the run's first."""
        await self.enter()
        try:
            yield
        except (Refused, Permanent):
            await self._note_answer()
            raise
        await self._note_answer()

    async def fail(self, reason: str) -> None:
        """The run has got no answer. Rows of what the target was called with before are forgotten."""
        async with self._pool.acquire() as conn:
            await SITES.fail(conn, *self._key, reason, self._most, trial=self._trial)
            await conn.execute(
                "DELETE FROM breaker WHERE district_id = $1 AND subject <> $2 AND starts_with(subject, $3)",
                *self._key,
                f"{self._target.id}@",
            )

    async def close(self) -> None:
        """The site answers."""
        async with self._pool.acquire() as conn:
            await SITES.close(conn, *self._key)

    async def _note_answer(self) -> None:
        """The first answer to a trial lets all others in: its run may take long."""
        self.answered = True
        if self._trial:
            self._trial = False
            await self.close()


@asynccontextmanager
async def watching(pool: Pool, target: Target, settings: Settings) -> AsyncIterator[Watch]:
    """Watch a run's calls; how it ends is taken note of."""
    watch = Watch(pool, target, settings)
    try:
        yield watch
    except NoAnswer as trouble:
        await watch.fail(str(trouble))
        raise
    except (Permanent, NotNow, Cancelled):
        if watch.answered:
            await watch.close()
        raise
    if watch.answered:
        await watch.close()
