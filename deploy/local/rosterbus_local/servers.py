"""PostgreSQL and RabbitMQ for a demo, for tests or for `make up`: the operator's own, or private ones."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from rosterbus_local.errors import LocalError
from rosterbus_local.postgres import PrivatePostgres
from rosterbus_local.rabbitmq import PrivateRabbit
from rosterbus_local.state import lock_folder

DATABASE_URL = "ROSTERBUS_DATABASE_URL"
AMQP_URL = "ROSTERBUS_AMQP_URL"
MANAGEMENT_URL = "ROSTERBUS_AMQP_MANAGEMENT_URL"
DEFAULT_MANAGEMENT_PORT = 15672
MOST_FOLDERS = 20


class Servers:
    """Both servers, started together. Use as a context manager, or call `start()` and `stop()`."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        """Nothing happens before `start()`. Private servers, which live in `folder`, are only for unset addresses."""
        self.folder = folder
        self.database_url = os.environ.get(DATABASE_URL, "")
        self.amqp_url = os.environ.get(AMQP_URL, "")
        self.management_url = os.environ.get(MANAGEMENT_URL) or _guess_management(self.amqp_url)
        self.postgres: PrivatePostgres | None = None
        self.rabbitmq: PrivateRabbit | None = None
        if not self.database_url:
            self.postgres = PrivatePostgres(folder / "postgres", durable=durable)
        if not self.amqp_url:
            self.rabbitmq = PrivateRabbit(folder / "rabbitmq", durable=durable)

    @property
    def complete(self) -> bool:
        """Whether both servers are the operator's own, so that there is nothing to start."""
        return self.postgres is None and self.rabbitmq is None

    def start(self) -> Self:
        """Start what is needed, both at once, and return when both answer. Raises LocalError."""
        try:
            for server in (self.rabbitmq, self.postgres):
                if server is not None:
                    server.launch()
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop what was started; nothing is left behind. Safe to call twice."""
        for server in (self.rabbitmq, self.postgres):
            if server is not None:
                server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait(self) -> None:
        if self.postgres is not None:
            self.postgres.wait()
            self.database_url = self.postgres.database_url
        if self.rabbitmq is not None:
            self.rabbitmq.wait()
            self.amqp_url, self.management_url = self.rabbitmq.amqp_url, self.rabbitmq.management_url


def ensure_servers(folder: Path, *, durable: bool) -> Servers:
    """Running servers: those of ROSTERBUS_DATABASE_URL and ROSTERBUS_AMQP_URL where set, private ones otherwise.

    `durable=False` is for tests: faster, and lost in a power cut. Raises LocalError, also if the folder is in use.
    """
    return Servers(folder, durable=durable).start()


def unused_folder(base: Path) -> Path:
    """`base`, or the first of `base-2`, `base-3`, … that no other command uses: several test runs in one checkout.

    It is this process's until the process ends.
    """
    for number in range(1, MOST_FOLDERS + 1):
        folder = base if number == 1 else base.with_name(f"{base.name}-{number}")
        if _claim(folder):
            return folder
    raise LocalError(f"{MOST_FOLDERS} commands already use {base} and its siblings. Stop some of them first.")


def _claim(folder: Path) -> bool:
    try:
        lock_folder(folder, patience=0)  # kept open on purpose
    except LocalError:
        return False
    return True


def _guess_management(amqp_url: str) -> str:
    """RabbitMQ's management API stands by custom on port 15672 of the broker's own host."""
    if not amqp_url:
        return ""
    parts = urlsplit(amqp_url)
    account = parts.netloc.rpartition("@")[0]
    return f"http://{account or 'guest:guest'}@{parts.hostname}:{DEFAULT_MANAGEMENT_PORT}"
