"""Pools of workers: how many there are, and what waits for them, as the broker says. None: shown, and alerted."""

from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelClosed
from prometheus_client import Gauge

from common import topology
from common.bus import Bus
from common.db import Pool
from common.event_model import PER_POOL

WORKERS = Gauge("rosterbus_pool_workers", "Workers that take from a pool's queue", ["service", "pool"])
WAITING = Gauge("rosterbus_pool_waiting", "Events that wait in a pool's queue", ["service", "pool"])


async def look(bus: Bus, pool: Pool) -> None:
    """Note the workers of every pool that a district has, of each service. A queue that is missing has none."""
    if not bus.connected:
        return
    names = [row["pool"] for row in await pool.fetch("SELECT DISTINCT pool FROM registry.district")]
    found = [(name, service, *await _count(bus, service, name)) for name in names for service in PER_POOL]
    await pool.executemany(
        """
        INSERT INTO pool_state (pool, service, workers, messages, looked_at) VALUES ($1, $2, $3, $4, now())
        ON CONFLICT (pool, service) DO UPDATE
        SET workers = excluded.workers, messages = excluded.messages, looked_at = excluded.looked_at
        """,
        found,
    )
    await pool.execute("DELETE FROM pool_state WHERE pool <> ALL($1::text[])", names)
    WORKERS.clear()
    WAITING.clear()
    for name, service, workers, messages in found:
        WORKERS.labels(service, name).set(workers)
        WAITING.labels(service, name).set(messages)


async def _count(bus: Bus, service: str, pool: str) -> tuple[int, int]:
    """Consumers, and messages that none of them has. Asking for a queue that is missing closes the channel."""
    channel: AbstractChannel = bus.connection.channel()
    await channel.initialize()
    try:
        queue = await channel.declare_queue(topology.QueueSpec(service, pool, ()).name, passive=True)  # type: ignore[arg-type]
        told = queue.declaration_result
        return told.consumer_count or 0, told.message_count or 0
    except ChannelClosed:
        return 0, 0
    finally:
        await channel.close()
