"""The outside world of the demo: a server for each kind of source, the Moodle, the mail server."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from rosterbus_local.demo_rosters import CLASSLINK, CLEVER, DROP_FOLDER, WONDE, SmallSchool, package_of
from rosterbus_local.demo_state import DemoState, address
from rosterbus_local.processes import Process
from simulators.generate import school_year_of

CLIENT_ID = "rosterbus"


def simulators(state: DemoState, folder: Path) -> list[Process]:
    """All that the invented district needs. Its packages are written first, the one of the drop folder too."""
    package_of(DROP_FOLDER, drop_folder(folder), _year())
    client = ["--client-id", CLIENT_ID, "--client-secret", state.source_secret]
    return [
        _source(state, folder, "oneroster", "--version", "1.2", *client),
        _source(state, folder, "clever", *client, school=CLEVER),
        _source(state, folder, "classlink", *client, school=CLASSLINK),
        _source(state, folder, "wonde", "--token", state.source_secret, school=WONDE),
        *target_simulators(state, folder),
    ]


def target_simulators(state: DemoState, folder: Path) -> list[Process]:
    """What every demo needs: a Moodle and a mail server."""
    return [_moodle(state, folder), _mail(state, folder)]


def drop_folder(folder: Path) -> Path:
    """Where the demo's district puts its packages."""
    return folder / "drop"


def _year() -> int:
    return school_year_of(datetime.now(UTC).date())


def _source(state: DemoState, folder: Path, name: str, *access: str, school: SmallSchool | None = None) -> Process:
    roster = ["--zip", str(package_of(school, folder / "rosters", _year()))] if school else []
    options = ["--port", str(state.ports[name]), *access, *roster, "--state", str(folder / f"{name}.state")]
    ready_url = address(state, name) + "/_simulator/counters"
    return Process(f"{name}-sim", [sys.executable, "-m", f"simulators.{name}", *options], ready_url)


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
