"""A guarded group of processes ends with its owner, with its guard and on request, whatever it does against that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from rosterbus_local.errors import LocalError
from rosterbus_local.keeper import Command, Group, clean_environment
from rosterbus_local.state import lock_folder

WaitFor = Callable[[Callable[[], bool], str], None]
ProcessesOf = Callable[[Path], list[str]]

SLEEPER = Command(["sleep", "600"])
STUBBORN = Command(["sh", "-c", "trap '' TERM; while true; do sleep 600; done"])
OWNER = """
import os, sys
from pathlib import Path
from rosterbus_local.keeper import Command, Group
from rosterbus_local.state import lock_folder
folder = Path(sys.argv[1])
group = Group([Command(["sleep", "600"])], log=folder / "log", env=os.environ, cwd=folder,
              lock=lock_folder(folder, patience=0))
print("started", flush=True)
sys.stdin.read()
"""


class Groups:
    """Makes groups whose files lie in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: list[Group] = []

    def start(self, *commands: Command, patience: float = 20) -> Group:
        lock = lock_folder(self.folder, patience=0)
        log = self.folder / "log"
        group = Group(commands, log=log, env=clean_environment(), lock=lock, cwd=self.folder, patience=patience)
        os.close(lock)
        self.made.append(group)
        return group


@pytest.fixture
def groups(tmp_path: Path) -> Iterator[Groups]:
    made = Groups(tmp_path)
    yield made
    for group in made.made:
        group.stop()


def test_a_stop_ends_every_command(
    groups: Groups, tmp_path: Path, processes_of: ProcessesOf, wait_for: WaitFor
) -> None:
    group = groups.start(SLEEPER, SLEEPER)
    wait_for(lambda: len(group.descendants()) == 2, "both commands to run")

    group.stop()

    assert processes_of(tmp_path) == []


def test_a_command_that_ignores_the_request_is_killed(
    groups: Groups, tmp_path: Path, processes_of: ProcessesOf, wait_for: WaitFor
) -> None:
    group = groups.start(STUBBORN, patience=0.2)
    wait_for(lambda: len(group.descendants()) == 2, "the shell to start its child")

    group.stop()

    assert processes_of(tmp_path) == []


def test_the_group_ends_when_its_owner_is_killed(tmp_path: Path, processes_of: ProcessesOf, wait_for: WaitFor) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"started\n"
        owner.kill()

    wait_for(lambda: processes_of(tmp_path) == [], "the group to end with its owner")


def test_the_group_ends_when_its_guard_is_killed(
    groups: Groups, tmp_path: Path, processes_of: ProcessesOf, wait_for: WaitFor
) -> None:
    group = groups.start(SLEEPER, SLEEPER)
    wait_for(lambda: [child.name() for child in group.descendants()] == ["sleep", "sleep"], "both commands to run")

    psutil.Process(group.pid).send_signal(signal.SIGKILL)

    wait_for(lambda: processes_of(tmp_path) == [], "the group to end with its guard")


def test_the_others_end_when_the_main_command_ends(groups: Groups, tmp_path: Path, processes_of: ProcessesOf) -> None:
    group = groups.start(SLEEPER, Command(["sh", "-c", "exit 3"]))

    assert group.wait(timeout=20) == 3
    assert processes_of(tmp_path) == []


def test_a_start_that_fails_shows_the_end_of_the_log(groups: Groups) -> None:
    group = groups.start(Command(["sh", "-c", "echo the disk is full; exit 1"]))

    with pytest.raises(LocalError, match="the disk is full"):
        group.wait_until(lambda: False, "The server", seconds=20)


def test_the_folder_stays_locked_while_anything_of_the_group_lives(groups: Groups, tmp_path: Path) -> None:
    group = groups.start(SLEEPER)

    with pytest.raises(LocalError, match="Another command is using"):
        lock_folder(tmp_path, patience=0)

    group.stop()
    os.close(lock_folder(tmp_path, patience=0))


def test_a_stop_takes_no_longer_than_the_command_needs(groups: Groups) -> None:
    group = groups.start(SLEEPER, patience=60)
    before = time.monotonic()

    group.stop()

    assert time.monotonic() - before < 30
