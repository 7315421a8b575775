"""Real service processes that are killed, told to stop, or fall apart in the middle of their work."""

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable

import aiohttp

from common import topology
from common.bus import Bus, message
from common.envelope import Envelope, encode
from common.events import SyncOrdered, SyncRefused
from common.testing.effects import Effects, Orders, an_order
from common.testing.probe import EventProbe
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from rosterbus_local.ports import free_port

StartWorker = Callable[..., Awaitable[Process]]
SECONDS_TO_END = 20


async def exit_code(worker: Process) -> int:
    async with asyncio.timeout(SECONDS_TO_END):
        return await worker.wait()


async def test_what_a_killed_worker_had_in_hand_goes_to_the_next_and_takes_effect_once(
    bus: Bus, effects: Effects, orders: Orders, start_worker: StartWorker
) -> None:
    worker = await start_worker("waits")
    (order,) = await orders.tell()
    await wait_for(lambda: effects.beginnings(order), what="the worker is at work")
    worker.kill()

    async def take_over(event: SyncOrdered, uow: UnitOfWork) -> None:
        await effects.begin(event, uow)
        await effects.take(event, uow)

    async with running("scheduler", {SyncOrdered: take_over}, bus, effects.pool):
        await effects.wait_for(order)
    assert await effects.beginnings(order) == 2
    assert await exit_code(worker) == -signal.SIGKILL


async def test_a_worker_told_to_stop_finishes_what_it_has_in_hand_and_says_what_it_did(
    bus: Bus, effects: Effects, orders: Orders, start_worker: StartWorker, probe: EventProbe
) -> None:
    port = free_port()
    worker = await start_worker("waits", shutdown_seconds=SECONDS_TO_END, prefetch=2, http_port=port)
    told = await orders.tell(3)
    await wait_for(lambda: at_work(effects, 2), what="the worker has both hands full")
    worker.terminate()
    await wait_for(lambda: answers(port, 503), what="the worker is not ready for more")
    await effects.open_gate()
    assert await exit_code(worker) == 0
    assert len(await effects.taken()) == 2
    assert len(await probe.wait_for(SyncRefused, 2)) == 2
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool):
        await effects.wait_for(*told)
        await wait_for(lambda: nothing_waits(bus), what="nothing came again")
    assert [await effects.beginnings(order) for order in told] == [1, 1, 0]


async def test_work_that_exceeds_the_budget_of_a_worker_told_to_stop_goes_to_the_next(
    bus: Bus, effects: Effects, orders: Orders, start_worker: StartWorker
) -> None:
    worker = await start_worker("waits", shutdown_seconds=0.2)
    (order,) = await orders.tell()
    await wait_for(lambda: effects.beginnings(order), what="the worker is at work")
    worker.terminate()
    assert await exit_code(worker) == 0
    assert await effects.taken() == []
    async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool):
        await effects.wait_for(order)


async def test_a_worker_tells_over_http_that_it_lives_is_ready_and_what_it_counts(
    effects: Effects, orders: Orders, start_worker: StartWorker
) -> None:
    port = free_port()
    await start_worker("prompt", http_port=port)
    await effects.wait_for(*await orders.tell())
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        async with http.get("/readyz") as ready:
            assert (ready.status, await ready.json()) == (
                200,
                {"ready": True, "checks": {"database": True, "consumer": True}},
            )
        async with http.get("/healthz") as alive:
            assert alive.status == 200
        async with http.get("/metrics") as metrics:
            handled = 'rosterbus_events_handled_total{event="sync.ordered.v1",outcome="done",service="scheduler"} 1.0'
            assert handled in await metrics.text()


async def test_a_service_whose_background_task_ends_goes_down_rather_than_on_without_it(
    start_worker: StartWorker,
) -> None:
    assert await exit_code(await start_worker("lame")) == 1


async def test_an_event_that_kills_every_worker_ends_in_the_dead_queue(
    bus: Bus, effects: Effects, orders: Orders, start_worker: StartWorker
) -> None:
    channel = await bus.channel()
    spec = topology.queue_of("scheduler", "shared", [SyncOrdered])
    await topology.declare_queue(channel, spec)
    dead = await channel.get_queue(spec.dead)
    (order,) = await orders.tell()
    await start_worker("dies")
    parked = await wait_for(lambda: dead.get(fail=False), seconds=60, what="the event is parked")
    assert parked.headers["x-reason"] == "exhausted"
    assert parked.headers["x-error"] == "WorkersLost"
    assert await effects.beginnings(order) == topology.DELIVERY_LIMIT


async def test_a_message_that_kills_its_worker_before_we_see_it_is_stopped_by_the_broker(bus: Bus) -> None:
    order = an_order()
    spec = topology.queue_of("scheduler", "shared", [SyncOrdered])
    async with bus.connection.channel() as channel:
        await topology.declare_queue(channel, spec)
        body = encode(Envelope(order, "dashboard-api"))
        await channel.default_exchange.publish(message(body, ""), spec.name)
        dead = await channel.get_queue(spec.dead)
        deliveries = 0
        while not (parked := await dead.get(fail=False)):
            async with bus.connection.channel() as dying:
                if await (await dying.get_queue(spec.name)).get(fail=False):
                    deliveries += 1
    assert deliveries == topology.DELIVERY_LIMIT + 1
    assert parked.body == body


async def at_work(effects: Effects, count: int) -> bool:
    return bool(await effects.pool.fetchval("SELECT count(*) = $1 FROM beginning", count))


async def answers(port: int, status: int) -> bool:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/readyz") as ready:
        return ready.status == status


async def nothing_waits(bus: Bus) -> bool:
    async with bus.connection.channel() as channel:
        return not (await channel.get_queue("scheduler.all")).declaration_result.message_count
