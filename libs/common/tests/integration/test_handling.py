"""What becomes of an event by what its handler does: handled once, tried again, or left to a person."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aio_pika.abc import AbstractIncomingMessage

from common.bus import Bus
from common.delivery import Handler, NotNow
from common.errors import Permanent, Transient
from common.events import Event, SyncFailed, SyncOrdered
from common.testing.effects import Effects, Orders, an_order
from common.testing.probe import EventProbe
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork

Parked = Callable[[], Awaitable[AbstractIncomingMessage]]


@pytest.fixture
def parked(bus: Bus) -> Parked:
    """The next message in the scheduler's dead queue."""

    async def next_one() -> AbstractIncomingMessage:
        queue = await (await bus.channel()).get_queue("scheduler.all.dead")
        return await wait_for(lambda: queue.get(fail=False), what="a message is parked")

    return next_one


class Handling:
    """A handler that raises `error` at its first `times` tries and then takes effect."""

    def __init__(self, effects: Effects, error: BaseException, times: int = 1000) -> None:
        self.tries = 0
        self._effects, self._error, self._times = effects, error, times

    async def __call__(self, event: SyncOrdered, uow: UnitOfWork) -> None:
        self.tries += 1
        if self.tries <= self._times:
            raise self._error
        await self._effects.take(event, uow)


async def test_an_emitted_event_reaches_its_handler_and_leaves_the_outbox(
    bus: Bus, effects: Effects, orders: Orders
) -> None:
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool):
        await effects.wait_for(*await orders.tell(3))
    assert await effects.pool.fetchval("SELECT count(*) FROM inbox") == 3
    await wait_for(lambda: is_empty(orders))


async def test_a_handler_without_a_last_transaction_is_marked_as_done_all_the_same(
    bus: Bus, effects: Effects, orders: Orders
) -> None:
    async def begin_only(event: SyncOrdered, uow: UnitOfWork) -> None:
        await effects.begin(event, uow)

    async with running("scheduler", {SyncOrdered: begin_only}, bus, effects.pool):
        await orders.tell()
        await wait_for(lambda: effects.pool.fetchval("SELECT count(*) FROM inbox"))


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (Transient("the server is busy"), 5),
        (ValueError("nobody foresaw it"), 3),
        (asyncio.CancelledError(), 3),
        (Permanent("the token is refused"), 1),
    ],
    ids=["transient", "unexpected", "cancelled from within", "permanent"],
)
async def test_an_error_that_stays_parks_the_event_after_its_last_try(
    bus: Bus, effects: Effects, orders: Orders, parked: Parked, error: BaseException, tries: int
) -> None:
    handler = Handling(effects, error)
    async with running("scheduler", {SyncOrdered: handler}, bus, effects.pool):
        await orders.tell()
        headers = (await parked()).headers
    assert handler.tries == tries
    assert headers["x-reason"] == ("permanent" if isinstance(error, Permanent) else "exhausted")
    assert (headers["x-attempt"], headers["x-error"], headers["x-queue"]) == (
        tries,
        type(error).__name__,
        "scheduler.all",
    )
    assert await effects.taken() == []


@pytest.mark.parametrize("error", [Transient("the server is busy"), ValueError("nobody foresaw it")])
async def test_an_error_that_passes_costs_a_retry_and_nothing_else(
    bus: Bus, effects: Effects, orders: Orders, error: BaseException
) -> None:
    handler = Handling(effects, error, times=2)
    async with running("scheduler", {SyncOrdered: handler}, bus, effects.pool):
        await effects.wait_for(*await orders.tell())
    assert handler.tries == 3


async def test_work_that_must_wait_its_turn_is_tried_again_without_counting(
    bus: Bus, effects: Effects, orders: Orders
) -> None:
    handler = Handling(effects, NotNow(), times=8)
    async with running("scheduler", {SyncOrdered: handler}, bus, effects.pool):
        await effects.wait_for(*await orders.tell())
    assert handler.tries == 9


