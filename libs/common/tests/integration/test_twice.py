"""An event that comes twice takes effect once: after the first, beside it, at another worker, or mixed with others."""

import asyncio

from pydantic import SecretStr

from common.bus import Bus
from common.delivery import Routes
from common.envelope import Envelope, encode
from common.events import SyncOrdered
from common.testing.effects import Effects, an_order
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork


async def send(bus: Bus, *orders: SyncOrdered) -> None:
    """Publish as the relay does. The same order has the same id each time it is sent."""
    for order in orders:
        envelope = Envelope(order, "dashboard-api", id=order.order_id)
        await bus.publish(order.versioned_type(), order.pool, encode(envelope), str(envelope.id))


async def unsettled(bus: Bus) -> int:
    """Messages that wait in the scheduler's queue."""
    channel = await bus.channel()
    queue = await channel.declare_queue("scheduler.all", passive=True)
    await channel.close()
    return int(queue.declaration_result.message_count or 0)


async def test_the_second_delivery_of_an_event_is_acknowledged_without_a_second_effect(
    bus: Bus, effects: Effects
) -> None:
    first, last = an_order(), an_order()
    handled: list[SyncOrdered] = []

    async def handle(event: SyncOrdered, uow: UnitOfWork) -> None:
        handled.append(event)
        await effects.take(event, uow)

    async with running("scheduler", {SyncOrdered: handle}, bus, effects.pool, prefetch=1):
        await send(bus, first, first, first, last)
        await effects.wait_for(first, last)
    assert handled == [first, last]


async def test_two_deliveries_at_once_in_one_process_wait_for_each_other(bus: Bus, effects: Effects) -> None:
    order = an_order()
    at_work = most_at_work = 0

    async def handle(event: SyncOrdered, uow: UnitOfWork) -> None:
        nonlocal at_work, most_at_work
        at_work += 1
        most_at_work = max(at_work, most_at_work)
        await effects.begin(event, uow)
        await effects.wait_for_gate()
        await effects.take(event, uow)
        at_work -= 1

    async with running("scheduler", {SyncOrdered: handle}, bus, effects.pool):
        await send(bus, order, order)
        await wait_for(lambda: effects.beginnings(order), what="the first begins")
        await effects.open_gate()
        await effects.wait_for(order)
    assert (most_at_work, await effects.beginnings(order)) == (1, 1)


async def test_two_workers_on_the_same_event_at_once_have_one_effect(
    bus: Bus, amqp_url: SecretStr, effects: Effects
) -> None:
    order = an_order()
    both_began = asyncio.Barrier(2)

    async def handle(event: SyncOrdered, uow: UnitOfWork) -> None:
        await both_began.wait()
        await effects.take(event, uow)

    routes: Routes = {SyncOrdered: handle}
    async with (
        Bus(amqp_url, "another worker") as other,
        running("scheduler", routes, bus, effects.pool, prefetch=1),
        running("scheduler", routes, other, effects.pool, prefetch=1),
    ):
        await send(bus, order, order)
        await effects.wait_for(order)
    assert await effects.pool.fetchval("SELECT count(*) FROM inbox") == 1
    assert await unsettled(bus) == 0


async def test_a_hundred_events_each_sent_twice_have_a_hundred_effects(
    bus: Bus, amqp_url: SecretStr, effects: Effects
) -> None:
    orders = [an_order() for _ in range(100)]
    routes: Routes = {SyncOrdered: effects.take}
    async with (
        Bus(amqp_url, "another worker") as other,
        running("scheduler", routes, bus, effects.pool),
        running("scheduler", routes, other, effects.pool),
    ):
        await asyncio.gather(*(send(bus, e) for e in orders), *(send(bus, e) for e in reversed(orders)))
        await effects.wait_for(*orders)
        await wait_for(lambda: all_settled(bus), what="all messages settled")


async def all_settled(bus: Bus) -> bool:
    return await unsettled(bus) == 0
