"""Parked messages: to look at, to give back to their queue, to discard. A kill at any line loses none of them.

A message is got without being acknowledged, and goes back to its place when the channel closes. It is acknowledged only
once its copy is confirmed by the broker, or, to be discarded, once the audit is committed: at worst it is there twice,
and the inbox of its service drops one of the two.

RabbitMQ 4 drops from a quorum queue what was given back twenty times. Who only looks gives back too, so a message that
was got often is replaced by a fresh copy.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel, HeadersType
from aio_pika.exceptions import PublishError

from common.bus import Bus, message
from common.db import Pool
from common.topology import QueueSpec
from dashboard_api.broker.queues import count
from dashboard_api.broker.reaching import reached
from dashboard_api.language import _
from dashboard_api.problems import Problem

MOST = 10_000
"""Messages of one queue that an act looks through."""
RENEWED_AT = 10
"""Deliveries after which a message is replaced by a fresh copy."""
WAIT_SECONDS = 0.1
LOCKS = 0x7061726B
"""One request at a time has a queue's parked messages in its hands."""
OF_PARKING = ("x-reason", "x-error", "x-attempt", "x-queue", "x-parked-at", "x-delivery-count", "x-death")


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked message. `reason` is as in `outcome.Park`, or `delivery_limit`; `parked_at` None: an older release's."""

    id: str
    reason: str
    error: str
    attempt: int
    parked_at: datetime | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done with: ids, each once."""

    ids: list[str]


Audit = Callable[[Acted], Awaitable[None]]
Deed = Callable[[AbstractRobustChannel, AbstractIncomingMessage, bool], Awaitable[None]]
"""What is done with a message before it is acknowledged; False: with one of the same id it was done."""


async def look(bus: Bus | None, pool: Pool, queue: QueueSpec, limit: int) -> list[Parked]:
    """The first `limit` of a queue's parked messages, the oldest first. Raises `Problem` 503."""
    async with reached(bus) as broker, _alone(pool, queue), _channel(broker) as channel:
        got = await _get(broker, channel, queue, limit)
        for incoming in got:
            if _deliveries(incoming) >= RENEWED_AT:
                await _copy(channel, incoming, queue.dead, _without(incoming, ("x-delivery-count", "x-death")))
                await incoming.ack()
        return [_parked(incoming) for incoming in got]


async def requeue(bus: Bus | None, pool: Pool, queue: QueueSpec, ids: Sequence[str] | None, audit: Audit) -> Acted:
    """Give messages (None: all) back to their queue, as if they came for the first time. `audit` is awaited before.

    Raises `Problem` 503, or 409 if the queue itself is not there; what was not given back by then stays parked.
    """

    async def give_back(channel: AbstractRobustChannel, incoming: AbstractIncomingMessage, first: bool) -> None:
        if first:
            await _copy(channel, incoming, queue.name, _without(incoming, OF_PARKING))

    return await _act(bus, pool, queue, ids, audit, give_back)


async def discard(bus: Bus | None, pool: Pool, queue: QueueSpec, ids: Sequence[str] | None, audit: Audit) -> Acted:
    """Forget messages (None: all) for good, after `audit` has kept what they were. Raises `Problem` 503."""

    async def forget(channel: AbstractRobustChannel, incoming: AbstractIncomingMessage, first: bool) -> None:
        """There is nothing to do but to acknowledge."""

    return await _act(bus, pool, queue, ids, audit, forget)


async def _act(
    bus: Bus | None, pool: Pool, queue: QueueSpec, ids: Sequence[str] | None, audit: Audit, deed: Deed
) -> Acted:
    async with reached(bus) as broker, _alone(pool, queue), _channel(broker) as channel:
        chosen = [m for m in await _get(broker, channel, queue, MOST) if ids is None or _id(m) in ids]
        acted = Acted(list(dict.fromkeys(map(_id, chosen))))
        if acted.ids:
            await audit(acted)
        done: set[str] = set()
        for incoming in chosen:
            try:
                await deed(channel, incoming, _id(incoming) not in done)
            except PublishError:
                raise _no_queue(queue) from None
            done.add(_id(incoming))
            await incoming.ack()
        return acted


@asynccontextmanager
async def _alone(pool: Pool, queue: QueueSpec) -> AsyncIterator[None]:
    """Until the end nobody else has this queue's messages in their hands, and finds it empty because of that."""
    key = crc32(queue.name.encode()) >> 1
    while True:
        async with pool.acquire() as conn:
            try:
                if await conn.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCKS, key):
                    yield
                    return
            finally:  # also where it was got but nobody waited any more: the connection goes back as it came
                await conn.execute("SELECT pg_advisory_unlock($1, $2)", LOCKS, key)
        await asyncio.sleep(WAIT_SECONDS)  # without a connection, which whoever has the lock may need


@asynccontextmanager
async def _channel(bus: Bus) -> AsyncIterator[AbstractRobustChannel]:
    """A channel with confirms; what it was given and did not acknowledge goes back to its place at the end."""
    channel = await bus.channel()
    try:
        yield channel
    finally:
        await channel.close()


async def _get(bus: Bus, channel: AbstractRobustChannel, queue: QueueSpec, limit: int) -> list[AbstractIncomingMessage]:
    depth = await count(bus, queue.dead)
    if depth is None:
        return []
    dead = await channel.get_queue(queue.dead, ensure=False)
    got: list[AbstractIncomingMessage] = []
    while len(got) < min(limit, depth.ready) and (incoming := await dead.get(fail=False)) is not None:
        got.append(incoming)
    return got


async def _copy(
    channel: AbstractRobustChannel, incoming: AbstractIncomingMessage, queue: str, headers: HeadersType
) -> None:
    await channel.default_exchange.publish(message(incoming.body, incoming.message_id or "", headers), queue)


def _without(incoming: AbstractIncomingMessage, names: Sequence[str]) -> HeadersType:
    return {name: value for name, value in incoming.headers.items() if name not in names}


def _id(incoming: AbstractIncomingMessage) -> str:
    """The event's id; of a message without one, a digest of what it says."""
    return incoming.message_id or hashlib.blake2s(incoming.body, digest_size=16).hexdigest()


def _deliveries(incoming: AbstractIncomingMessage) -> int:
    given = incoming.headers.get("x-delivery-count")
    return given if isinstance(given, int) else 0


def _parked(incoming: AbstractIncomingMessage) -> Parked:
    headers = incoming.headers
    death = _death(headers)
    attempt = headers.get("x-attempt")
    return Parked(
        id=_id(incoming),
        reason=str(headers.get("x-reason") or death.get("reason") or "unknown"),
        error=str(headers.get("x-error") or ""),
        attempt=attempt if isinstance(attempt, int) else 1,
        parked_at=_moment(headers.get("x-parked-at") or death.get("time")),
        body=incoming.body,
    )


def _death(headers: HeadersType) -> dict[str, object]:
    """What the broker itself says of a message that it moved here, because its workers died."""
    deaths = headers.get("x-death")
    first = deaths[0] if isinstance(deaths, list) and deaths else None
    return dict(first) if isinstance(first, dict) else {}


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _no_queue(queue: QueueSpec) -> Problem:
    return Problem(
        409,
        "no_queue",
        _(
            "The queue {queue} is not there, so nothing can be given back to it. Start {service}, then try again.",
            queue=queue.name,
            service=queue.service,
        ),
    )