async def test_a_handler_that_hangs_is_given_up_and_tried_again(bus: Bus, effects: Effects, orders: Orders) -> None:
    async def hang_once(event: SyncOrdered, uow: UnitOfWork) -> None:
        if await effects.begin(event, uow) == 1:
            await asyncio.Event().wait()
        await effects.take(event, uow)

    async with running("scheduler", {SyncOrdered: hang_once}, bus, effects.pool, handler_seconds=0.5):
        (order,) = await orders.tell()
        await effects.wait_for(order)
    assert await effects.beginnings(order) == 2


async def test_what_a_handler_wrote_before_it_raised_is_rolled_back_with_its_events(
    bus: Bus, effects: Effects, orders: Orders, parked: Parked, probe: EventProbe
) -> None:
    async def write_and_fail(event: SyncOrdered, uow: UnitOfWork) -> None:
        async with uow:
            await uow.conn.execute("INSERT INTO effect VALUES ($1)", event.order_id)
            uow.emit(an_order())
            raise Permanent("it cannot be")

    async with running("scheduler", {SyncOrdered: write_and_fail}, bus, effects.pool):
        orders_told = await orders.tell()
        await parked()
    assert await effects.taken() == []
    assert probe.all(SyncOrdered) == orders_told
    assert await effects.pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_parking_lets_the_service_say_what_it_means_to_others(
    bus: Bus, effects: Effects, orders: Orders, probe: EventProbe
) -> None:
    async def tell_failure(event: Event, error: BaseException, uow: UnitOfWork) -> None:
        assert isinstance(event, SyncOrdered)
        async with uow:
            uow.emit(a_failure(event))

    refuse = Handling(effects, Permanent("never"))
    async with running("scheduler", {SyncOrdered: refuse}, bus, effects.pool, on_park=tell_failure):
        (order,) = await orders.tell()
        assert await probe.wait_for(SyncFailed) == [a_failure(order)]


async def test_an_event_is_not_parked_before_that_could_be_said(
    bus: Bus, effects: Effects, orders: Orders, parked: Parked
) -> None:
    saying = 0

    async def fail_once(event: Event, error: BaseException, uow: UnitOfWork) -> None:
        nonlocal saying
        saying += 1
        if saying == 1:
            raise ConnectionError

    refuse = Handling(effects, Permanent("never"))
    async with running("scheduler", {SyncOrdered: refuse}, bus, effects.pool, on_park=fail_once):
        await orders.tell()
        await parked()
    assert (saying, refuse.tries) == (2, 2)


async def test_an_event_without_a_handler_is_parked_as_unrouted(
    bus: Bus, effects: Effects, orders: Orders, parked: Parked
) -> None:
    routes: dict[type[Event], Handler] = {SyncOrdered: effects.take}
    async with running("scheduler", routes, bus, effects.pool):
        del routes[SyncOrdered]  # as after an update that no longer takes what its queue is still bound to
        await orders.tell()
        assert (await parked()).headers["x-reason"] == "unrouted"


async def test_a_lost_retry_queue_is_made_again_when_it_is_needed(bus: Bus, effects: Effects, orders: Orders) -> None:
    handler = Handling(effects, Transient("the server is busy"), times=1)
    async with running("scheduler", {SyncOrdered: handler}, bus, effects.pool, delays=(0.05,)):
        channel = await bus.channel()
        await channel.queue_delete("scheduler.all.retry.0.05s", if_unused=False, if_empty=False)
        await effects.wait_for(*await orders.tell())


async def is_empty(orders: Orders) -> bool:
    return await orders.waiting() == 0


def a_failure(order: SyncOrdered) -> SyncFailed:
    return SyncFailed(
        district_id=order.district_id,
        run_id=order.order_id,
        school_id=order.order_id,
        mode="full",
        phase="fetching",
        code="INTERNAL",
    )
