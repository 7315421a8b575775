"""Hints on their way to open pages: one listening connection for each process, one queue for each page."""

import asyncio
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import structlog

from common.db import Connection, Pool
from dashboard_api.queries.hints import CHANNEL

RETRY_SECONDS = 1.0
MOST_WAITING = 200
"""Hints that a page may be behind; then it is told to look at everything."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Hint:
    """Something is new about a run or a school. Type `reload`: hints may have been missed, look at everything."""

    id: int | None
    district: str | None
    run: str | None
    school: str | None
    type: str

    def data(self) -> str:
        """What the page is told."""
        return json.dumps({"run": self.run, "school": self.school, "type": self.type})


RELOAD = Hint(None, None, None, None, "reload")


@dataclass(eq=False)
class Listener:
    """An open page. `districts` and `schools` None: all. None in the queue: the stream ends."""

    districts: Sequence[str] | None
    schools: Collection[str] | None = None
    queue: asyncio.Queue[Hint | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def offer(self, hint: Hint | None) -> None:
        """Queue a hint that the page may see; one that is too far behind gets a single `reload` instead."""
        if hint is not None and not self._may_see(hint):
            return
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(RELOAD)
        self.queue.put_nowait(hint)

    def _may_see(self, hint: Hint) -> bool:
        return (hint.district is None or self.districts is None or hint.district in self.districts) and (
            hint.school is None or self.schools is None or hint.school in self.schools
        )


class Hints:
    """Spreads what PostgreSQL notifies to the pages that this process serves."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._listeners: set[Listener] = set()
        self._closing = False
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made again, and all pages look at everything."""
        while True:
            try:
                async with self._pool.acquire() as conn:
                    await self._listen(conn)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("hints cannot be heard; trying again", error=type(error).__name__)
            self.listening.clear()
            await asyncio.sleep(RETRY_SECONDS)

    @contextmanager
    def subscribe(self, districts: Sequence[str] | None, schools: Collection[str] | None = None) -> Iterator[Listener]:
        """Hear hints about these districts, and of their schools about these (None: all), while the context lasts."""
        listener = Listener(districts, schools)
        self._listeners.add(listener)
        if self._closing:
            listener.offer(None)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._closing = True
        self._spread(None)

    async def _listen(self, conn: Connection) -> None:
        lost = asyncio.Event()
        conn.add_termination_listener(lambda _: lost.set())
        await conn.add_listener(CHANNEL, self._heard)
        try:
            self.listening.set()
            self._spread(RELOAD)
            await lost.wait()
        finally:
            if not conn.is_closed():
                await conn.remove_listener(CHANNEL, self._heard)

    def _heard(self, _conn: object, _pid: int, _channel: str, payload: object) -> None:
        fields: dict[str, Any] = json.loads(str(payload))
        self._spread(Hint(**fields))

    def _spread(self, hint: Hint | None) -> None:
        for listener in tuple(self._listeners):
            listener.offer(hint)
