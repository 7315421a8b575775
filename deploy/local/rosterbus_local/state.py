"""What a private server remembers between two starts, and the lock that keeps two commands out of one folder."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from pathlib import Path

from pydantic import BaseModel

from rosterbus_local.errors import LocalError

OWNER_ONLY = 0o600
LOCK_POLL_SECONDS = 0.1
LOCK_FILE = "lock"


class State(BaseModel):
    """Ports by name, and the password made up for the server's only account."""

    ports: dict[str, int] = {}
    password: str = ""


def load_state(folder: Path) -> State:
    """The remembered state of the folder's server, or a new one with a new password."""
    file = folder / "state.json"
    if file.exists():
        return State.model_validate_json(file.read_bytes())
    return State(password=secrets.token_urlsafe(18))


def save_state(folder: Path, state: State) -> None:
    """Keep the state for the next start, readable by the owner only."""
    write_private(folder / "state.json", json.dumps(state.model_dump(), indent=2))


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whatever stood there before."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)


def lock_folder(folder: Path, *, patience: float) -> int:
    """Lock the folder for as long as the returned descriptor, or a copy a child inherited, stays open.

    Waits up to `patience` seconds, for servers whose owner was killed need a moment to end. Raises LocalError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    deadline = time.monotonic() + patience
    while not _try_lock(descriptor):
        if time.monotonic() > deadline:
            os.close(descriptor)
            raise LocalError(f"Another command is using {folder}. Stop it first, or wait until it has ended.")
        time.sleep(LOCK_POLL_SECONDS)
    return descriptor


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
