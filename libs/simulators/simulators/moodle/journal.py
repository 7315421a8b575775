"""The file from which a simulator finds its contents again: one line of JSON for each request that wrote.

A line says when, who, which function, with which checked parameters. It is handed to the operating system
before the client has its answer, so a killed process loses nothing that it had confirmed.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """One request that was carried out; `time` in seconds since 1970, `user` the caller's account."""

    time: int
    user: int
    function: str
    parameters: dict[str, Any]


class Journal:
    """Appends to a file. Reading it back also cuts off a last line that a killed process left torn."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def entries(self) -> Iterator[Entry]:
        """What was written so far, oldest first. ValueError names the line that can't be read."""
        if not self._path.exists():
            return
        self._cut_torn_line()
        decoder = msgspec.json.Decoder(Entry)
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield decoder.decode(line)
                except msgspec.MsgspecError as error:
                    problem = f"{self._path}, line {number}: not a journal entry ({error})"
                    raise ValueError(f"{problem}. Delete the file to start empty.") from error

    def open(self) -> None:
        """Make ready for appending; the folder is made if need be."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def append(self, entry: Entry) -> None:
        """Write one entry through to the operating system."""
        assert self._file is not None, "the journal is not open"
        line = memoryview(msgspec.json.encode(entry) + b"\n")
        while line:
            line = line[os.write(self._file, line) :]

    def close(self) -> None:
        """Stop writing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _cut_torn_line(self) -> None:
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(self._path, whole)
