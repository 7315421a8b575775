"""The outbox and its relay: each event is published, however many relays there are and whatever the broker lacks."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest
import structlog.testing
from pydantic import SecretStr

from common.bus import Bus
from common.events import SyncOrdered
from common.outbox import Relay
from common.testing.effects import Effects, Orders, an_order
from common.testing.probe import EventProbe
from common.testing.running import relaying, running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork


@pytest.mark.parametrize("relays", [2, 5])
async def test_relays_side_by_side_publish_each_event_once(
    bus: Bus, amqp_url: SecretStr, unrelayed: Orders, probe: EventProbe, relays: int
) -> None:
    told = await tell_at_once(unrelayed, 450)
    async with AsyncExitStack() as stack:
        buses = [await stack.enter_async_context(Bus(amqp_url, f"relay {n}")) for n in range(relays)]
        await asyncio.gather(*(Relay(unrelayed.pool, b, "dashboard-api").drain() for b in buses))
        heard = await probe.wait_for(SyncOrdered, len(told))
    assert Counter(e.order_id for e in heard) == Counter(e.order_id for e in told)
    assert await unrelayed.waiting() == 0


async def test_events_come_out_in_the_order_in_which_they_were_told(
    bus: Bus, unrelayed: Orders, probe: EventProbe
) -> None:
    told = await tell_at_once(unrelayed, 250)
    await Relay(unrelayed.pool, bus, "dashboard-api").drain()
    assert await probe.wait_for(SyncOrdered, len(told)) == told


async def test_an_event_published_before_its_subscriber_ever_started_is_not_lost(
    bus: Bus, effects: Effects, unrelayed: Orders
) -> None:
    told = await unrelayed.tell(3)
    await Relay(unrelayed.pool, bus, "dashboard-api").drain()
    assert await unrelayed.waiting() == 0
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool):
        await effects.wait_for(*told)


async def test_an_unroutable_event_stays_in_the_outbox_and_goes_through_when_the_queue_exists_again(
    bus: Bus, effects: Effects, unrelayed: Orders
) -> None:
    relay = Relay(unrelayed.pool, bus, "dashboard-api")
    await unrelayed.tell()
    await relay.drain()
    channel = await bus.channel()
    for queue in ("scheduler.all", "dashboard-api.all"):
        await channel.queue_delete(queue, if_unused=False, if_empty=False)
    (order,) = await unrelayed.tell()
    await relay.drain()
    row = await unrelayed.pool.fetchrow("SELECT attempts, last_error FROM outbox")
    assert row is not None
    assert (row["attempts"], row["last_error"]) == (1, "no queue takes this event")
    async with (
        relaying("dashboard-api", bus, unrelayed.pool),
        running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool),
    ):
        await effects.wait_for(order)
    assert await unrelayed.waiting() == 0


async def test_one_event_that_cannot_be_published_does_not_hold_up_the_others(
    bus: Bus, unrelayed: Orders, probe: EventProbe
) -> None:
    await unrelayed.pool.execute(
        "INSERT INTO outbox (event_id, type, pool, body) VALUES (gen_random_uuid(), 'dropped.by_us.v1', 'shared', '')"
    )
    told = await unrelayed.tell(2)
    with structlog.testing.capture_logs() as logged:
        relay = Relay(unrelayed.pool, bus, "dashboard-api")
        await relay.drain()
        await relay.drain()
    assert await probe.wait_for(SyncOrdered, 2) == told
    assert await unrelayed.waiting() == 1
    assert [line["event"] for line in logged] == ["events cannot be published; they wait in the outbox"]


async def test_a_woken_relay_does_not_wait_for_its_next_look(bus: Bus, orders: Orders, probe: EventProbe) -> None:
    await orders.tell()
    await probe.wait_for(SyncOrdered)
    async with asyncio.timeout(0.9):  # its next look by itself would be a second away
        await orders.tell()
        await wait_for(lambda: len(probe.all(SyncOrdered)) == 2)


async def tell_at_once(orders: Orders, count: int) -> list[SyncOrdered]:
    told = [an_order() for _ in range(count)]
    async with UnitOfWork(orders.pool, "dashboard-api") as uow:
        for order in told:
            uow.emit(order)
    return told
