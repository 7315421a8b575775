"""What the tests of the private servers share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from rosterbus_local.servers import Servers, ensure_servers

LONG_ENOUGH_SECONDS = 30
ADDRESSES = ("ROSTERBUS_DATABASE_URL", "ROSTERBUS_AMQP_URL", "ROSTERBUS_AMQP_MANAGEMENT_URL")


def processes_of(folder: Path) -> list[str]:
    """Every process that has the folder in its command line or works in it, this one excepted."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline", "cwd"]):
        words = [*(process.info["cmdline"] or []), process.info["cwd"] or ""]
        if process.info["pid"] != psutil.Process().pid and any(str(folder) in word for word in words):
            found.append(f"{process.info['pid']}: {' '.join(words)[:200]}")
    return found


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LONG_ENOUGH_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.05)


@pytest.fixture(name="processes_of", scope="session")
def _processes_of() -> Callable[[Path], list[str]]:
    return processes_of


@pytest.fixture(name="wait_for", scope="session")
def _wait_for() -> Callable[[Callable[[], bool], str], None]:
    return wait_for


@pytest.fixture(scope="module")
def private_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Private servers, whatever servers the rest of the suite is told to use."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ADDRESSES:
            environment.delenv(name, raising=False)
        running = ensure_servers(tmp_path_factory.mktemp("servers"), durable=False)
    yield running
    running.stop()
