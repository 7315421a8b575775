"""While the broker is away the dashboard is read-only, and says so (ADR 45)."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from pydantic import SecretStr

from common.bus import Bus
from common.settings import CommonSettings
from common.testing.waiting import wait_for
from dashboard_api.context import Context
from dashboard_api.web_unit_of_work import WebUnitOfWork
from rosterbus_local.servers import Servers
from rosterbus_local.vhosts import create_vhost, delete_vhost

from .surroundings import Dashboard
from .test_command_line import ROSTERBUS
from .test_service_process import begin, free_port, is_ready
from .visiting import page, send, signed_in

SAYS_SO = "Read-only: the message broker is away."


class Broker:
    """This test's virtual host; without it, nobody can connect."""

    def __init__(self, servers: Servers, url: SecretStr, bus: Bus) -> None:
        self._management = servers.management_url
        self._name = url.get_secret_value().rpartition("/")[2]
        self._bus = bus

    async def go(self) -> None:
        await asyncio.to_thread(delete_vhost, self._management, self._name)
        await wait_for(lambda: not self._bus.connected)

    async def come_back(self) -> None:
        await asyncio.to_thread(create_vhost, self._management, self._name)
        await wait_for(lambda: self._bus.connected)


@pytest.fixture
def context(context: Context, bus: Bus) -> Context:
    return replace(
        context,
        bus=bus,
        unit_of_work=lambda: WebUnitOfWork(context.pool, "dashboard-api", bus=bus, wake_relay=lambda: None),
    )


@pytest.fixture
async def broker(servers: Servers, amqp_url: SecretStr, bus: Bus) -> AsyncIterator[Broker]:
    broker = Broker(servers, amqp_url, bus)
    yield broker
    if not bus.connected:
        await broker.come_back()


async def ordered(north: Dashboard) -> int:
    count: int = await north.pool.fetchval("SELECT count(*) FROM outbox")
    return count


async def test_pages_say_that_they_are_read_only_until_the_broker_is_back(north: Dashboard, broker: Broker) -> None:
    await signed_in(north)
    assert SAYS_SO not in await page(north, "/schools")
    await broker.go()
    for path in ("/schools", "/runs", "/devices", "/errors", "/settings", "/help"):
        assert SAYS_SO in await page(north, path), path
    question = await page(north, "/schools/act?act=full")
    assert "Not now: the message broker is away" in question and " disabled>" in question
    await broker.come_back()
    assert SAYS_SO not in await page(north, "/schools")


async def test_nothing_is_ordered_or_declared_while_the_broker_is_away(north: Dashboard, broker: Broker) -> None:
    await signed_in(north)
    headers, before = await north.bearer(), await ordered(north)
    await broker.go()
    status, text = await send(north, "/schools/act", act="partial")
    assert status == 503 and "nothing was changed" in text
    order = {"mode": "partial"}
    for extra in ({}, {"Idempotency-Key": "once"}):
        async with north.http.post("/api/v1/districts/north/runs", json=order, headers=headers | extra) as answer:
            problem = await answer.json()
            assert (answer.status, problem["code"], answer.headers["Retry-After"]) == (503, "broker_away", "10")
    policy = {"timezone": "Europe/Brussels"}
    async with north.http.patch("/api/v1/districts/north/settings", json=policy, headers=headers) as answer:
        assert answer.status == 503, await answer.text()
    assert await ordered(north) == before
    await broker.come_back()
    async with north.http.post(
        "/api/v1/districts/north/runs", json=order, headers=headers | {"Idempotency-Key": "once"}
    ) as answer:
        assert answer.status == 202
    assert await ordered(north) == before + 1


async def test_an_order_from_the_command_line_goes_on_when_the_broker_comes_back_soon(
    north: Dashboard, broker: Broker
) -> None:
    before = await ordered(north)
    await broker.go()
    command = await asyncio.create_subprocess_exec(
        ROSTERBUS, "sync", "--all",
        env={"PATH": os.environ["PATH"], "ROSTERBUS_URL": north.url, "ROSTERBUS_API_KEY": await north.key()},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert command.stderr is not None
    sentence = (await command.stderr.readline()).decode()
    assert "The message broker is away" in sentence and "Trying once more in 10 s." in sentence
    await broker.come_back()
    out, _ = await command.communicate()
    assert (command.returncode, b"Ordered 2 runs." in out) == (0, True)
    assert await ordered(north) == before + 1


async def test_what_concerns_nobody_else_can_be_changed_all_the_same(north: Dashboard, broker: Broker) -> None:
    headers = await north.bearer()
    await broker.go()
    body = {"name": "reports", "scopes": ["read"], "districts": ["north"]}
    async with north.http.post("/api/v1/keys", json=body, headers=headers) as answer:
        assert answer.status == 201, await answer.text()


async def test_a_dashboard_that_is_started_without_a_broker_serves_and_takes_up_its_work_later(
    north: Dashboard, settings: CommonSettings, broker: Broker
) -> None:
    await broker.go()
    port, headers = free_port(), await north.bearer()
    process = await begin(settings, port)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as http:
        await wait_for(lambda: is_ready(http))

        async def answers(status: int) -> bool:
            async with http.post("/api/v1/districts/north/runs", json={"mode": "partial"}) as answer:
                return answer.status == status

        async with http.get("/api/v1/schools") as answer:
            assert answer.status == 200
        assert await answers(503)
        await broker.come_back()
        await wait_for(lambda: answers(202))
        process.terminate()
    out, _ = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0, out.decode()


async def test_a_dashboard_that_waits_for_the_broker_ends_when_it_is_told_to(
    north: Dashboard, settings: CommonSettings, broker: Broker
) -> None:
    await broker.go()
    port = free_port()
    process = await begin(settings, port)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        await wait_for(lambda: is_ready(http))
    process.terminate()
    out, _ = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0 and b"Traceback" not in out and b"never awaited" not in out, out.decode()
