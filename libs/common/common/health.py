"""Health for orchestrators and people: /healthz (the process turns), /readyz (it can work now), /metrics."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], Awaitable[bool]]
CHECK_SECONDS = 2.0


class Health:
    """Named checks; a service is ready when all pass. One that raises or takes over `CHECK_SECONDS` has failed."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        """Name what must work, such as `database`."""
        self._checks[name] = check

    async def readiness(self) -> tuple[bool, dict[str, bool]]:
        """Whether all checks pass, and each one's result."""
        results = {name: await _passes(check) for name, check in self._checks.items()}
        return all(results.values()), results


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception:
        return False


def health_app(health: Health) -> web.Application:
    """The three addresses as an aiohttp application, for services without pages."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        ready, checks = await health.readiness()
        return web.json_response({"ready": ready, "checks": checks}, status=200 if ready else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return app
