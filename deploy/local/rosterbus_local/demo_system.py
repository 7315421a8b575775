"""The demo's processes and their environment."""

from __future__ import annotations

import os
from pathlib import Path

from rosterbus_local.demo_district import MOODLE_TOKEN, SOURCE_ID, SOURCE_SECRET
from rosterbus_local.demo_simulators import CLIENT_ID, simulators, target_simulators
from rosterbus_local.demo_state import DemoState, address
from rosterbus_local.ports import LOOPBACK
from rosterbus_local.processes import SERVICES, Process, service
from rosterbus_local.servers import AMQP_URL, DATABASE_URL, Servers

NEEDED_SECONDS = "10"  # for running work to end at Ctrl-C


def demo_processes(state: DemoState, folder: Path, package: Path | None) -> list[Process]:
    """The simulators that the demo needs, then the five services."""
    outside = simulators(state, folder) if package is None else target_simulators(state, folder)
    return [*outside, *(service(name, state.ports[name]) for name in SERVICES)]


def demo_environment(state: DemoState, servers: Servers) -> dict[str, str]:
    """The environment of all processes: only the demo's own settings, lest it mail real people."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("ROSTERBUS_")}
    return {
        **others,
        DATABASE_URL: servers.database_url,
        AMQP_URL: servers.amqp_url,
        "ROSTERBUS_SECRET_KEY": state.secret_key,
        "ROSTERBUS_LOG_FORMAT": "console",
        "ROSTERBUS_SHUTDOWN_SECONDS": NEEDED_SECONDS,
        "ROSTERBUS_DASHBOARD_URL": address(state, "dashboard-api"),
        "ROSTERBUS_SMTP_HOST": LOOPBACK,
        "ROSTERBUS_SMTP_PORT": str(state.ports["smtp"]),
        "ROSTERBUS_SMTP_FROM": "rosterbus@demo.example",
        MOODLE_TOKEN: state.moodle_token,
        SOURCE_ID: CLIENT_ID,
        SOURCE_SECRET: state.source_secret,
    }
