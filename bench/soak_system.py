"""The whole system as processes that can be killed one by one: five services, a source, a Moodle, a mail server."""

import asyncio
import base64
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp

from common.testing.waiting import wait_for
from rosterbus_local.ports import LOOPBACK, free_port
from rosterbus_local.processes import SERVICES, answers
from rosterbus_local.servers import Servers

TOKEN = SECRET = "soaked"
DISTRICT = "soak"
ZONES = ("Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
TIMES = ("20:00", "00:00")
STUCK_SECONDS = 75


@dataclass
class System:
    """The processes by name, and the API. `clock` are the arguments of `bench.soak_scheduler`."""

    servers: Servers
    folder: Path
    clock: Sequence[str]
    schools: int
    processes: dict[str, Process] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    api: aiohttp.ClientSession = field(init=False)

    async def start(self) -> Self:
        """Start everything, declare the district, and wait until its schools are listed."""
        ports = ("oneroster", "moodle", "smtp", "mail-page", *SERVICES)
        self.ports = {name: free_port() for name in ports}
        for name in ("oneroster", "moodle", "smtp"):
            await self.launch(name)
        for name in SERVICES:
            await self.launch(name)
        await wait_for(lambda: asyncio.to_thread(self.ready, "dashboard-api"), seconds=60, every=0.3)
        key = await self._key()
        self.api = aiohttp.ClientSession(self.url("dashboard-api"), headers={"Authorization": f"Bearer {key}"})
        await self.call("PUT", f"/districts/{DISTRICT}", self._declaration())
        await wait_for(self._is_listed, seconds=60, every=0.3, what="the source has told its schools")
        return self

    async def stop(self) -> None:
        """End all processes."""
        await self.api.close()
        for process in self.processes.values():
            if process.returncode is None:
                process.terminate()
        for process in self.processes.values():
            await process.wait()

    async def launch(self, name: str) -> None:
        """Start one process; what it says goes to a file of its own."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments(name), env=self._environment(name), stdout=log, stderr=log
            )

    async def kill(self, name: str, away: float) -> None:
        """Kill a process as a power cut would, and start it again after so many seconds."""
        self.processes[name].kill()
        await self.processes[name].wait()
        await asyncio.sleep(away)
        await self.launch(name)

    async def kill_broker(self, away: float) -> None:
        """Kill RabbitMQ, and start it again with what it had confirmed."""
        assert self.servers.rabbitmq is not None, "the soak needs a broker of its own"
        await asyncio.to_thread(self.servers.rabbitmq.kill)
        await asyncio.sleep(away)
        await asyncio.to_thread(self.servers.rabbitmq.start)

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A call to the API; tried again for a minute while the dashboard or its broker is away. None: it refused."""

        async def attempt() -> tuple[int, Any] | None:
            try:
                async with self.api.request(method, f"/api/v1{path}", json=body) as answer:
                    # 503 is the dashboard's word for "nothing was changed, try again" (ADR 45).
                    return None if answer.status == 503 else (answer.status, await answer.json())
            except (aiohttp.ClientError, OSError):
                return None

        status, found = await wait_for(attempt, seconds=60, every=0.3, what="the dashboard answers")
        assert status < 500, found
        return found if status < 400 else None

    def url(self, name: str) -> str:
        """The address of a process."""
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def ready(self, name: str) -> bool:
        """Whether a service says so."""
        return answers(f"{self.url(name)}/readyz")

    async def _is_listed(self) -> bool:
        found = await self.call("GET", f"/districts/{DISTRICT}")
        return found is not None and found["set_up"] == self.schools

    async def _key(self) -> str:
        file = self.folder / "key"
        file.unlink(missing_ok=True)
        command = ["-m", "dashboard_api.admin", "create-key", "--name", "soak", "--out", str(file)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=self._environment("dashboard-api"), stdout=asyncio.subprocess.DEVNULL
        )
        assert await process.wait() == 0
        return file.read_text().strip()

    def _arguments(self, name: str) -> list[str]:
        port = str(self.ports[name])
        match name:
            case "oneroster":
                size = ["--seed", "5", "--schools", str(self.schools), "--students", "3", "--client-secret", SECRET]
                return ["-m", "simulators.oneroster", "--port", port, *size]
            case "moodle":
                return ["-m", "simulators.moodle", "--port", port, "--token", TOKEN]
            case "smtp":
                pages, folder = str(self.ports["mail-page"]), str(self.folder / "mail")
                return ["-m", "simulators.smtp", "--port", port, "--http-port", pages, "--folder", folder]
            case "scheduler":
                return ["-m", "bench.soak_scheduler", *self.clock]
        return ["-m", SERVICES[name]]

    def _environment(self, name: str) -> dict[str, str]:
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("ROSTERBUS_")},
            "ROSTERBUS_DATABASE_URL": self.servers.database_url,
            "ROSTERBUS_AMQP_URL": self.servers.amqp_url,
            "ROSTERBUS_SECRET_KEY": base64.urlsafe_b64encode(bytes(32)).decode(),
            "ROSTERBUS_HTTP_PORT": str(self.ports[name]),
            "ROSTERBUS_LOG_LEVEL": "warning",
            "ROSTERBUS_SMTP_HOST": LOOPBACK,
            "ROSTERBUS_SMTP_PORT": str(self.ports["smtp"]),
            "ROSTERBUS_SMTP_FROM": "rosterbus@soak.example",
            "ROSTERBUS_SHUTDOWN_SECONDS": "3",
            **({"ROSTERBUS_STUCK_SECONDS": str(STUCK_SECONDS)} if name == "scheduler" else {}),
            **({"ROSTERBUS_TICK_SECONDS": "0.25"} if name == "scheduler" else {}),
        }

    def _declaration(self) -> dict[str, Any]:
        oneroster = self.url("oneroster")
        return {
            "district": {"id": DISTRICT, "name": "Soak", "timezone": ZONES[0], "max_parallel": 8, "spread_minutes": 60},
            "source": {
                "kind": "oneroster",
                "version": "1.2",
                "base_url": f"{oneroster}/ims/oneroster/rostering/v1p2",
                "token_url": f"{oneroster}/oauth/token",
                "client_id": "rosterbus",
                "client_secret": SECRET,
            },
            "target": {
                "name": "Moodle",
                "base_url": self.url("moodle"),
                "token": TOKEN,
                "roles": {"student": 5, "teacher": 3},
                "max_parallel": 8,
            },
            "schools": [
                {
                    "source_id": f"school-{n:04}",
                    "timezone": ZONES[n % len(ZONES)],
                    "nightly": TIMES[n // len(ZONES) % len(TIMES)],
                }
                for n in range(1, self.schools + 1)
            ],
        }


@asynccontextmanager
async def running(system: System) -> AsyncIterator[System]:
    """The system, from its first process to its last."""
    try:
        yield await system.start()
    finally:
        await system.stop()
