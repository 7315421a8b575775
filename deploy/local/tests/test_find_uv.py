"""uv is found, or installed in a folder of its own, on machines that have less and less."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from rosterbus_local.postgres_binaries import FIND_UV

NEEDED = ("sh", "dirname", "id", "env", "rm", "mkdir", "chmod", "cp")
INSTALL = 'mkdir -p "$bin" && echo "echo uv 1.0" > "$bin/uv" && chmod +x "$bin/uv"'
# Pythons that behave as Debian's do with python3-venv, and with python3-pip alone; what they install is no real uv.
PYTHON_WITH_VENV = f"""case "$2" in
    venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    pip) bin="$(dirname "$0")"; {INSTALL} ;;
esac"""
PYTHON_WITH_PIP_ONLY = f"""case "$2 $3" in
    venv*) exit 1 ;;
    "pip --version") echo pip 23 ;;
    *) for last; do case "$seen" in --target) bin="$last/bin" ;; esac; seen="$last"; done; {INSTALL} ;;
esac"""


def folder_with(folder: Path, **programs: str) -> Path:
    """A folder of programs, to be a PATH by itself: the shell's few, and these scripts."""
    folder.mkdir()
    for name in NEEDED:
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


def find_uv(path: Path, ours: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": str(path), "ROSTERBUS_UV_FOLDER": str(ours)}
    return subprocess.run([FIND_UV], env=environment, capture_output=True, text=True, check=False)


def test_an_installed_uv_is_taken(tmp_path: Path) -> None:
    path = folder_with(tmp_path / "bin", uv="echo uv 1.0")

    found = find_uv(path, tmp_path / "ours")

    assert found.stdout == f"{path}/uv\n"
    assert not (tmp_path / "ours").exists()


def test_a_missing_uv_is_installed_once_in_a_virtual_environment_of_its_own(tmp_path: Path) -> None:
    path = folder_with(tmp_path / "bin", python3=PYTHON_WITH_VENV)
    ours = tmp_path / "ours"

    first, second = find_uv(path, ours), find_uv(path, ours)

    assert first.stdout == second.stdout == f"{ours}/bin/uv\n"
    assert "Installing uv" in first.stderr
    assert second.stderr == ""


def test_pip_serves_where_virtual_environments_are_missing(tmp_path: Path) -> None:
    path = folder_with(tmp_path / "bin", python3=PYTHON_WITH_PIP_ONLY)
    ours = tmp_path / "ours"

    assert find_uv(path, ours).stdout == f"{ours}/bin/uv\n"


def test_with_no_way_to_uv_the_message_says_what_to_do(tmp_path: Path) -> None:
    path = folder_with(tmp_path / "bin", python3="exit 1")

    found = find_uv(path, tmp_path / "ours")

    assert found.returncode == 1
    assert found.stdout == ""
    assert "apt-get install python3-venv" in found.stderr
