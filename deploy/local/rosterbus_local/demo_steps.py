"""What the demo does as its own first operator, through the same commands that operators use."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rosterbus_local.demo_district import DISTRICT, OPERATOR
from rosterbus_local.demo_state import DemoState, address
from rosterbus_local.errors import LocalError
from rosterbus_local.keeper import Command, with_death_signal
from rosterbus_local.processes import fetch
from rosterbus_local.state import write_private

ROSTERBUS = Path(sys.executable).parent / "rosterbus"
KEY_NAME = "demo"


@dataclass(frozen=True)
class Operator:
    """Runs operators' commands against the demo's dashboard."""

    state: DemoState
    folder: Path
    env: Mapping[str, str]

    def sign_up(self) -> None:
        """Make the demo's operator account and API key, unless they are there already."""
        password_file = self.folder / "operator-password"
        write_private(password_file, self.state.operator_password + "\n")
        admin = [sys.executable, "-m", "dashboard_api.admin"]
        self._run([*admin, "create-operator", "--email", OPERATOR, "--password-file", str(password_file)])
        self._run([*admin, "create-key", "--name", KEY_NAME, "--out", str(self.folder / "api-key")])

    def declare(self, district: Path) -> None:
        """Apply the district file; the same file twice changes nothing."""
        self._run([str(ROSTERBUS), "apply", "-f", str(district)])

    def synchronise(self, mode: str) -> dict[str, Any]:
        """Run one sync of all schools under the command's own progress display; what it says as JSON, at its end.

        Keys: `runs` (a list with `school`, `outcome`, `errors` …), `failed` (a number), `seconds`. Raises LocalError.
        """
        command = [str(ROSTERBUS), "sync", "--all", "--district", DISTRICT, "--mode", mode, "--wait", "--json"]
        done = self._start(command, stdout=subprocess.PIPE)
        try:
            report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        except (IndexError, ValueError):
            raise LocalError(failure(command)) from None
        return report

    def command(self, *words: str) -> None:
        """Run `rosterbus` with these words, unseen. Raises LocalError with what it said if it failed."""
        argv = [str(ROSTERBUS), *words]
        done = subprocess.run(  # noqa: S603 - the demo's own command
            with_death_signal(Command(argv)),
            env={**self.env, **self._access()},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise LocalError(f"`{' '.join(['rosterbus', *words])}` failed: {done.stderr or done.stdout}")

    def _run(self, argv: Sequence[str]) -> None:
        """Run a command; what it says goes to standard error, for our own output is the summary alone."""
        if self._start(argv, stdout=sys.stderr.fileno()).returncode != 0:
            raise LocalError(failure(argv))

    def _start(self, argv: Sequence[str], stdout: int) -> subprocess.CompletedProcess[str]:
        env = {**self.env, **self._access()}
        return subprocess.run(  # noqa: S603 - the demo's own command
            with_death_signal(Command(argv)), env=env, stdout=stdout, text=True, check=False
        )

    def _access(self) -> dict[str, str]:
        key_file = self.folder / "api-key"
        key = key_file.read_text().strip() if key_file.exists() else ""
        return {"ROSTERBUS_URL": address(self.state, "dashboard-api"), "ROSTERBUS_API_KEY": key}


def failure(argv: Sequence[str]) -> str:
    """The sentence about a command that failed, whose own words stand above it."""
    return f"`{' '.join(Path(word).name for word in argv[:3])} …` failed; the reason stands above, or in demo.log."


def moodle_holds(state: DemoState) -> dict[str, Any]:
    """What the simulated Moodle holds now: `users`, `courses`, `enrolments`, and the `calls` it has had."""
    status, body = fetch(address(state, "moodle") + "/_simulator/summary")
    if status != 200:
        raise LocalError(f"The simulated Moodle answered {status}. Its log is among the others.")
    held: dict[str, Any] = json.loads(body)
    return held
