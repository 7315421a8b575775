"""A probe on the exchange that hears every event, as a subscriber of all."""

import asyncio
from typing import Self, TypeVar

from aio_pika import ExchangeType
from aio_pika.abc import AbstractIncomingMessage

from common.bus import Bus
from common.envelope import Envelope, decode
from common.events import Event
from common.testing.waiting import wait_for
from common.topology import EXCHANGE

E = TypeVar("E", bound=Event)


class EventProbe:
    """Collects events in the order of arrival. Use with `async with`, before what it should hear is published."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.heard: list[Envelope] = []

    async def __aenter__(self) -> Self:
        channel = await self._bus.channel()
        exchange = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "#")
        await queue.consume(self._note, no_ack=True)
        self._channel = channel
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._channel.close()

    def all(self, type_: type[E]) -> list[E]:
        """The events of a type heard so far."""
        return [e.event for e in self.heard if isinstance(e.event, type_)]

    async def wait_for(self, type_: type[E], count: int = 1, *, seconds: float = 20) -> list[E]:
        """At least `count` events of a type. Raises AssertionError naming what was heard instead."""
        try:
            await wait_for(lambda: len(self.all(type_)) >= count, seconds=seconds, what=f"{count} × {type_.type}")
        except AssertionError as error:
            heard = [f"{e.event.type} {e.event.model_dump(mode='json')}" for e in self.heard]
            raise AssertionError(f"{error}; heard instead: {heard}") from None
        return self.all(type_)

    async def _note(self, message: AbstractIncomingMessage) -> None:
        self.heard.append(decode(message.body))
        await asyncio.sleep(0)
