"""The broker stops, or dies, and comes back, while events are told and handled: each takes effect once."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from pydantic import SecretStr

from common.bus import Bus
from common.events import SyncOrdered
from common.health import Health
from common.testing.effects import Effects, Orders
from common.testing.running import running
from common.testing.waiting import wait_for
from rosterbus_local.rabbitmq import PrivateRabbit

StartWorker = Callable[..., Awaitable[Process]]
PACE_SECONDS = 0.01


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRabbit]:
    """A broker that these tests may stop and kill; the last of them leaves it so."""
    broker = PrivateRabbit(tmp_path_factory.mktemp("rabbit"))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def amqp_url(rabbit: PrivateRabbit) -> SecretStr:
    return SecretStr(rabbit.amqp_url)


@asynccontextmanager
async def emitting(orders: Orders, told: list[SyncOrdered]) -> AsyncIterator[None]:
    """Orders at an even pace, for as long as the context lasts."""
    ended = asyncio.Event()

    async def emit() -> None:
        while not ended.is_set():
            told.extend(await orders.tell())
            with suppress(TimeoutError):
                async with asyncio.timeout(PACE_SECONDS):
                    await ended.wait()

    task = asyncio.create_task(emit())
    yield
    ended.set()
    await task


@pytest.mark.parametrize("end", [PrivateRabbit.stop, PrivateRabbit.kill], ids=["stopped", "killed"])
async def test_no_event_is_lost_and_none_handled_twice_while_the_broker_is(
    rabbit: PrivateRabbit, bus: Bus, effects: Effects, orders: Orders, end: Callable[[PrivateRabbit], None]
) -> None:
    told: list[SyncOrdered] = []
    health = Health()
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool) as consumer:
        health.add("consumer", consumer.alive)
        async with emitting(orders, told):
            await wait_for(lambda: had_effects(effects, 30), what="the first effects")
            await asyncio.to_thread(end, rabbit)
        assert await health.readiness() == (False, {"consumer": False})
        while_away = await orders.tell(20)
        await asyncio.to_thread(rabbit.start)
        await effects.wait_for(*told, *while_away, seconds=90)  # a retry may wait for a minute
        await wait_for(consumer.alive, what="the consumer is back")
    assert await orders.waiting() == 0


async def had_effects(effects: Effects, count: int) -> bool:
    return len(await effects.taken()) >= count


async def test_a_worker_told_to_stop_while_the_broker_is_away_ends_in_time_and_keeps_its_events(
    rabbit: PrivateRabbit, effects: Effects, orders: Orders, start_worker: StartWorker
) -> None:
    worker = await start_worker("waits", shutdown_seconds=5)
    (order,) = await orders.tell()
    await wait_for(lambda: effects.beginnings(order), what="the worker is at work")
    await asyncio.to_thread(rabbit.kill)
    worker.terminate()
    await effects.open_gate()
    async with asyncio.timeout(20):
        assert await worker.wait() == 0
    assert await effects.taken() == [order.order_id]
    assert await effects.pool.fetchval("SELECT count(*) FROM outbox") == 1
