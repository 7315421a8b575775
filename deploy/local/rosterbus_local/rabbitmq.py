"""A private RabbitMQ broker: its own folder, ports, node name, cookie and port mapper, beside any other broker."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path
from urllib.parse import quote

from rosterbus_local.keeper import Command, Group, clean_environment
from rosterbus_local.ports import LOOPBACK, free_ports
from rosterbus_local.rabbitmq_binaries import RabbitPrograms, find_rabbitmq
from rosterbus_local.state import State, load_state, lock_folder, save_state, write_private

ACCOUNT = "rosterbus"
PORTS = ("amqp", "management", "prometheus", "distribution", "epmd")
READY_SECONDS = 90
# With its management plugin, RabbitMQ before 3.13.2 sleeps 5 s at the end of a stop, when all data is safe already.
PATIENCE_SECONDS = {"durable": 20.0, "short-lived": 1.5}
LOCK_SECONDS = 30
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"  # what a client of AMQP 0-9-1 says first
PLUGINS = "[rabbitmq_management,rabbitmq_prometheus].\n"
# Two schedulers, for the broker shares the machine with everything else. They wait busily for a moment before they
# sleep: without that, waking them makes a start on a virtual machine last three times as long.
ERLANG_ARGUMENTS = "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +SDcpu 2:2 +sbwt medium +sbwtdio medium"
CONFIGURATION = """\
listeners.tcp.default = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {prometheus}
loopback_users = none
default_user = {account}
default_pass = {password}
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 1GB
log.console = false
log.file.level = warning
"""
# Quorum queues write ahead into files of 512 MB by default, kept in memory too: far too much for a private broker.
ADVANCED_CONFIGURATION = "[{ra, [{wal_max_size_bytes, 33554432}]}].\n"


class PrivateRabbit:
    """One private broker, whose data is kept between starts. Broker-failure tests stop, kill and restart it."""

    def __init__(self, folder: Path, *, durable: bool = False, programs: RabbitPrograms | None = None) -> None:
        """`durable` waits for the very end of a stop; `programs` are found, or installed, if not given."""
        self._folder = folder.resolve()
        self._patience = PATIENCE_SECONDS["durable" if durable else "short-lived"]
        self._programs = programs
        self._group: Group | None = None
        self._lock = -1
        self._amqp_port = 0
        self.amqp_url = ""
        self.management_url = ""

    def launch(self) -> None:
        """Start the broker without waiting for it. Raises LocalError."""
        programs = self._programs or find_rabbitmq()
        self._lock = lock_folder(self._folder, patience=LOCK_SECONDS)
        state = load_state(self._folder)
        state.ports = free_ports(PORTS, state.ports)
        save_state(self._folder, state)
        self._write_configuration(state)
        self._group = Group(
            [
                Command([str(programs.epmd), "-port", str(state.ports["epmd"]), "-address", LOOPBACK]),
                Command([str(programs.server)]),
            ],
            log=self._folder / "rabbitmq.log",
            env=self._environment(state),
            lock=self._lock,
            cwd=self._folder,
            patience=self._patience,
        )
        self._note_addresses(state)

    def wait(self) -> None:
        """Wait until the launched broker answers a client. Raises LocalError with the end of its log."""
        assert self._group is not None
        self._group.wait_until(self._answers, "RabbitMQ", READY_SECONDS)

    def start(self) -> None:
        """Launch and wait."""
        self.launch()
        self.wait()

    def stop(self) -> None:
        """Stop the broker in good order and wait until nothing of it is left. Safe to call twice."""
        if self._group is not None:
            self._group.stop()
            self._group = None
        self._unlock()

    def kill(self) -> None:
        """End the broker at once, as a power cut would. What it confirmed is still there after `start()`."""
        if self._group is not None:
            self._group.kill()
            self._group = None
        self._unlock()

    def restart(self) -> None:
        """Stop in good order and start again, at the same address."""
        self.stop()
        self.start()

    def _unlock(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _note_addresses(self, state: State) -> None:
        account = f"{ACCOUNT}:{quote(state.password)}"
        self._amqp_port = state.ports["amqp"]
        self.amqp_url = f"amqp://{account}@{LOOPBACK}:{self._amqp_port}/"
        self.management_url = f"http://{account}@{LOOPBACK}:{state.ports['management']}"

    def _write_configuration(self, state: State) -> None:
        for name in ("home", "mnesia", "log"):
            (self._folder / name).mkdir(exist_ok=True)
        text = CONFIGURATION.format(account=ACCOUNT, password=state.password, **state.ports)
        write_private(self._folder / "rabbitmq.conf", text)
        (self._folder / "advanced.config").write_text(ADVANCED_CONFIGURATION)
        (self._folder / "enabled_plugins").write_text(PLUGINS)

    def _environment(self, state: State) -> dict[str, str]:
        folder = self._folder
        # The data lies under the node's name, so the name depends on the folder's place and on nothing else.
        node = "rosterbus-" + hashlib.sha256(bytes(folder)).hexdigest()[:8]
        return clean_environment(
            HOME=str(folder / "home"),  # Erlang's cookie lives there
            RABBITMQ_NODENAME=f"{node}@localhost",
            RABBITMQ_NODE_PORT=str(state.ports["amqp"]),
            RABBITMQ_NODE_IP_ADDRESS=LOOPBACK,
            RABBITMQ_DIST_PORT=str(state.ports["distribution"]),
            ERL_EPMD_PORT=str(state.ports["epmd"]),
            ERL_EPMD_ADDRESS=LOOPBACK,
            RABBITMQ_MNESIA_BASE=str(folder / "mnesia"),
            RABBITMQ_LOG_BASE=str(folder / "log"),
            RABBITMQ_PID_FILE=str(folder / "pid"),
            RABBITMQ_CONFIG_FILE=str(folder / "rabbitmq"),
            RABBITMQ_ADVANCED_CONFIG_FILE=str(folder / "advanced.config"),
            RABBITMQ_CONF_ENV_FILE=os.devnull,
            RABBITMQ_ENABLED_PLUGINS_FILE=str(folder / "enabled_plugins"),
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=ERLANG_ARGUMENTS,
        )

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self._amqp_port), timeout=1) as connection:
                connection.sendall(PROTOCOL_HEADER)
                return connection.recv(1) == b"\x01"  # a method frame: the broker starts the handshake
        except OSError:
            return False
