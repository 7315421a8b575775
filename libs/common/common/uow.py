"""The unit of work: one transaction that holds a handler's writes, its new events, and the mark that it was done.

    async with uow:                     # the last transaction of a handler: marks the event as handled
        await runs.end(uow.conn, …)
        uow.emit(SyncRequested(…))

A long job takes several: `async with uow.step():` commits writes and events without the mark, so that after a kill the
event comes again and the job goes on from what its steps have written. Never hold one across a network call, and set
nothing in it that would outlive its transaction: the connection goes back to its pool as it is.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Self

from common import inbox, outbox
from common.db import Connection, Pool, only, spare_reset
from common.envelope import Envelope, new_traceparent
from common.events import Event
from common.outcome import AlreadyHandled


class UnitOfWork:
    """See the module. Without a `cause` (an API request, a tick of the clock) there is nothing to mark."""

    def __init__(
        self,
        pool: Pool,
        service: str,
        *,
        cause: Envelope | None = None,
        wake_relay: Callable[[], None] = lambda: None,
    ) -> None:
        self.pool = pool
        self.cause = cause
        self.marked = False
        self._service = service
        self._wake_relay = wake_relay
        self._marks = cause is not None
        self._events: list[Event] = []
        self._conn: Connection | None = None
        self._transaction: AbstractAsyncContextManager[None]

    @property
    def conn(self) -> Connection:
        """The connection whose transaction this is; only inside `async with`."""
        if self._conn is None:
            raise RuntimeError("a unit of work has a connection only inside `async with`")
        return self._conn

    def emit(self, event: Event) -> None:
        """Publish the event if, and only if, this transaction commits; only inside `async with`."""
        if self._conn is None:
            raise RuntimeError("an event can be emitted only inside `async with`, where a transaction carries it")
        self._events.append(event)

    def step(self) -> "UnitOfWork":
        """A transaction on the way: like this unit of work, but it does not mark the event as handled."""
        step = UnitOfWork(self.pool, self._service, cause=self.cause, wake_relay=self._wake_relay)
        step._marks = False
        return step

    def part(self) -> "UnitOfWork":
        """A unit of work inside this one, for code that opens its own: it can fail alone, and commits with this one."""
        return _Part(self)

    async def __aenter__(self) -> Self:
        if self.marked:
            raise RuntimeError("the event is marked as handled already; transactions before the last are step()s")
        self._events = []
        self._transaction = self._transact()
        await self._transaction.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transaction.__aexit__(kind, error, trace)
        if error is None:
            self.marked = self._marks
            if self._events:
                self._wake_relay()

    @asynccontextmanager
    async def _transact(self) -> AsyncIterator[None]:
        """The transaction; what `emit` collected and the mark are written at its end, unless the body raises."""
        async with self.pool.acquire() as conn:
            async with conn.transaction():
                self._conn = conn
                try:
                    yield
                    await self._write(conn)
                finally:
                    self._conn = None
            spare_reset(conn)

    async def _write(self, conn: Connection) -> None:
        if self._marks and self.cause and not await inbox.mark(conn, self.cause.id, self.cause.event.versioned_type()):
            raise AlreadyHandled
        if self._events:
            await outbox.add(conn, [self._envelope(event) for event in self._events])

    def _envelope(self, event: Event) -> Envelope:
        return Envelope(
            event=event,
            source=self._service,
            causation_id=self.cause.id if self.cause else None,
            traceparent=new_traceparent(self.cause.traceparent if self.cause else None),
        )


class _Part(UnitOfWork):
    """Its transaction is a savepoint; what it emits goes out with the whole."""

    def __init__(self, whole: UnitOfWork) -> None:
        super().__init__(only(whole.conn), whole._service)
        self._whole = whole

    async def _write(self, _: Connection) -> None:
        for event in self._events:
            self._whole.emit(event)
