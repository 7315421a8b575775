"""The life of a service: migrate, connect, relay and consume, serve health, stop in order.

    async with Runtime("notifier", settings) as runtime:
        await runtime.serve(ROUTES)

A signal (SIGTERM, SIGINT) ends `serve`: consuming stops first, running work ends within its budget, the relay empties
the outbox once more, connections close. A background task that dies takes the service down rather than leaving it lame.
"""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any, Self

import structlog
from aiohttp import web

from common import inbox, logs
from common.bus import PATIENCE_SECONDS, Bus
from common.db import DATABASE_AWAY, Pool, create_pool
from common.delivery import Consumer, OnPark, Routes
from common.events import Service
from common.health import Health, health_app
from common.migrate import migrate
from common.outbox import Relay
from common.settings import CommonSettings
from common.uow import UnitOfWork
from common.workers import Worker

HOUSEKEEPING_SECONDS = 15.0
DRAIN_SECONDS = 5.0

log = structlog.get_logger()


def spare_what_stays() -> None:
    """Let collections of garbage pass over what is there by now: modules, models and settings stay for good.

    Each full collection would look through all of it; a fetch of 400,000 rows has several, a third of a second each.
    """
    gc.collect()
    gc.freeze()


class Runtime:
    """The things that live as long as the process."""

    def __init__(self, service: Service, settings: CommonSettings) -> None:
        self.service = service
        self.settings = settings
        self.health = Health()
        self.stopping = asyncio.Event()
        self.worker = Worker(service, settings.pools)
        self.pool: Pool
        self.bus: Bus
        self.relay: Relay
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        logs.configure(self.settings, self.service)
        await migrate(self.settings.database_url, self.service)
        self.pool = await self._stack.enter_async_context(await create_pool(self.settings, self.service))
        self.bus = Bus(self.settings.amqp_url, self.service)
        self.relay = Relay(self.pool, self.bus, self.service)
        self.health.add("database", self._database_answers)
        self.health.add("consumer", _not_yet)
        spare_what_stays()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        log.info("stopped")

    def unit_of_work(self) -> UnitOfWork:
        """A unit of work for what no event caused."""
        return UnitOfWork(self.pool, self.service, wake_relay=self.relay.wake)

    async def serve(
        self,
        routes: Routes,
        *,
        on_park: OnPark | None = None,
        background: Sequence[Coroutine[Any, Any, None]] = (),
        http: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Work until told to stop. `http` replaces the plain health server where a service has pages of its own.

        It answers even if the broker cannot be reached at first; all else begins when that is there.
        """
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signal_, self.stopping.set)
        connecting = asyncio.create_task(self._stack.enter_async_context(self.bus))
        await self._until_stopped([], connecting, timeout=PATIENCE_SECONDS)
        answering = asyncio.ensure_future(http() if http else self._serve_health())
        await self._until_stopped([answering], connecting)
        if not connecting.done():
            for job in background:
                job.close()
            return await _cancel([connecting, answering])
        connecting.result()
        consumer = self._consumer(routes, on_park)
        await consumer.start()
        self.health.add("consumer", consumer.alive)
        relaying = asyncio.create_task(self.relay.run())
        tasks = [answering, *(asyncio.create_task(job) for job in (self._housekeeping(consumer), *background))]
        log.info("started", pools=self.settings.pools)
        try:
            await self._until_stopped([relaying, *tasks])
        finally:
            log.info("stopping")
            await consumer.stop(self.settings.shutdown_seconds)
            await _cancel(tasks)
            self.relay.stop()
            await asyncio.wait([relaying], timeout=DRAIN_SECONDS)
            await _cancel([relaying])
            await self._leave()

    def _consumer(self, routes: Routes, on_park: OnPark | None) -> Consumer:
        return Consumer(
            self.service,
            routes,
            self.bus,
            self.pool,
            pools=self.settings.pools,
            prefetch=self.settings.prefetch,
            handler_seconds=self.settings.handler_seconds,
            wake_relay=self.relay.wake,
            on_park=on_park,
        )

    async def _until_stopped(
        self, tasks: list[asyncio.Future[None]], goal: asyncio.Task[Any] | None = None, timeout: float | None = None
    ) -> None:
        """Until told to stop, or the goal is reached. Raises what the first of the tasks to end raises."""
        stopping = asyncio.create_task(self.stopping.wait())
        ends: list[asyncio.Future[Any]] = [stopping, *tasks, *([goal] if goal else [])]
        done, _ = await asyncio.wait(ends, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in done & {*tasks}:
            if not self.stopping.is_set():
                task.result()
                raise RuntimeError("a background task of the service ended")

    async def _serve_health(self) -> None:
        runner = web.AppRunner(health_app(self.health), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, self.settings.http_host, self.settings.http_port).start()
        try:
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _leave(self) -> None:
        try:
            await self.worker.leave(self.pool)
        except DATABASE_AWAY as error:
            log.debug("nobody could be told that this process ends", error=type(error).__name__)

    async def _housekeeping(self, consumer: Consumer) -> None:
        """Say that the process lives, measure the outbox, forget old marks; say once that the broker went or came."""
        connected = True
        while True:
            try:
                await self.worker.renew(self.pool, consumer.at_work)
                await self.relay.measure()
                await inbox.prune(self.pool)
            except Exception as error:
                log.warning("housekeeping failed", error=type(error).__name__)
            if connected != self.bus.connected:
                connected = self.bus.connected
                log.warning("the broker is back" if connected else "the broker is away; work waits")
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    async def _database_answers(self) -> bool:
        return await self.pool.fetchval("SELECT true") is True


async def _not_yet() -> bool:
    return False


async def _cancel(tasks: Sequence[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
