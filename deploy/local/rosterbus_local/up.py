"""`make up`: the five services alone, against the operator's own settings, until Ctrl-C."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from honcho import environ
from rich.console import Console

from rosterbus_local import processes
from rosterbus_local.errors import LocalError
from rosterbus_local.ports import LOOPBACK, is_free
from rosterbus_local.servers import AMQP_URL, DATABASE_URL, Servers
from rosterbus_local.state import lock_folder, write_private

SECRET_KEY = "ROSTERBUS_SECRET_KEY"  # noqa: S105 - the name of a setting
FIRST_PORT = 8080


def up(folder: Path, dotenv: Path, console: Console) -> int:
    """Run the services until they end or we are interrupted; the exit code. Raises LocalError."""
    os.environ.update(operators_settings(dotenv))
    lock = lock_folder(folder, patience=5)
    with Servers(folder, durable=True) as servers:
        if not servers.complete:
            console.print(f"Starting private servers in {folder}. For your own: {DATABASE_URL}, {AMQP_URL}.")
        servers.start()
        env = {
            **os.environ,
            DATABASE_URL: servers.database_url,
            AMQP_URL: servers.amqp_url,
            SECRET_KEY: os.environ.get(SECRET_KEY) or kept_secret_key(folder, console),
        }
        env.setdefault("ROSTERBUS_LOG_FORMAT", "console" if console.is_terminal else "json")
        services = planned_services(env)
        group = processes.start(services, env=env, lock=lock, log=None)
        try:
            processes.wait_until_ready(group, services)
            console.print(f"Rosterbus is up. Dashboard: {env.get('ROSTERBUS_DASHBOARD_URL') or web_address(services)}")
            return group.wait()
        finally:
            group.stop()


def operators_settings(dotenv: Path) -> dict[str, str]:
    """The settings of the `.env` file that the environment does not set already."""
    if not dotenv.exists():
        return {}
    written: dict[str, str] = environ.parse(dotenv.read_text())
    return {name: value for name, value in written.items() if value and not os.environ.get(name)}


def planned_services(env: Mapping[str, str]) -> list[processes.Process]:
    """The services on the dashboard's port and the four after it. Raises LocalError if one of these is taken."""
    host = env.get("ROSTERBUS_HTTP_HOST") or LOOPBACK
    first = int(env.get("ROSTERBUS_HTTP_PORT") or FIRST_PORT)
    ports = dict(zip(processes.SERVICES, range(first, first + len(processes.SERVICES)), strict=True))
    taken = next((port for port in ports.values() if not is_free(port)), None)
    if taken is not None:
        raise LocalError(f"Port {taken} is in use. Set ROSTERBUS_HTTP_PORT to the first of five free ones.")
    return [processes.service(name, port, host) for name, port in ports.items()]


def kept_secret_key(folder: Path, console: Console) -> str:
    """The key made up at the first start and kept since; says so each time, for whoever loses it loses the secrets."""
    file = folder / "secret-key"
    if not file.exists():
        write_private(file, new_secret_key() + "\n")
    warning = f"{SECRET_KEY} is not set; using the key in {file}. Keep a copy: without it all secrets are lost."
    console.print(warning, style="yellow", soft_wrap=True)
    return file.read_text().strip()


def new_secret_key() -> str:
    """32 random bytes in URL-safe base64, as Fernet wants them."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def web_address(services: list[processes.Process]) -> str:
    """Where the dashboard, the first of the services, is reached from this machine."""
    return services[0].ready_url.removesuffix("/readyz")
