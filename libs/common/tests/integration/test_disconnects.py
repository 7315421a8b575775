"""Connections, consumers and queues that the broker takes away while work goes on."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import structlog.testing
from aio_pika.exceptions import ChannelNotFoundEntity
from pydantic import SecretStr
from yarl import URL

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


@dataclass(frozen=True)
class Account:
    """An account of the test's own on the broker: removing it is how the broker can be told to close connections."""

    manage: Manage
    name: str

    def create(self) -> None:
        self.manage("PUT", f"/api/users/{self.name}", {"password": self.name, "tags": ""})
        self.manage(
            "PUT", f"/api/permissions/{self.name}/{self.name}", dict.fromkeys(("configure", "write", "read"), ".*")
        )

    def delete(self) -> None:
        self.manage("DELETE", f"/api/users/{self.name}")

    async def close_connections(self, bus: Bus) -> None:
        """The broker closes every connection of the account, which is back as soon as `bus` has noticed."""
        closed = bus.connection.transport
        self.delete()
        self.create()
        await wait_for(
            lambda: bus.connection.transport not in (closed, None) and bus.connected, what="a new connection"
        )


@pytest.fixture
def account(manage: Manage, vhost: str) -> Iterator[Account]:
    account = Account(manage, vhost)
    account.create()
    yield account
    account.delete()


@pytest.fixture
async def bus(amqp_url: SecretStr, account: Account) -> AsyncIterator[Bus]:
    """As everywhere, but with an account of its own."""
    url = URL(amqp_url.get_secret_value()).with_user(account.name).with_password(account.name)
    async with Bus(SecretStr(str(url)), "test") as connected:
        yield connected


async def test_handlers_outlive_their_connection_and_nothing_is_done_again(
    bus: Bus, effects: Effects, orders: Orders, account: Account
) -> None:
    async def work(event: SyncOrdered, uow: UnitOfWork) -> None:
        await effects.begin(event, uow)
        await effects.wait_for_gate()
        await effects.take(event, uow)

    async with running("scheduler", {SyncOrdered: work}, bus, effects.pool, prefetch=4) as consumer:
        told = await orders.tell(8)
        for _ in range(2):
            await wait_for(lambda: began(effects, 4), what="four handlers are at work")
            await account.close_connections(bus)
            await wait_for(consumer.alive, what="the consumer is back")
        await effects.open_gate()
        await effects.wait_for(*told)
        await wait_for(lambda: is_settled(bus), what="every message is settled")
    assert await effects.pool.fetchval("SELECT count(*) FROM beginning") == len(told)


async def test_no_event_is_lost_while_connections_are_closed_again_and_again(
    bus: Bus, effects: Effects, orders: Orders, account: Account
) -> None:
    told = []
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool) as consumer:
        for _ in range(5):
            told += await orders.tell(20)
            await wait_for(consumer.alive, what="the consumer is back")
            await account.close_connections(bus)
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


async def test_the_consumer_comes_back_after_its_queue_was_deleted(
    bus: Bus, effects: Effects, orders: Orders, manage: Manage, vhost: str
) -> None:
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool):
        await effects.wait_for(*await orders.tell())
        manage("DELETE", f"/api/queues/{vhost}/{QUEUE}")
        await wait_for(lambda: is_consumed(bus), what="the consumer is back")
        await effects.wait_for(*await orders.tell(5))


async def test_the_consumer_comes_back_after_its_queue_was_deleted_and_made_again_at_once(
    bus: Bus, effects: Effects, orders: Orders, manage: Manage, vhost: str
) -> None:
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool, prefetch=2):
        await effects.wait_for(*await orders.tell())
        declared = manage("GET", f"/api/queues/{vhost}/{QUEUE}")
        manage("DELETE", f"/api/queues/{vhost}/{QUEUE}")
        manage("PUT", f"/api/queues/{vhost}/{QUEUE}", {k: declared[k] for k in ("durable", "arguments")})
        binding = {"routing_key": "sync.ordered.v1.*"}
        manage("POST", f"/api/bindings/{vhost}/e/rosterbus.events/q/{QUEUE}", binding)
        await wait_for(lambda: is_consumed(bus), what="the broker says there is a consumer")
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
