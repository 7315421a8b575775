"""The five services as processes: which there are, how they start, and when they are ready."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from rosterbus_local.keeper import Command, Group
from rosterbus_local.ports import LOOPBACK

REPOSITORY = Path(__file__).resolve().parents[3]
STATE_FOLDER = REPOSITORY / ".local"
# The dashboard comes first: it is where people look, so it gets the first port.
SERVICES = {
    "dashboard-api": "dashboard_api",
    "scheduler": "scheduler",
    "roster-fetcher": "roster_fetcher",
    "moodle-sync": "moodle_sync",
    "notifier": "notifier",
}
READY_SECONDS = 90
PATIENCE_SECONDS = 45  # longer than the supervisor's own


@dataclass(frozen=True)
class Process:
    """One process of the system. `ready_url` answers 200 once it works; `env` is added to the common environment."""

    name: str
    argv: Sequence[str]
    ready_url: str
    env: Mapping[str, str] = field(default_factory=dict)


def service(name: str, port: int, host: str = LOOPBACK) -> Process:
    """The service of that name, serving health, metrics and, if it has any, pages at the port."""
    return Process(
        name=name,
        argv=[sys.executable, "-m", SERVICES[name]],
        ready_url=f"http://{LOOPBACK if host == '0.0.0.0' else host}:{port}/readyz",  # noqa: S104 - compared, not bound
        env={"ROSTERBUS_HTTP_HOST": host, "ROSTERBUS_HTTP_PORT": str(port)},
    )


def start(processes: Sequence[Process], *, env: Mapping[str, str], lock: int, log: Path | None) -> Group:
    """Start them under one supervisor; all end together. What differs between them is on its command line, secrets are
    not."""
    plan = [{"name": process.name, "argv": process.argv, "env": process.env} for process in processes]
    command = Command([sys.executable, "-m", "rosterbus_local.supervisor", json.dumps(plan)])
    unbuffered = {**env, "PYTHONUNBUFFERED": "1"}
    return Group([command], log=log, env=unbuffered, lock=lock, cwd=REPOSITORY, patience=PATIENCE_SECONDS)


def wait_until_ready(group: Group, processes: Sequence[Process]) -> None:
    """Return once every process says that it is ready. Raises LocalError with the end of the log."""
    for process in processes:
        group.wait_until(lambda url=process.ready_url: answers(url), process.name, READY_SECONDS)  # type: ignore[misc]


def answers(url: str) -> bool:
    """Whether the address answers 200 at once."""
    try:
        return fetch(url)[0] == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


def fetch(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Status and body of a plain GET to a process of ours, or of a POST with this body. Raises OSError."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or LOOPBACK, parts.port, timeout=5)
    try:
        connection.request("GET" if body is None else "POST", parts.path or "/", body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
