"""The broker stops, or dies, and comes back, while events are told and handled: each takes effect once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from common.bus import Bus
from common.events import SyncOrdered
from common.health import Health
from common.testing.effects import Effects, Orders
from common.testing.running import running
from common.testing.waiting import wait_for
from rosterbus_local.rabbitmq import PrivateRabbit


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRabbit]:
    """A broker that these tests may stop and kill."""
    broker = PrivateRabbit(tmp_path_factory.mktemp("rabbit"))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def amqp_url(rabbit: PrivateRabbit) -> SecretStr:
    return SecretStr(rabbit.amqp_url)


@asynccontextmanager
async def emitting(orders: Orders, told: list[SyncOrdered]) -> AsyncIterator[None]:
    """Orders, one after the other, for as long as the context lasts."""

    async def emit() -> None:
        while True:
            told.extend(await orders.tell())

    task = asyncio.create_task(emit())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("end", [PrivateRabbit.stop, PrivateRabbit.kill], ids=["stopped", "killed"])
async def test_no_event_is_lost_and_none_handled_twice_while_the_broker_is(
    rabbit: PrivateRabbit, bus: Bus, effects: Effects, orders: Orders, end: Callable[[PrivateRabbit], None]
) -> None:
    told: list[SyncOrdered] = []
    health = Health()
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool) as consumer:
        health.add("consumer", consumer.alive)
        async with emitting(orders, told):
            await wait_for(effects.taken, what="the first effects")
            await asyncio.to_thread(end, rabbit)
        assert await health.readiness() == (False, {"consumer": False})
        while_away = await orders.tell(20)
        await asyncio.to_thread(rabbit.start)
        await effects.wait_for(*told, *while_away)
        await wait_for(consumer.alive, what="the consumer is back")
    assert len(told) > 20
    assert await orders.waiting() == 0
