"""A service's consumer and relay, run in the test's own process against the test's database and virtual host."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from common.bus import Bus
from common.db import Pool
from common.delivery import Consumer, OnPark, Routes
from common.events import Service
from common.outbox import Relay

FAST_DELAYS = (0.05, 0.1, 0.2, 0.4)
SOON = 0.05


@asynccontextmanager
async def relaying(service: Service, bus: Bus, pool: Pool) -> AsyncIterator[Relay]:
    """Relay the service's outbox while the context lasts, soon also where a test does not wake it after a commit."""
    relay = Relay(pool, bus, service, poll_seconds=SOON)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def running(
    service: Service,
    routes: Routes,
    bus: Bus,
    pool: Pool,
    *,
    pools: Sequence[str] = ("shared",),
    prefetch: int = 10,
    handler_seconds: float = 60,
    delays: Sequence[float] = FAST_DELAYS,
    on_park: OnPark | None = None,
    stop_budget: float = 5,
) -> AsyncIterator[Consumer]:
    """Consume `routes` and relay the service's outbox while the context lasts; retries come within milliseconds."""
    async with relaying(service, bus, pool) as relay:
        consumer = Consumer(
            service,
            routes,
            bus,
            pool,
            pools=pools,
            prefetch=prefetch,
            handler_seconds=handler_seconds,
            delays=delays,
            wake_relay=relay.wake,
            on_park=on_park,
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop(stop_budget)
