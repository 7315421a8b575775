"""The connection to RabbitMQ: one for each process, that comes back by itself."""

import asyncio
from typing import Self

import structlog
from aio_pika import DeliveryMode, Message, connect_robust
from aio_pika.abc import AbstractExchange, AbstractRobustChannel, AbstractRobustConnection, HeadersType
from aio_pika.exceptions import PublishError
from pydantic import SecretStr

from common import topology
from common.envelope import CONTENT_TYPE
from common.events import EVENTS
from common.topology import QueueSpec

PATIENCE_SECONDS = 5.0

log = structlog.get_logger()


class Bus:
    """Opens channels, and publishes so that nothing can be lost unnoticed. Use with `async with`."""

    def __init__(self, url: SecretStr, service: str) -> None:
        self._url = url
        self._service = service
        self._declared: set[QueueSpec] = set()
        self._lock = asyncio.Lock()
        self._opened = False
        self.connection: AbstractRobustConnection
        self._channel: AbstractRobustChannel
        self._exchange: AbstractExchange

    async def __aenter__(self) -> Self:
        self.connection = await self._connect()
        self._channel = await self.channel()
        self._exchange = await topology.declare_exchange(self._channel)
        self._opened = True
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.connection.close()

    @property
    def connected(self) -> bool:
        """Whether a connection stands at this moment."""
        return self._opened and self.connection.connected.is_set() and not self.connection.is_closed

    async def channel(self) -> AbstractRobustChannel:
        """A channel with confirms that raises for what the broker cannot route.

        Without `on_return_raises` aio-pika hands an unroutable message back quietly, and the event is lost.
        """
        channel = self.connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.initialize()
        return channel

    async def publish(self, type_: str, pool: str, body: bytes, message_id: str) -> None:
        """Publish an encoded event, persistent, confirmed and mandatory, with its subscribers' queues in place.

        Raises what aio-pika raises when the broker is away, refuses, or cannot route the message; in the last case the
        next attempt declares the queues again, since somebody has deleted them.
        """
        queues = topology.queues_addressed(EVENTS[type_], pool)
        await self._declare(queues)
        try:
            await self._exchange.publish(message(body, message_id), f"{type_}.{pool}")
        except PublishError:
            self._declared -= queues
            raise

    async def _connect(self) -> AbstractRobustConnection:
        """Connect, however long the broker needs; say so if it needs long."""
        connecting = asyncio.create_task(
            connect_robust(
                self._url.get_secret_value(),
                client_properties={"connection_name": self._service},
                reconnect_interval=1,
                fail_fast=False,
            )
        )
        if not (await asyncio.wait([connecting], timeout=PATIENCE_SECONDS))[0]:
            log.warning("waiting for the broker: it cannot be reached, or refuses the account in ROSTERBUS_AMQP_URL")
        return await connecting

    async def _declare(self, queues: frozenset[QueueSpec]) -> None:
        """Declare what this connection has not declared yet; aio-pika repeats it by itself after a reconnect."""
        if queues <= self._declared:
            return
        async with self._lock:
            for queue in queues:
                if queue not in self._declared:
                    await topology.declare_queue(self._channel, queue)
                    self._declared.add(queue)


def pass_on_cancellation(error: BaseException) -> None:
    """Raise the error again if it is the running task's own cancellation.

    Otherwise a `CancelledError` is how aiormq says "disconnected", and a failure like any other.
    """
    task = asyncio.current_task()
    if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
        raise error


def message(body: bytes, message_id: str, headers: HeadersType | None = None) -> Message:
    """A persistent message that carries one encoded event."""
    return Message(
        body,
        headers=headers,
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=message_id,
    )
