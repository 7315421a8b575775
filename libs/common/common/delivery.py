"""Delivery: what happens to each message, from the broker's hands to its settlement.

decode (bad: park) → route (none: park) → inbox (seen: acknowledge) → handler → decide:

- `Done`: acknowledge.
- `Retry`: publish a copy to the queue's retry queue, have it confirmed, then acknowledge.
- `Park`: publish a copy with the reason to the queue's dead queue, have it confirmed, then acknowledge.

A kill at any point leaves the message with the broker (it comes again) or with its copy (the inbox drops one of two).
The same when a connection breaks: the handler goes on, and what the broker delivers again waits here for its end.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue, AbstractRobustChannel, HeadersType
from aio_pika.exceptions import ChannelInvalidStateError, PublishError
from aiormq import Channel

from common import inbox, metrics, topology
from common.bus import Bus, message, pass_on_cancellation
from common.db import Pool
from common.envelope import Envelope, Unreadable, decode
from common.events import Event, Service
from common.outcome import Done, NotNow, Outcome, Park, Retry, WorkersLost, decide, explain
from common.topology import QueueSpec
from common.uow import UnitOfWork
from common.workers import Work

__all__ = ["Consumer", "Handler", "NotNow", "OnPark", "Routes"]

Handler = Callable[[Any, UnitOfWork], Awaitable[None]]
Routes = Mapping[type[Event], Handler]
OnPark = Callable[[Event, BaseException, UnitOfWork], Awaitable[None]]
CLOSING_SECONDS = 5.0
WATCH_SECONDS = 2.0

log = structlog.get_logger()


class Consumer:
    """Takes a service's messages from its queues, several at once, and settles each."""

    def __init__(
        self,
        service: Service,
        routes: Routes,
        bus: Bus,
        pool: Pool,
        *,
        pools: Sequence[str] = ("shared",),
        prefetch: int = 10,
        handler_seconds: float = 1500,
        delays: Sequence[float] = topology.RETRY_DELAYS,
        wake_relay: Callable[[], None] = lambda: None,
        on_park: OnPark | None = None,
    ) -> None:
        self._service = service
        self._routes = routes
        self._bus = bus
        self._pool = pool
        self._specs = {topology.queue_of(service, pool_name, tuple(routes)) for pool_name in pools}
        self._prefetch = prefetch
        self._handler_seconds = handler_seconds
        self._delays = delays
        self._wake_relay = wake_relay
        self._on_park = on_park
        self._tags: dict[str, AbstractQueue] = {}
        self._received: Counter[QueueSpec] = Counter()
        self._running: dict[asyncio.Task[None], QueueSpec] = {}
        self._at_work: dict[UUID, Work] = {}
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._stopping = False
        self._channel: AbstractRobustChannel
        self._watching: asyncio.Task[None]

    async def start(self) -> None:
        """Declare the queues and begin to consume."""
        await self._open()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self, budget: float) -> None:
        """Take nothing more, let running handlers end within `budget` seconds, then cancel what still runs.

        What was cancelled is not acknowledged: the broker gives it to another worker.
        """
        self._stopping = True
        self._watching.cancel()
        if self._bus.connected:
            for tag, queue in self._tags.items():
                await _quietly(queue.cancel(tag))
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=budget)
            if late:
                log.warning("work that did not end in time is given up; it will come again", events=len(late))
                for task in late:
                    task.cancel()
                await asyncio.wait(late, timeout=CLOSING_SECONDS)
        await _quietly(self._channel.close())

    async def alive(self) -> bool:
        """Whether the broker would hand us a message now: the consumers themselves, not the connection object."""
        if not self._bus.connected or self._channel.is_closed:
            return False
        channel = await self._channel.get_underlay_channel()
        assert isinstance(channel, Channel)
        return bool(self._tags) and all(tag in channel.consumers for tag in self._tags)

    @property
    def at_work(self) -> list[Work]:
        """The events whose handlers run now, the oldest first."""
        return sorted(self._at_work.values(), key=lambda work: work.since)

    async def _open(self) -> None:
        self._channel = await self._bus.channel()
        await topology.declare_exchange(self._channel)
        await self._channel.set_qos(prefetch_count=self._prefetch)
        self._tags = {}
        for spec in self._specs:
            queue = await self._declare(spec)
            self._tags[await queue.consume(self._receiver(spec))] = queue

    async def _watch(self) -> None:
        """Consume on a new channel when the present one gives nothing, though it should, at two looks in a row.

        aio-pika brings consumers back after a disconnect and when the broker cancels them, but tries only once to
        reopen a channel; and RabbitMQ 3.10 sends nothing over a channel whose queue was deleted and made again at once.
        """
        before: set[tuple[QueueSpec, int]] = set()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                now = await self._starved() if self._bus.connected else set()
                if now & before:
                    log.warning("the broker gives nothing though messages wait; consuming on a new channel")
                    await _quietly(self._channel.close())
                    await self._open()
                before = now
            except (Exception, asyncio.CancelledError) as error:
                pass_on_cancellation(error)
                log.debug("the consumer could not be looked after", error=type(error).__name__)

    async def _starved(self) -> set[tuple[QueueSpec, int]]:
        """The queues from which nothing comes though it should, and how many messages came from each so far."""
        alive = await self.alive()
        return {(spec, self._received[spec]) for spec in self._specs if not alive or await self._waits(spec)}

    async def _waits(self, spec: QueueSpec) -> bool:
        """Whether messages wait in the queue while we have a hand free for it."""
        channel = await self._channel.get_underlay_channel()
        declared = await channel.queue_declare(spec.name, passive=True)
        in_hand = list(self._running.values()).count(spec)
        return bool(declared.message_count) and in_hand < self._prefetch

    async def _declare(self, spec: QueueSpec) -> AbstractQueue:
        for delay in self._delays:
            await topology.declare_retry_queue(self._channel, spec, delay)
        return await topology.declare_queue(self._channel, spec)

    def _receiver(self, spec: QueueSpec) -> Callable[[AbstractIncomingMessage], Awaitable[None]]:
        async def receive(incoming: AbstractIncomingMessage) -> None:
            if self._stopping:
                return  # not acknowledged: it goes to another worker when the channel closes
            # Our own task: aio-pika cancels its callbacks when a channel closes, and work half-done is worse than
            # work whose acknowledgement is lost.
            self._received[spec] += 1
            task = asyncio.create_task(self._deliver(spec, incoming))
            self._running[task] = spec
            task.add_done_callback(self._running.pop)

        return receive

    async def _deliver(self, spec: QueueSpec, incoming: AbstractIncomingMessage) -> None:
        try:
            envelope = decode(incoming.body)
        except Unreadable as error:
            log.error("a message could not be read and was parked", queue=spec.name, error=str(error))
            await self._settle(spec, incoming, Park("unreadable", str(error)))
            return
        event = envelope.event
        with structlog.contextvars.bound_contextvars(
            event_type=event.versioned_type(),
            event_id=str(envelope.id),
            district=event.district_id,
            run=str(getattr(event, "run_id", "")),
        ):
            # A message may be here twice: sent twice, or delivered again after a disconnect, which the work outlives.
            async with self._turns.setdefault(envelope.id, asyncio.Lock()):
                outcome = await self._measured(envelope, incoming)
                await self._settle(spec, incoming, outcome)

    async def _measured(self, envelope: Envelope, incoming: AbstractIncomingMessage) -> Outcome:
        type_ = envelope.event.versioned_type()
        started = monotonic()
        run_id = getattr(envelope.event, "run_id", None)
        work = Work(type_, envelope.event.district_id, str(run_id) if run_id else None, datetime.now(UTC))
        self._at_work[envelope.id] = work
        try:
            outcome = await self._handle(envelope, _attempt(incoming), _deaths(incoming))
        finally:
            del self._at_work[envelope.id]
        metrics.EVENT_SECONDS.labels(self._service, type_).observe(monotonic() - started)
        metrics.EVENTS_HANDLED.labels(self._service, type_, type(outcome).__name__.lower()).inc()
        return outcome

    async def _handle(self, envelope: Envelope, attempt: int, deaths: int) -> Outcome:
        handler = self._routes.get(type(envelope.event))
        if handler is None:
            log.error("nothing here handles this event; it was parked")
            return Park("unrouted", "no handler")
        try:
            if deaths >= topology.DELIVERY_LIMIT:
                raise WorkersLost
            await self._run(handler, envelope)
            return Done()
        except (Exception, asyncio.CancelledError) as error:
            pass_on_cancellation(error)
            outcome = decide(error, attempt, self._delays)
            explain(error, outcome)
            if isinstance(outcome, Park) and not await self._tell_parked(envelope, error):
                return Retry(self._delays[-1], attempt)
            return outcome

    async def _run(self, handler: Handler, envelope: Envelope) -> None:
        if await inbox.seen(self._pool, envelope.id):
            return
        uow = self._unit_of_work(envelope)
        async with asyncio.timeout(self._handler_seconds):
            await handler(envelope.event, uow)
        if not uow.marked:
            async with uow:
                pass

    async def _tell_parked(self, envelope: Envelope, error: BaseException) -> bool:
        """Let the service say what parking means to others, such as a failed run. False: it could not be said yet."""
        if self._on_park is None:
            return True
        try:
            await self._on_park(envelope.event, error, self._unit_of_work(envelope).step())
        except Exception:
            log.exception("an event cannot be parked yet, because that could not be reported")
            return False
        return True

    def _unit_of_work(self, envelope: Envelope) -> UnitOfWork:
        return UnitOfWork(self._pool, self._service, cause=envelope, wake_relay=self._wake_relay)

    async def _settle(self, spec: QueueSpec, incoming: AbstractIncomingMessage, outcome: Outcome) -> None:
        """Give the message its end. If the broker is gone, leave it: it comes again, and the inbox knows."""
        try:
            if incoming.channel.is_closed:
                raise ChannelInvalidStateError
            match outcome:
                case Retry(delay, attempt):
                    await self._copy(spec, incoming, spec.retry(delay), {"x-attempt": attempt})
                case Park(reason, error):
                    headers: HeadersType = {"x-reason": reason, "x-error": error, "x-queue": spec.name}
                    headers |= {"x-parked-at": datetime.now(UTC).isoformat()}
                    await self._copy(spec, incoming, spec.dead, {"x-attempt": _attempt(incoming), **headers})
            await incoming.ack()
        except (Exception, asyncio.CancelledError) as error:
            pass_on_cancellation(error)
            log.warning("a message could not be settled; it will come again", error=type(error).__name__)
            await _quietly(incoming.nack(requeue=True))

    async def _copy(self, spec: QueueSpec, incoming: AbstractIncomingMessage, queue: str, headers: HeadersType) -> None:
        copy = message(incoming.body, incoming.message_id or "", headers)
        try:
            await self._channel.default_exchange.publish(copy, queue)
        except PublishError:  # somebody has deleted the queue
            await self._declare(spec)
            await self._channel.default_exchange.publish(copy, queue)


def _attempt(incoming: AbstractIncomingMessage) -> int:
    """Which try this is, from 1: what our own copies of the message say."""
    attempt = incoming.headers.get("x-attempt")
    return attempt if isinstance(attempt, int) else 1


def _deaths(incoming: AbstractIncomingMessage) -> int:
    """How often the message was delivered without an answer: what the broker's quorum queue says."""
    count = incoming.headers.get("x-delivery-count")
    return count if isinstance(count, int) else 0


async def _quietly(awaitable: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(CLOSING_SECONDS):
            await awaitable
    except (Exception, asyncio.CancelledError) as error:
        pass_on_cancellation(error)
        log.debug("closing found the broker gone", error=type(error).__name__)
