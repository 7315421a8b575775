"""Keeps the records in a file, so that a simulator started again goes on where it was."""

from pathlib import Path

import msgspec
from msgspec import Struct

from simulators.wonde.roster import Roster


class Kept(Struct):
    """A roster and what it was made from; with another origin the file is not used."""

    origin: str
    roster: Roster


def load(path: Path, origin: str) -> Roster | None:
    """Read the kept roster; None if there is none of this origin."""
    if not path.exists():
        return None
    kept = msgspec.msgpack.decode(path.read_bytes(), type=Kept)
    return kept.roster if kept.origin == origin else None


def save(path: Path, origin: str, roster: Roster) -> None:
    """Write the roster; a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(msgspec.msgpack.encode(Kept(origin, roster)))
    fresh.replace(path)
