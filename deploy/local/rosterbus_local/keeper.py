"""The owner's side of a guarded group of processes: start, watch, stop, kill."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from rosterbus_local import guard
from rosterbus_local.errors import LocalError

POLL_SECONDS = 0.05
TAIL_LINES = 15


@dataclass(frozen=True)
class Command:
    """One command of a group; `stop` is the name of the signal that asks it to end."""

    argv: Sequence[str]
    stop: str = "TERM"


class Group:
    """Commands that live and die together, under a guard process of their own."""

    def __init__(
        self,
        commands: Sequence[Command],
        *,
        log: Path | None,
        env: Mapping[str, str],
        lock: int,
        cwd: Path,
        patience: float = 20,
    ) -> None:
        """`lock` is a file descriptor that stays locked for as long as anything of the group lives.

        Without a `log` the commands write where we do.
        """
        self._log, self._patience = log, patience
        spec = {
            "commands": [{"argv": with_death_signal(command), "stop": command.stop} for command in commands],
            "log": log and str(log),
            "cwd": str(cwd),
            "patience": patience,
        }
        self._guard = subprocess.Popen(  # noqa: S603 - this package's own guard
            [sys.executable, guard.__file__, json.dumps(spec)],
            env=dict(env),
            stdin=subprocess.PIPE,
            pass_fds=[lock],
            start_new_session=True,
        )

    @property
    def running(self) -> bool:
        """Whether the group's main command still runs."""
        return self._guard.poll() is None

    @property
    def pid(self) -> int:
        """The guard's process id."""
        return self._guard.pid

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the group to end by itself; its main command's exit code. Raises subprocess.TimeoutExpired."""
        return self._guard.wait(timeout)

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Return once `ready()` holds; raise LocalError with the log's end if the group ends or time runs out."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise LocalError(f"{what} did not start: its processes have ended.{self.log_tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise LocalError(f"{what} was not ready after {seconds:.0f} s.{self.log_tail()}")
            time.sleep(POLL_SECONDS)

    def log_tail(self) -> str:
        """The last lines of the group's log, introduced by a sentence; empty without a log."""
        if self._log is None:
            return ""
        lines = self._log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return f" Its log, {self._log}, ends with:\n" + "\n".join(lines)

    def stop(self) -> None:
        """Ask the group to end, and wait until nothing of it is left. Safe to call twice."""
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        try:
            self._guard.wait(self._patience * 2 + 5)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End everything of the group at once, as a power cut would."""
        assert self._guard.stdin is not None
        family = self.descendants()
        for process in family:
            _kill(process)
        psutil.wait_procs(family, timeout=10)
        self._guard.stdin.close()
        self._guard.wait()

    def descendants(self) -> list[psutil.Process]:
        """Every process below the guard, the guard itself not included."""
        try:
            return psutil.Process(self._guard.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def with_death_signal(command: Command) -> list[str]:
    """The command, told to stop by the kernel should its guard be killed outright."""
    if command.argv[0] == "setpriv":
        return ["setpriv", "--pdeathsig", command.stop, *command.argv[1:]]
    if shutil.which("setpriv") is None:
        return list(command.argv)
    return ["setpriv", "--pdeathsig", command.stop, *command.argv]


def clean_environment(**extra: str) -> dict[str, str]:
    """The caller's environment without the settings that would lead a private server astray."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "RABBITMQ_", "ERL_"))}
    return {**kept, **extra}
