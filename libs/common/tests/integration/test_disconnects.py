"""Connections, consumers and queues that the broker takes away while work goes on."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
import structlog.testing
from aio_pika.exceptions import ChannelNotFoundEntity
from pydantic import SecretStr

from common.bus import Bus
from common.events import SyncOrdered
from common.health import Health
from common.testing.effects import Effects, Orders
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from rosterbus_local.servers import Servers
from rosterbus_local.vhosts import call_management

Manage = Callable[..., Any]
QUEUE = "scheduler.all"


@pytest.fixture
def manage(servers: Servers) -> Manage:
    """The broker's management API: `manage(method, path, body)`."""
    return lambda *call: call_management(servers.management_url, *call)


@pytest.fixture
def vhost(amqp_url: SecretStr) -> str:
    return amqp_url.get_secret_value().rpartition("/")[2]


@pytest.fixture
def close_connections(manage: Manage, vhost: str) -> Callable[[], int]:
    """Let the broker close every connection of this test; how many those were."""

    def close() -> int:
        names = [c["name"] for c in manage("GET", f"/api/vhosts/{vhost}/connections?disable_stats=true")]
        for name in names:
            manage("DELETE", f"/api/connections/{quote(name)}")
        return len(names)

    return close


async def test_handlers_outlive_their_connection_and_nothing_is_done_again(
    bus: Bus, effects: Effects, orders: Orders, close_connections: Callable[[], int]
) -> None:
    async def work(event: SyncOrdered, uow: UnitOfWork) -> None:
        await effects.begin(event, uow)
        await effects.wait_for_gate()
        await effects.take(event, uow)

    async with running("scheduler", {SyncOrdered: work}, bus, effects.pool, prefetch=4) as consumer:
        told = await orders.tell(8)
        for _ in range(2):
            await wait_for(lambda: began(effects, 4), what="four handlers are at work")
            assert close_connections() == 1
            await wait_for(consumer.alive, what="the consumer is back")
        await effects.open_gate()
        await effects.wait_for(*told)
        await wait_for(lambda: is_settled(bus), what="every message is settled")
    assert await effects.pool.fetchval("SELECT count(*) FROM beginning") == len(told)


async def test_no_event_is_lost_while_connections_are_closed_again_and_again(
    bus: Bus, effects: Effects, orders: Orders, close_connections: Callable[[], int]
) -> None:
    told = []
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool) as consumer:
        for _ in range(5):
            told += await orders.tell(20)
            await wait_for(consumer.alive, what="the consumer is back")
            await wait_for(close_connections)
        await effects.wait_for(*told)
        await wait_for(lambda: is_settled(bus), what="every message is settled")
    assert await orders.waiting() == 0


async def test_a_handler_that_blocks_the_event_loop_beyond_the_heartbeat_takes_effect_once(
    amqp_url: SecretStr, effects: Effects, orders: Orders
) -> None:
    async def block(event: SyncOrdered, uow: UnitOfWork) -> None:
        await effects.begin(event, uow)
        threading.Event().wait(4)
        await effects.take(event, uow)

    url = SecretStr(f"{amqp_url.get_secret_value()}?heartbeat=1")
    with structlog.testing.capture_logs() as logged:
        async with (
            Bus(url, "blocked") as bus,
            running("scheduler", {SyncOrdered: block}, bus, effects.pool) as consumer,
        ):
            (order,) = await orders.tell()
            await effects.wait_for(order)
            await wait_for(consumer.alive, what="the consumer is back")
            await wait_for(lambda: is_settled(bus), what="the message is settled")
    assert await effects.beginnings(order) == 1
    assert "a message could not be settled; it will come again" in [line["event"] for line in logged]


@pytest.mark.parametrize("at_once", [True, False], ids=["re-created at once", "re-created by the consumer"])
async def test_the_consumer_comes_back_after_its_queue_was_deleted(
    bus: Bus, effects: Effects, orders: Orders, manage: Manage, vhost: str, at_once: bool
) -> None:
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool):
        await effects.wait_for(*await orders.tell())
        declared = manage("GET", f"/api/queues/{vhost}/{QUEUE}")
        manage("DELETE", f"/api/queues/{vhost}/{QUEUE}")
        if at_once:
            manage("PUT", f"/api/queues/{vhost}/{QUEUE}", {k: declared[k] for k in ("durable", "arguments")})
            binding = {"routing_key": "sync.ordered.v1.*"}
            manage("POST", f"/api/bindings/{vhost}/e/rosterbus.events/q/{QUEUE}", binding)
        await wait_for(lambda: is_consumed(bus), what="the consumer is back")
        await effects.wait_for(*await orders.tell(5))


async def test_readiness_turns_false_when_the_consumer_is_gone_and_true_when_it_is_back(
    bus: Bus, effects: Effects, orders: Orders, manage: Manage, vhost: str
) -> None:
    health = Health()
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool) as consumer:
        health.add("consumer", consumer.alive)
        await wait_for(lambda: is_ready(health, True))
        manage("PUT", f"/api/vhost-limits/{vhost}/max-queues", {"value": 0})  # it cannot be declared again
        manage("DELETE", f"/api/queues/{vhost}/{QUEUE}")
        await wait_for(lambda: is_ready(health, False), what="not ready")
        assert bus.connected
        manage("DELETE", f"/api/vhost-limits/{vhost}/max-queues")
        await wait_for(lambda: is_ready(health, True), what="ready again")
        await effects.wait_for(*await orders.tell())


async def is_ready(health: Health, wanted: bool) -> bool:
    return (await health.readiness())[0] is wanted


async def began(effects: Effects, count: int) -> bool:
    return bool(await effects.pool.fetchval("SELECT count(*) = $1 FROM beginning", count))


async def is_settled(bus: Bus) -> bool:
    """The scheduler's queue holds nothing that waits."""
    async with bus.connection.channel() as channel:
        queue = await channel.get_queue(QUEUE)
        return not queue.declaration_result.message_count


async def is_consumed(bus: Bus) -> bool:
    """The scheduler's queue exists and has its consumer."""
    async with bus.connection.channel() as channel:
        with suppress(ChannelNotFoundEntity):
            queue = await channel.get_queue(QUEUE)
            return queue.declaration_result.consumer_count == 1
    return False
