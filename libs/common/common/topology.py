"""What stands on the broker: one topic exchange, and for each service and pool a queue with its retry and dead queues.

All names are decided here. Publishers declare the queues of those they address as well as consumers do (ADR 3), so
an event that is published before its subscriber was ever started waits in that subscriber's queue.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from pamqp.common import FieldValue

from common.event_model import PER_POOL, Event, Service

EXCHANGE = "rosterbus.events"
DELIVERY_LIMIT = 20
"""Deliveries of one message that may end without an answer (a killed worker) before it goes to the dead queue."""
RETRY_DELAYS = (10.0, 60.0, 600.0, 3600.0)
"""Seconds before each further attempt at a transient failure."""
ALL_POOLS = "all"


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A service's queue for one pool, and the names that follow from it."""

    service: Service
    pool: str
    keys: tuple[str, ...]

    @property
    def name(self) -> str:
        """For example `roster-fetcher.shared`, or `notifier.all` where one queue takes every pool."""
        return f"{self.service}.{self.pool}"

    @property
    def dead(self) -> str:
        """Where parked messages wait for a person."""
        return f"{self.name}.dead"

    def retry(self, delay: float) -> str:
        """Where messages wait `delay` seconds; one queue a delay, since TTLs are only honoured in order."""
        return f"{self.name}.retry.{delay:g}s"


def queue_of(service: Service, pool: str, events: Iterable[type[Event]]) -> QueueSpec:
    """The queue in which a service finds these events of a pool."""
    if service not in PER_POOL:
        return QueueSpec(service, ALL_POOLS, tuple(f"{e.type}.v{e.version}.*" for e in events))
    return QueueSpec(service, pool, tuple(f"{e.type}.v{e.version}.{pool}" for e in events))


@cache
def queues_addressed(event: type[Event], pool: str) -> frozenset[QueueSpec]:
    """The queues that an event of a pool must reach, one for each subscriber."""
    return frozenset(queue_of(service, pool, [event]) for service in event.subscribers)


async def declare_exchange(channel: AbstractChannel) -> AbstractExchange:
    """The one exchange, durable."""
    return await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)


async def declare_queue(channel: AbstractChannel, spec: QueueSpec) -> AbstractQueue:
    """A durable quorum queue with its dead queue, bound to its keys.

    Older brokers have no delivery limit of their own, so it is always given. Dead-lettering is "at least once", which
    RabbitMQ only does for queues that refuse rather than drop when full.
    """
    await channel.declare_queue(spec.dead, durable=True, arguments={"x-queue-type": "quorum"})
    queue = await channel.declare_queue(
        spec.name,
        durable=True,
        arguments=_quorum(spec.dead, {"x-delivery-limit": DELIVERY_LIMIT}),
    )
    for key in spec.keys:
        await queue.bind(EXCHANGE, key)
    return queue


async def declare_retry_queue(channel: AbstractChannel, spec: QueueSpec, delay: float) -> None:
    """The queue that gives its messages back to `spec` after `delay` seconds."""
    await channel.declare_queue(
        spec.retry(delay),
        durable=True,
        arguments=_quorum(spec.name, {"x-message-ttl": int(delay * 1000)}),
    )


def _quorum(dead_letter_to: str, more: dict[str, FieldValue]) -> dict[str, FieldValue]:
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead_letter_to,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        **more,
    }
