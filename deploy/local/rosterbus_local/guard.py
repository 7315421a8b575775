"""A small parent for servers: keeps one group of commands, and ends it whatever happens to whoever asked for it.

Run as `python guard.py SPEC`, where SPEC is a JSON object: `commands` (a list of `{argv, stop}`, started in that
order, the last being the one that matters), `log` (a file that takes their output; null: ours), `cwd` and `patience`
(seconds between asking a command to stop and killing it). The group ends when standard input closes, which the kernel
does for an owner that was killed; when the guard is told to terminate; or when the last command ends by itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import IO, Any

import psutil

STANDARD_INPUT = 0
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def main() -> int:
    """Run the group described by the first argument; the exit code is that of its last command."""
    spec: dict[str, Any] = json.loads(sys.argv[1])
    wakeup = _wake_on_signals()
    _adopt_orphans()
    with ExitStack() as stack:
        log = stack.enter_context(Path(spec["log"]).open("ab")) if spec["log"] else None
        running = [_start(command["argv"], spec["cwd"], log) for command in spec["commands"]]
    _wait_for_end(running[-1], wakeup)
    for process, command in reversed(list(zip(running, spec["commands"], strict=True))):
        _end(process, command["stop"], spec["patience"])
    _end_orphans(spec["patience"])
    return running[-1].returncode


def _wake_on_signals() -> int:
    """A pipe that becomes readable when the guard is asked to end; Ctrl-C is the owner's to handle."""
    readable, writable = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(writable)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _noted)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return readable


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The wake-up pipe carries the news; an ignored signal would not be written to it."""


def _adopt_orphans() -> None:
    """Become the parent of whatever a dying command leaves behind (prctl(2)), so that it can be ended too."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _start(argv: Sequence[str], cwd: str, log: IO[bytes] | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the owner's own command
        argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    )


def _wait_for_end(last: subprocess.Popen[bytes], wakeup: int) -> None:
    ended = os.pidfd_open(last.pid)
    readable: list[int] = []
    while not readable:
        readable, _, _ = select.select([STANDARD_INPUT, wakeup, ended], [], [])
    os.close(ended)


def _end(process: subprocess.Popen[bytes], stop_signal: str, patience: float) -> None:
    """Ask the process to stop, wait up to `patience` seconds, then kill it and all that it had started."""
    family = _descendants(process.pid)
    process.send_signal(signal.Signals[f"SIG{stop_signal}"])
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        for left_over in family:
            _send(left_over, signal.SIGKILL)


def _end_orphans(patience: float) -> None:
    orphans = _descendants(os.getpid())
    for number in (signal.SIGTERM, signal.SIGKILL):
        for orphan in orphans:
            _send(orphan, number)
        _, orphans = psutil.wait_procs(orphans, timeout=patience)


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


if __name__ == "__main__":
    sys.exit(main())
