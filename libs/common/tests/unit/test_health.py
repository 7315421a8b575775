"""A service is ready when all its checks pass, and says which does not."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp.test_utils import TestClient, TestServer

from common import health
from common.health import Health, health_app


def check(result: bool) -> Callable[[], Awaitable[bool]]:
    async def answer() -> bool:
        return result

    return answer


async def broken() -> bool:
    raise ConnectionError


async def test_all_checks_must_pass_and_one_that_raises_has_failed() -> None:
    services = Health()
    services.add("database", check(True))
    assert await services.readiness() == (True, {"database": True})
    services.add("consumer", broken)
    assert await services.readiness() == (False, {"database": True, "consumer": False})


async def test_a_check_that_does_not_answer_in_time_has_failed() -> None:
    async def hang() -> bool:
        await asyncio.Event().wait()
        return True

    services = Health()
    services.add("consumer", hang)
    async with asyncio.timeout(health.CHECK_SECONDS + 5):
        assert await services.readiness() == (False, {"consumer": False})


async def test_the_three_addresses_answer() -> None:
    services = Health()
    services.add("database", check(False))
    async with TestClient(TestServer(health_app(services))) as http:
        assert (await http.get("/healthz")).status == 200
        ready = await http.get("/readyz")
        assert (ready.status, await ready.json()) == (503, {"ready": False, "checks": {"database": False}})
        assert "rosterbus_outbox_pending" in await (await http.get("/metrics")).text()
