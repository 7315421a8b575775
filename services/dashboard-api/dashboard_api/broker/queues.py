"""How full the queues are: from RabbitMQ's management API where its address is set, otherwise asked over AMQP."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import aiohttp
import structlog
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelClosed
from aiormq import Channel
from yarl import URL

from common.bus import Bus
from common.event_model import ALL_SERVICES, PER_POOL
from common.topology import ALL_POOLS, RETRY_DELAYS, QueueSpec
from dashboard_api.broker.reaching import reached
from dashboard_api.context import Context
from dashboard_api.queries import districts

MANAGEMENT_SECONDS = 5.0

log = structlog.get_logger()
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Depth:
    """One queue. `unacknowledged` and the rates (messages a second) are None where only AMQP was asked."""

    ready: int = 0
    consumers: int = 0
    unacknowledged: int | None = None
    rate_in: float | None = None
    rate_out: float | None = None


async def look(context: Context) -> Json:
    """`{told_by, queues}`: a row for each service and pool, whether its queue is there or not.

    A row is `{queue, service, pool, exists, waiting, in_work, retrying, parked, workers, rate_in, rate_out}`.
    `told_by` is `management` or `amqp`; the latter does not know `in_work` and the rates. Raises `Problem` 503.
    """
    specs = specs_of(await districts.pools(context.pool))
    found = await _by_management(context)
    if found is not None:
        return {"told_by": "management", "queues": [_row(spec, found) for spec in _with_others(specs, found)]}
    async with reached(context.bus) as bus:
        names = [name for spec in specs for name in _names(spec)]
        counted = {name: depth for name in names if (depth := await count(bus, name)) is not None}
    return {"told_by": "amqp", "queues": [_row(spec, counted) for spec in specs]}


def specs_of(pools: Iterable[str]) -> list[QueueSpec]:
    """The queues that there should be: of each service, for each of these pools where it works by pools."""
    return [
        QueueSpec(service, pool, ())
        for service in ALL_SERVICES
        for pool in (sorted({"shared", *pools}) if service in PER_POOL else [ALL_POOLS])
    ]


def spec_named(name: str) -> QueueSpec | None:
    """The queue of that name, whether it is there or not; None for a name that none of ours can have."""
    for service in ALL_SERVICES:
        if name.startswith(f"{service}.") and "." not in (pool := name.removeprefix(f"{service}.")) and pool:
            return QueueSpec(service, pool, ())
    return None


async def count(bus: Bus, name: str) -> Depth | None:
    """One queue over AMQP; None if there is none of that name (asking for it closes the channel)."""
    channel: AbstractChannel = bus.connection.channel()
    await channel.initialize()
    try:
        underlay = await channel.get_underlay_channel()
        assert isinstance(underlay, Channel)
        told = await underlay.queue_declare(name, passive=True)
        return Depth(told.message_count or 0, told.consumer_count or 0)
    except ChannelClosed:
        return None
    finally:
        await channel.close()


def _names(spec: QueueSpec) -> list[str]:
    return [spec.name, spec.dead, *map(spec.retry, RETRY_DELAYS)]


def _with_others(specs: list[QueueSpec], found: Mapping[str, Depth]) -> list[QueueSpec]:
    """And the queues of pools that no district has any more: something may still lie there."""
    known = {spec.name for spec in specs}
    return [*specs, *(spec for name in sorted(found) if name not in known and (spec := spec_named(name)))]


def _row(spec: QueueSpec, found: Mapping[str, Depth]) -> Json:
    own = found.get(spec.name, Depth())
    retrying = [found[name] for name in map(spec.retry, RETRY_DELAYS) if name in found]
    return {
        "queue": spec.name,
        "service": spec.service,
        "pool": spec.pool,
        "exists": spec.name in found,
        "waiting": own.ready,
        "in_work": own.unacknowledged,
        "retrying": sum(depth.ready for depth in retrying),
        "parked": found.get(spec.dead, Depth()).ready,
        "workers": own.consumers,
        "rate_in": own.rate_in,
        "rate_out": own.rate_out,
    }


async def _by_management(context: Context) -> dict[str, Depth] | None:
    """All queues by name; None where there is no address, or it does not answer: AMQP knows most of it too."""
    address = context.settings.rabbitmq_management_url
    if address is None:
        return None
    parts = urlsplit(address.get_secret_value())
    vhost = unquote(urlsplit(context.settings.amqp_url.get_secret_value()).path[1:]) or "/"
    url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/api/queues/{quote(vhost, safe='')}"
    account = aiohttp.encode_basic_auth(unquote(parts.username or "guest"), unquote(parts.password or "guest"))
    try:
        timeout = aiohttp.ClientTimeout(total=MANAGEMENT_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as http,
            http.get(URL(url, encoded=True), headers={"Authorization": account}) as answer,
        ):
            return {queue["name"]: _depth(queue) for queue in await answer.json()}
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("RabbitMQ's management API does not answer; AMQP was asked", error=type(error).__name__)
        return None


def _depth(queue: Json) -> Depth:
    stats = queue.get("message_stats", {})
    return Depth(
        ready=queue.get("messages_ready", 0),
        consumers=queue.get("consumers", 0),
        unacknowledged=queue.get("messages_unacknowledged", 0),
        rate_in=stats.get("publish_details", {}).get("rate", 0.0),
        rate_out=stats.get("ack_details", {}).get("rate", 0.0),
    )
