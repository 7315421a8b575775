"""The service as it is started and stopped: `python -m dashboard_api`."""

import asyncio
import os
import signal
import socket
import sys
from uuid import uuid4

import aiohttp

from common.bus import Bus
from common.events import SyncRequested
from common.settings import CommonSettings
from common.testing.waiting import wait_for

from .surroundings import SECRET_KEY, Dashboard, publish, school


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def begin(settings: CommonSettings, port: int) -> asyncio.subprocess.Process:
    """The service, on its way to this port."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dashboard_api",
        env={
            "PATH": os.environ["PATH"],
            "ROSTERBUS_DATABASE_URL": settings.database_url.get_secret_value(),
            "ROSTERBUS_AMQP_URL": settings.amqp_url.get_secret_value(),
            "ROSTERBUS_SECRET_KEY": SECRET_KEY,
            "ROSTERBUS_HTTP_PORT": str(port),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def is_ready(http: aiohttp.ClientSession) -> bool:
    try:
        async with http.get("/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def test_it_serves_projects_and_stops_in_order_with_a_stream_open(
    north: Dashboard, settings: CommonSettings, bus: Bus
) -> None:
    port, headers = free_port(), await north.bearer()
    process = await begin(settings, port)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as http:
        await wait_for(lambda: is_ready(http), seconds=60)
        async with http.get("/api/v1/events") as stream:
            event = SyncRequested(district_id="north", run_id=uuid4(), school_id=school("1"), mode="full")
            await publish(bus, event)
            async with asyncio.timeout(10):
                while str(event.run_id) not in (await stream.content.readline()).decode():
                    pass
            process.send_signal(signal.SIGTERM)
            assert not (await stream.content.read()).strip().startswith(b"event")
    out, _ = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0, out.decode()
    assert b"Traceback" not in out, out.decode()
