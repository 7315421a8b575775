"""Commands in processes of their own that have their modules already, so that no test waits for imports.

A process is forked off a server which has imported the command once (`multiprocessing`'s forkserver): arguments,
environment, output and exit code are those of any process.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

FORKS = get_context("forkserver")


@dataclass(frozen=True)
class Ended:
    """A command's end: exit code, and what it wrote to standard output and standard error."""

    code: int | None
    out: str
    err: str


class Command:
    """A command by its entry point, `package.module:function`, as `pyproject.toml` names it; `name` is what runs it."""

    def __init__(self, name: str, entry: str) -> None:
        self._name, self._entry = name, entry
        FORKS.set_forkserver_preload([entry.partition(":")[0]])

    async def run(self, *arguments: str, environment: Mapping[str, str]) -> Ended:
        """Run it to its end, with nothing to read and nothing in its environment but this."""
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / "out", Path(folder) / "err"]
            argv = [self._name, *arguments]
            process = FORKS.Process(target=_run, args=(self._entry, argv, dict(environment), *map(str, files)))
            await asyncio.to_thread(process.start)
            try:
                await _end(process.sentinel)
            finally:
                if process.is_alive():  # whoever gives up waiting leaves none behind
                    process.kill()
                process.join()
            out, err = (file.read_text() for file in files)
            return Ended(process.exitcode, out, err)


async def _end(sentinel: int) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(sentinel)


def _run(entry: str, argv: list[str], environment: dict[str, str], out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
    sys.argv = argv
    module, _, function = entry.partition(":")
    command: Any = getattr(import_module(module), function)
    command()
