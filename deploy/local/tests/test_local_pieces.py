"""The pieces that private servers are made of, each by itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rosterbus_local.errors import LocalError
from rosterbus_local.ports import LOOPBACK, free_ports, is_free
from rosterbus_local.rabbitmq_binaries import find_rabbitmq
from rosterbus_local.servers import Servers, unused_folder
from rosterbus_local.state import load_state, lock_folder, save_state
from rosterbus_local.vhosts import with_vhost


def test_remembered_ports_are_used_again_where_they_are_still_free() -> None:
    first = free_ports(("amqp", "epmd"), {})
    with socket.socket() as taken:
        taken.bind((LOOPBACK, first["amqp"]))
        taken.listen()

        second = free_ports(("amqp", "epmd"), first)

        assert not is_free(first["amqp"])
        assert second["amqp"] != first["amqp"]
        assert second["epmd"] == first["epmd"]


def test_a_port_that_another_process_has_claimed_is_not_given_out_before_its_server_listens() -> None:
    (port,) = free_ports(("amqp",), {}).values()
    ask = f"from rosterbus_local.ports import claim, free_port; print(claim({port}), free_port({port}))"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout
    claimed, other = told.split()
    assert (claimed, int(other) != port) == ("False", True)


def test_a_state_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    state = load_state(tmp_path)
    state.ports = {"amqp": 21234}
    save_state(tmp_path, state)

    assert load_state(tmp_path) == state
    assert state.password
    assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600


def test_two_commands_do_not_share_a_folder(tmp_path: Path) -> None:
    held = lock_folder(tmp_path, patience=0)

    with pytest.raises(LocalError, match="Another command is using"):
        lock_folder(tmp_path, patience=0)

    os.close(held)
    os.close(lock_folder(tmp_path, patience=0))


def test_a_test_run_takes_the_first_folder_that_nobody_uses(tmp_path: Path) -> None:
    base = tmp_path / "test"

    assert unused_folder(base) == base
    assert unused_folder(base) == tmp_path / "test-2"


def test_a_missing_rabbitmq_is_one_clear_message_with_two_ways_out(tmp_path: Path) -> None:
    with pytest.raises(LocalError) as raised:
        find_rabbitmq(places=[tmp_path], may_install=False)

    assert "apt-get install rabbitmq-server" in str(raised.value)
    assert "docker compose up" in str(raised.value)


def test_given_addresses_start_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSTERBUS_DATABASE_URL", "postgresql://db.example/rosterbus")
    monkeypatch.setenv("ROSTERBUS_AMQP_URL", "amqp://me:secret@mq.example/")
    monkeypatch.delenv("ROSTERBUS_AMQP_MANAGEMENT_URL", raising=False)

    with Servers(tmp_path / "untouched", durable=True).start() as servers:
        assert servers.database_url == "postgresql://db.example/rosterbus"
        assert servers.amqp_url == "amqp://me:secret@mq.example/"
        assert servers.management_url == "http://me:secret@mq.example:15672"
    assert not (tmp_path / "untouched").exists()


def test_a_virtual_host_is_a_part_of_the_address() -> None:
    assert with_vhost("amqp://me:secret@127.0.0.1:5672/", "a/b") == "amqp://me:secret@127.0.0.1:5672/a%2Fb"
