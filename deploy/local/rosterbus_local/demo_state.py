"""What a demo remembers: its made-up secrets, its ports, and how far it has come."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from pydantic import BaseModel, Field

from rosterbus_local.ports import LOOPBACK, free_port, free_ports
from rosterbus_local.processes import SERVICES, STATE_FOLDER
from rosterbus_local.state import write_private
from rosterbus_local.up import FIRST_PORT, new_secret_key

DEMO_FOLDER = STATE_FOLDER / "demo"
SIMULATORS = ("oneroster", "clever", "classlink", "wonde", "moodle", "smtp", "mail-page")


def _secret() -> str:
    return secrets.token_urlsafe(12)


class DemoState(BaseModel):
    """Kept in the demo's folder, readable by its owner only."""

    secret_key: str = Field(default_factory=new_secret_key)
    operator_password: str = Field(default_factory=_secret)
    moodle_token: str = Field(default_factory=_secret)
    source_secret: str = Field(default_factory=_secret)
    ports: dict[str, int] = {}
    fully_synced: bool = False
    story_told: bool = False


def address(state: DemoState, name: str) -> str:
    """The web address of one of the demo's processes."""
    return f"http://{LOOPBACK}:{state.ports[name]}"


def demo_folder(package: Path | None) -> Path:
    """Where a demo keeps everything: each package has a demo of its own, apart from the invented district's."""
    if package is None:
        return DEMO_FOLDER
    place = hashlib.sha256(bytes(package.resolve())).hexdigest()[:8]
    return DEMO_FOLDER / "packages" / f"{package.stem}-{place}"


def load_demo(folder: Path) -> DemoState:
    """The demo's state, or that of a new one, with free ports; the dashboard's is 8080 where that is possible."""
    file = _file(folder)
    state = DemoState.model_validate_json(file.read_bytes()) if file.exists() else DemoState()
    dashboard = free_port(state.ports.get("dashboard-api", FIRST_PORT))
    others = tuple(name for name in (*SERVICES, *SIMULATORS) if name != "dashboard-api")
    state.ports = {"dashboard-api": dashboard, **free_ports(others, state.ports)}
    save_demo(folder, state)
    return state


def save_demo(folder: Path, state: DemoState) -> None:
    """Keep the state for the next start."""
    write_private(_file(folder), state.model_dump_json(indent=2))


def _file(folder: Path) -> Path:
    return folder / "demo.json"
