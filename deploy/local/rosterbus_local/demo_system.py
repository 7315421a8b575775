"""The demo's processes, with the outside world simulated, and the district that it declares."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import yaml

from rosterbus_local.demo_state import DemoState
from rosterbus_local.ports import LOOPBACK
from rosterbus_local.processes import SERVICES, Process, service
from rosterbus_local.servers import AMQP_URL, DATABASE_URL, Servers

DISTRICT = "demo"
OPERATOR = "admin@demo.example"
CLIENT_ID = "rosterbus"
# Names of environment variables, by which the district file refers to its secrets.
MOODLE_TOKEN = "DEMO_MOODLE_TOKEN"  # noqa: S105
SOURCE_ID, SOURCE_SECRET = "DEMO_SOURCE_ID", "DEMO_SOURCE_SECRET"
NEEDED_SECONDS = "10"  # for running work to end at Ctrl-C


def address(state: DemoState, name: str) -> str:
    """The web address of one of the demo's processes."""
    return f"http://{LOOPBACK}:{state.ports[name]}"


def demo_processes(state: DemoState, folder: Path, package: Path | None) -> list[Process]:
    """The simulators that the demo needs, then the five services."""
    services = [service(name, state.ports[name]) for name in SERVICES]
    source = [] if package is not None else [_oneroster(state, folder)]
    return [*source, _moodle(state, folder), _mail(state, folder), *services]


def _oneroster(state: DemoState, folder: Path) -> Process:
    options = ["--port", str(state.ports["oneroster"]), "--version", "1.2", "--client-id", CLIENT_ID]
    options += ["--client-secret", state.source_secret, "--state", str(folder / "oneroster.state")]
    ready_url = address(state, "oneroster") + "/_simulator/counters"
    return Process("oneroster-sim", [sys.executable, "-m", "simulators.oneroster", *options], ready_url)


def _moodle(state: DemoState, folder: Path) -> Process:
    options = ["--port", str(state.ports["moodle"]), "--token", state.moodle_token]
    options += ["--state", str(folder / "moodle.journal")]
    ready_url = address(state, "moodle") + "/_simulator/summary"
    return Process("moodle-sim", [sys.executable, "-m", "simulators.moodle", *options], ready_url)


def _mail(state: DemoState, folder: Path) -> Process:
    options = ["--port", str(state.ports["smtp"]), "--http-port", str(state.ports["mail-page"])]
    options += ["--folder", str(folder / "mail")]
    ready_url = address(state, "mail-page") + "/"
    return Process("mail-sim", [sys.executable, "-m", "simulators.smtp", *options], ready_url)


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


def write_district(state: DemoState, folder: Path, package: Path | None) -> Path:
    """The district file for `rosterbus apply`."""
    declaration = {
        "district": {
            "id": DISTRICT,
            "name": "Demo district" if package is None else f"District of {package.name}",
            "timezone": "Europe/Amsterdam",
            "locale": "en",
        },
        "source": _rest_source(state) if package is None else {"kind": "oneroster-csv", "path": str(package)},
        "target": {
            "name": "Simulated Moodle",
            "base_url": address(state, "moodle"),
            "token_env": MOODLE_TOKEN,
            "user_auth": "oauth2",
            "roles": {"student": 5, "teacher": 3},
        },
        "schools": "all",
        "notify": [OPERATOR],
    }
    file = folder / "district.yaml"
    file.write_text(yaml.safe_dump(declaration, sort_keys=False))
    return file


def _rest_source(state: DemoState) -> dict[str, str]:
    host = address(state, "oneroster")
    return {
        "kind": "oneroster",
        "version": "1.2",
        "base_url": f"{host}/ims/oneroster/rostering/v1p2",
        "token_url": f"{host}/oauth/token",
        "client_id_env": SOURCE_ID,
        "client_secret_env": SOURCE_SECRET,
    }
