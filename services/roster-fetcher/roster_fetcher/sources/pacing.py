"""Requests wait for their turn, so that all workers together stay within a server's limit."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic

from common.db import Pool, spare_reset
from common.moments import in_words
from roster_fetcher import pace
from roster_fetcher.metrics import PACE_SECONDS
from roster_fetcher.patience import Patience
from roster_fetcher.sources.limits import remaining
from roster_fetcher.sources.protocol import SourceTrouble

LOOK_SECONDS = 1.0
"""How often we look whether there is a limit after all, where none is known: others may have been told of one."""


class Pace:
    """The pace of one credential at one server. `whose` says whose requests the server counts."""

    def __init__(self, pool: Pool, whose: str, per_minute: int | None, patience: Patience) -> None:
        self._pool = pool
        self._credential = pace.credential_of(whose)
        self._bucket = pace.bucket_of(per_minute)
        self._patience = patience
        self._remaining: int | None = None
        self._look_at = 0.0

    async def turn(self) -> None:
        """Wait until a request may be sent. Raises `SourceTrouble` SOURCE_RATE_LIMITED if that takes too long."""
        began = monotonic()
        if began < self._look_at:
            return
        for _ in range(self._patience.attempts + 1):
            if await self._try():
                PACE_SECONDS.inc(monotonic() - began)
                return
        raise _used_up()

    async def heard(self, status: int, headers: Mapping[str, str]) -> None:
        """Take note of what an answer says to remain, where that is less than was believed."""
        said = remaining(status, headers)
        if said is None or (self._remaining is not None and 0 < self._remaining <= said.requests):
            return
        self._look_at = 0.0
        async with self._pool.acquire() as conn:
            if said.requests:
                await pace.note(conn, self._credential, *said)
            else:
                await pace.close(conn, self._credential, said.seconds)
            spare_reset(conn)

    async def _try(self) -> bool:
        """Take a token, and wait for it if it is still to come. False: there was none, and one waited for the next."""
        async with self._pool.acquire() as conn:
            place = await pace.take(conn, self._credential, self._bucket, self._patience.budget)
            closed = None if place else await pace.look(conn, self._credential, self._bucket)
            spare_reset(conn)
        if place is None:
            return await self._wait_for_token(closed)
        self._remaining = place.remaining
        if not place.wait:
            return True
        await asyncio.sleep(place.wait)
        return not await self._was_closed()

    async def _wait_for_token(self, closed: pace.Closed | None) -> bool:
        if closed is None:
            return await self._without_row()
        wait = max(closed)
        if wait > self._patience.budget:
            raise _too_long(wait)
        await asyncio.sleep(self._patience.jittered(wait))
        return False

    async def _without_row(self) -> bool:
        if not self._bucket.interval:
            self._remaining = None
            self._look_at = monotonic() + LOOK_SECONDS
            return True
        async with self._pool.acquire() as conn:
            await pace.begin(conn, self._credential)
        return await self._try()

    async def _was_closed(self) -> bool:
        """Whether the server closed while we waited for our token."""
        async with self._pool.acquire() as conn:
            closed = await pace.look(conn, self._credential, self._bucket)
            spare_reset(conn)
        return closed is not None and closed.server > 0


def _too_long(wait: float) -> SourceTrouble:
    until = in_words(datetime.now(UTC) + timedelta(seconds=wait))
    message = f"The source takes no more requests from us until {until}, longer than a run waits. Run again then."
    return SourceTrouble("SOURCE_RATE_LIMITED", message)


def _used_up() -> SourceTrouble:
    message = "What the source takes of requests was used up by other runs each time that we waited. Run again later."
    return SourceTrouble("SOURCE_RATE_LIMITED", message)
