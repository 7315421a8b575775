"""Keeps what a simulator holds in a file, so that one started again goes on where it was."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct


class Kept(Struct):
    """What is written: `origin` is what the records were made from, and each provider adds its records."""

    origin: str


AnyKept = TypeVar("AnyKept", bound=Kept)


def load(path: Path | None, origin: str, kind: type[AnyKept]) -> AnyKept | None:
    """Read what was kept; None without a file, or if it holds what was made from another origin."""
    if path is None or not path.exists():
        return None
    kept = msgspec.msgpack.decode(path.read_bytes(), type=kind)
    return kept if kept.origin == origin else None


class Keeper:
    """Writes what a simulator holds (`kept`) to a file when it has changed; without a file it does nothing.

    `version` gives a value that is another one after each change.
    """

    def __init__(self, path: Path | None, version: Callable[[], object], kept: Callable[[], Kept]) -> None:
        self._path = path
        self._version = version
        self._kept = kept
        self._saved = version()

    def keep(self) -> None:
        """Write it if it changed; a reader sees the old file or the new one, never half of it."""
        version = self._version()
        if self._path is None or version == self._saved:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_bytes(msgspec.msgpack.encode(self._kept()))
        fresh.replace(self._path)
        self._saved = version
