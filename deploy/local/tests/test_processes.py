"""The services as processes: started together, ready together, ended together."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from rosterbus_local.errors import LocalError
from rosterbus_local.keeper import Group, clean_environment
from rosterbus_local.ports import free_port, free_ports
from rosterbus_local.processes import SERVICES, Process, answers, service, start, wait_until_ready
from rosterbus_local.state import lock_folder
from rosterbus_local.up import new_secret_key

Start = Callable[[list[Process], dict[str, str]], Group]
SERVES = "from http.server import *; HTTPServer(('127.0.0.1', {port}), SimpleHTTPRequestHandler).serve_forever()"


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Start]:
    """Starts processes, and ends them with the test."""
    started: list[Group] = []

    def start_here(processes: list[Process], env: dict[str, str]) -> Group:
        lock = lock_folder(tmp_path, patience=0)
        started.append(start(processes, env=clean_environment(**env), lock=lock, log=tmp_path / "log"))
        os.close(lock)
        return started[-1]

    yield start_here
    for group in started:
        group.stop()


def test_the_five_services_start_together_and_leave_nothing_behind(
    database_url: SecretStr, amqp_url: SecretStr, begin: Start, tmp_path: Path
) -> None:
    ports = free_ports(tuple(SERVICES), {})
    services = [service(name, ports[name]) for name in SERVICES]

    group = begin(services, settings(database_url, amqp_url))
    wait_until_ready(group, services)
    family = group.descendants()
    group.stop()

    assert len(family) >= len(SERVICES)
    assert not any(process.is_running() for process in family)
    prefixes = {line.split()[1] for line in (tmp_path / "log").read_text().splitlines()}
    assert set(SERVICES) <= prefixes


def settings(database_url: SecretStr, amqp_url: SecretStr) -> dict[str, str]:
    return {
        "ROSTERBUS_DATABASE_URL": database_url.get_secret_value(),
        "ROSTERBUS_AMQP_URL": amqp_url.get_secret_value(),
        "ROSTERBUS_SECRET_KEY": new_secret_key(),
    }


def test_a_process_that_ends_takes_the_others_with_it_and_shows_why(begin: Start) -> None:
    port = free_port()
    well = Process("well", [sys.executable, "-c", SERVES.format(port=port)], f"http://127.0.0.1:{port}/")
    lame = Process("lame", ["sh", "-c", "echo the disk is full; exit 7"], f"http://127.0.0.1:{free_port()}/")

    group = begin([well, lame], {})

    with pytest.raises(LocalError, match=r"lame .* the disk is full"):
        wait_until_ready(group, [lame])
    assert group.wait(timeout=20) == 7
    assert not answers(well.ready_url)


def test_the_supervisor_s_death_ends_its_processes(begin: Start, wait_for: Callable[..., None]) -> None:
    port = free_port()
    well = Process("well", [sys.executable, "-c", SERVES.format(port=port)], f"http://127.0.0.1:{port}/")
    group = begin([well], {})
    wait_until_ready(group, [well])

    psutil.Process(group.pid).children()[0].kill()

    wait_for(lambda: not answers(well.ready_url), "the process to end with its supervisor")
