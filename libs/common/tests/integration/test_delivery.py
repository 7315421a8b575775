"""What happens to an event on its way, on a real broker."""

from uuid import uuid4

from common.bus import Bus
from common.errors import Permanent
from common.events import SyncOrdered
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork


def an_order() -> SyncOrdered:
    return SyncOrdered(district_id="north", order_id=uuid4(), mode="full", ordered_by="test")


async def test_an_emitted_event_reaches_its_handler(bus: Bus, pool_of: PoolOf, probe: EventProbe) -> None:
    handled: list[SyncOrdered] = []

    async def note(event: SyncOrdered, uow: UnitOfWork) -> None:
        handled.append(event)

    publisher, subscriber = await pool_of("dashboard-api"), await pool_of("scheduler")
    order = an_order()
    async with running("scheduler", {SyncOrdered: note}, bus, subscriber), running("dashboard-api", {}, bus, publisher):
        async with UnitOfWork(publisher, "dashboard-api") as uow:
            uow.emit(order)
        await wait_for(lambda: handled == [order])
    assert await subscriber.fetchval("SELECT count(*) FROM inbox") == 1
    assert await publisher.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_permanent_error_parks_the_event_at_once(bus: Bus, pool_of: PoolOf) -> None:
    tries = 0

    async def refuse(event: SyncOrdered, uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        raise Permanent("never")

    publisher, subscriber = await pool_of("dashboard-api"), await pool_of("scheduler")
    async with (
        running("scheduler", {SyncOrdered: refuse}, bus, subscriber),
        running("dashboard-api", {}, bus, publisher),
    ):
        async with UnitOfWork(publisher, "dashboard-api") as uow:
            uow.emit(an_order())
        channel = await bus.channel()
        dead = await channel.get_queue("scheduler.all.dead")
        message = await wait_for(lambda: dead.get(fail=False))
    assert tries == 1
    assert message.headers["x-reason"] == "permanent"
