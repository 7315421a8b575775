"""Keeps a district and its events in a file, so that a simulator started again goes on where it was."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from simulators.clever.feed import Happening
from simulators.clever.sharing import Sharing


class Kept(Struct):
    """All that a simulator knows. `origin` is what it was made from; with another one the file is not used.

    `records` are the SIS's, by collection; `generation` counts the tokens given out before.
    """

    origin: str
    records: dict[str, list[dict[str, Any]]]
    sharing: Sharing = field(default_factory=Sharing)
    events: list[Happening] = field(default_factory=list)
    generation: int = 0
    version: int = 0
    events_on: bool = True


def load(path: Path, origin: str) -> Kept | None:
    """Read what was kept; None if there is nothing of this origin."""
    if not path.exists():
        return None
    kept = msgspec.msgpack.decode(path.read_bytes(), type=Kept)
    return kept if kept.origin == origin else None


def save(path: Path, kept: Kept) -> None:
    """Write it; a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(msgspec.msgpack.encode(kept))
    fresh.replace(path)
