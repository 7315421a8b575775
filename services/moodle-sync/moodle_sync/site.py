"""Turns at a Moodle site: who may call it now, and who may create which person, over all workers.

A turn is a database session with advisory locks. It ends with its holder: a killed worker's turns are free at once. The
sessions come from a pool of their own, so that waiting for a turn never takes the connections that work needs.
"""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b

from common.db import Connection, Pool
from common.delivery import NotNow


class Turn:
    """A session that may hold locks until its context ends."""

    def __init__(self, conn: Connection, site: str, in_flight: int) -> None:
        self._conn = conn
        self._site = site
        self._in_flight = in_flight

    async def hold_persons(self, keys: Sequence[str]) -> None:
        """Be the only one, at this site, that may create these people. Locks are taken in one order by all."""
        await self._hold([_number("person", self._site, key) for key in keys])

    async def hold_course_creation(self) -> None:
        """Be the only one that creates courses at this site: Moodle gets slow when two do."""
        await self._hold([_number("courses", self._site)])

    async def hold_slot(self) -> None:
        """One of the site's `in_flight` calls."""
        slots = [_number("slot", self._site, str(n)) for n in range(self._in_flight)]
        random.shuffle(slots)
        for slot in slots:
            if await self._conn.fetchval("SELECT pg_try_advisory_lock($1)", slot):
                return
        await self._hold(slots[:1])

    async def _hold(self, numbers: Sequence[int]) -> None:
        await self._conn.execute(
            "SELECT pg_advisory_lock(n) FROM (SELECT DISTINCT n FROM unnest($1::bigint[]) AS n ORDER BY n) AS ordered",
            numbers,
        )


class Turns:
    """Gives turns; `locks` is the pool kept for them."""

    def __init__(self, locks: Pool, in_flight: int) -> None:
        self._locks = locks
        self.in_flight = in_flight

    @asynccontextmanager
    async def at(self, site: str) -> AsyncIterator[Turn]:
        """A turn at a site (any text that names it) until the context ends."""
        async with self._locks.acquire() as conn:
            try:
                yield Turn(conn, site, self.in_flight)
            finally:
                await conn.execute("SELECT pg_advisory_unlock_all()")

    @asynccontextmanager
    async def job(self, name: str) -> AsyncIterator[None]:
        """Be the only worker on a job. Raises `NotNow` if another delivery of it is being worked on."""
        async with self._locks.acquire() as conn:
            if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", _number("job", name)):
                raise NotNow
            try:
                yield
            finally:
                await conn.execute("SELECT pg_advisory_unlock_all()")


def _number(*parts: str) -> int:
    digest = blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
