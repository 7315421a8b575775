"""What safe delivery costs, as a ratio to its bare floor measured in the same run: `python -m bench.delivery`.

Ours: events wait in a queue; each is decoded, looked up in the inbox, handled in one transaction (the inbox mark, and
one event in the outbox), acknowledged; what it told is published by the relay and confirmed. The floor: the same
transaction, then a confirmed publish of the same bytes, with asyncpg and aio-pika alone, as many at a time.

Both sides take turns, so that a busy moment hits both; the median of all rounds counts. PostgreSQL and RabbitMQ are
private; PostgreSQL does not wait for the disk, which would make the floor slower and the ratio better.
"""

import argparse
import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import structlog
from aio_pika.abc import AbstractExchange
from prometheus_client import REGISTRY
from pydantic import SecretStr

from common import topology
from common.bus import Bus, message
from common.db import Connection, Pool, create_pool
from common.envelope import Envelope, encode
from common.events import SyncOrdered, SyncRefused
from common.migrate import migrate
from common.settings import CommonSettings
from common.testing.effects import an_order
from common.testing.running import running
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from rosterbus_local.servers import Servers, ensure_servers, unused_folder
from rosterbus_local.vhosts import create_vhost, delete_vhost, with_vhost

FOLDER = Path(__file__).parents[1] / ".local" / "bench"
AT_A_TIME = 10
LIMIT = 2.0
TAKEN = topology.queue_of("scheduler", "shared", [SyncOrdered])
TOLD = topology.queue_of("dashboard-api", "shared", [SyncRefused])


@dataclass(frozen=True)
class Stage:
    """The private servers' addresses, a pool and a bus as services have them, and the event that handlers tell."""

    settings: CommonSettings
    pool: Pool
    bus: Bus
    told: SyncRefused

    async def ours(self, events: int) -> float:
        """Seconds from the first delivery to the last confirmed publish."""
        await self._fill(events)
        last = _published() + events
        began = perf_counter()
        async with running("scheduler", {SyncOrdered: self._tell_next}, self.bus, self.pool, prefetch=AT_A_TIME):
            await wait_for(lambda: _published() >= last, seconds=600, what="all that was told is published")
            return perf_counter() - began

    async def floor(self, events: int) -> float:
        """Seconds for as many transactions, each followed by its publish."""
        body = encode(Envelope(self.told, "scheduler"))
        async with await aio_pika.connect(self.settings.amqp_url.get_secret_value()) as connection:
            channel = await connection.channel(on_return_raises=True)
            exchange = await channel.get_exchange(topology.EXCHANGE)
            async with _connections(self.settings.database_url) as conns:
                began = perf_counter()
                await asyncio.gather(*(_lane(conn, exchange, body, events // AT_A_TIME) for conn in conns))
                return perf_counter() - began

    async def reset(self) -> None:
        """Empty the tables and the queue of what was told, so that each side meets the same."""
        await self.pool.execute("TRUNCATE inbox, outbox")
        async with self.bus.connection.channel() as channel:
            await topology.declare_queue(channel, TAKEN)
            await (await topology.declare_queue(channel, TOLD)).purge()

    async def _fill(self, events: int) -> None:
        bodies = [encode(Envelope(an_order(), "dashboard-api")) for _ in range(events)]
        async with self.bus.connection.channel() as channel:
            await asyncio.gather(*(channel.default_exchange.publish(message(b, ""), TAKEN.name) for b in bodies))

    async def _tell_next(self, event: SyncOrdered, uow: UnitOfWork) -> None:
        async with uow:
            uow.emit(self.told)


def _published() -> float:
    """How many events the broker has confirmed, by the relay's own count: asking the tables would cost our side."""
    return REGISTRY.get_sample_value("rosterbus_events_published_total", {"service": "scheduler"}) or 0


@asynccontextmanager
async def _connections(url: SecretStr) -> AsyncIterator[Sequence[Connection]]:
    session = {"search_path": "scheduler"}
    conns = [await asyncpg.connect(url.get_secret_value(), server_settings=session) for _ in range(AT_A_TIME)]
    yield conns
    for conn in conns:
        await conn.close()


async def _lane(conn: Connection, exchange: AbstractExchange, body: bytes, events: int) -> None:
    for _ in range(events):
        id_ = uuid4()
        async with conn.transaction():
            await _write(conn, id_, body)
        await exchange.publish(message(body, str(id_)), "sync.refused.v1.shared")


async def _write(conn: Connection, id_: UUID, body: bytes) -> None:
    await conn.execute("INSERT INTO inbox (event_id, type) VALUES ($1, 'sync.ordered.v1')", id_)
    await conn.execute(
        "INSERT INTO outbox (event_id, type, pool, body) VALUES ($1, 'sync.refused.v1', 'shared', $2)", id_, body
    )


@asynccontextmanager
async def stage(servers: Servers) -> AsyncIterator[Stage]:
    """A migrated database and a virtual host of its own."""
    vhost = f"bench-{uuid4().hex[:8]}"
    create_vhost(servers.management_url, vhost)
    settings = CommonSettings(
        database_url=SecretStr(servers.database_url),
        amqp_url=SecretStr(with_vhost(servers.amqp_url, vhost)),
        database_connections=AT_A_TIME + 2,
    )
    await migrate(settings.database_url, "scheduler")
    told = SyncRefused(district_id="bench", run_id=uuid4(), school_id=uuid4(), reason="not_set_up")
    async with await create_pool(settings, "scheduler") as pool, Bus(settings.amqp_url, "bench") as bus:
        yield Stage(settings, pool, bus, told)
    delete_vhost(servers.management_url, vhost)


async def main(events: int, rounds: int) -> None:
    """Measure and print a table."""
    measured: list[tuple[float, float]] = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ensure_servers(unused_folder(FOLDER / "delivery"), durable=False) as servers:
        async with stage(servers) as here:
            for _ in range(rounds + 1):  # the first warms both sides up
                await here.reset()
                floor = await here.floor(events)
                await here.reset()
                measured.append((floor, await here.ours(events)))
    _show(events, measured[1:])


def _show(events: int, measured: Sequence[tuple[float, float]]) -> None:
    floor, ours = (events / median(column) for column in zip(*measured, strict=True))
    ratio = median(ours / floor for floor, ours in measured)
    verdict = "within" if ratio <= LIMIT else "OVER"
    print(f"{'':<42} {'floor/s':>8} {'ours/s':>8} {'ratio':>7} {'at most':>7}")
    print(f"{'no-op event, inbox and outbox':<42} {floor:8.0f} {ours:8.0f} {ratio:7.2f} {LIMIT:7.1f}  {verdict}")


def run(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000, help="in each round, on each side")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(given.events, given.rounds))


if __name__ == "__main__":
    run()
