"""Packages that were downloaded, kept for the next school of the same district. Shared by all workers of a machine."""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b
from pathlib import Path
from time import time
from typing import IO
from uuid import uuid4

from roster_fetcher.sources.oneroster_csv.ordering import Found
from roster_fetcher.sources.protocol import SourceTrouble

KEPT_SECONDS = 3 * 24 * 3600
"""So long a file stays that nobody asked for."""
FORM = "1"
"""Changes with what is kept."""
LOOKS_AGAIN_SECONDS = 0.2


def cache_folder() -> Path:
    """The folder, which only this user may read, since packages name people. Raises `SourceTrouble`."""
    folder = Path(tempfile.gettempdir()) / f"rosterbus-roster-fetcher-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise cannot_keep(folder, error) from None
    if status.st_uid != os.getuid() or status.st_mode & 0o077 or folder.is_symlink():
        message = f"The folder {folder} belongs to somebody else, or others may read it. Delete it."
        raise SourceTrouble("INTERNAL", message)
    return folder


def cached_name(server: str, folder: str, found: Found) -> str:
    """The file's name for a package: another one whenever it may be another package."""
    parts = (FORM, server, folder, found.name, str(found.size), str(found.changed))
    return blake2b("\n".join(parts).encode(errors="surrogateescape"), digest_size=16).hexdigest()


def in_use(file: Path) -> bool:
    """Whether the file is there; if so, it is kept for longer."""
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True


@asynccontextmanager
async def only_one(file: Path) -> AsyncIterator[None]:
    """Wait until nobody else on this machine works on a file."""
    with _lock_of(file) as lock:
        while not _locked(lock):  # noqa: ASYNC110 - it may be another process that we wait for
            await asyncio.sleep(LOOKS_AGAIN_SECONDS)
        yield


class Incoming:
    """A file that is being written: under another name until it is whole. Use with `with`; `keep` it in the end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._part = file.with_suffix(f".{uuid4().hex}.part")

    def __enter__(self) -> "Incoming":
        self._output = self._part.open("wb")
        return self

    def __exit__(self, *_: object) -> None:
        self._output.close()
        self._part.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Write on. Raises `SourceTrouble` if there is no room."""
        try:
            self._output.write(data)
        except OSError as error:
            raise cannot_keep(self._file.parent, error) from None

    def keep(self) -> None:
        """Let the file be there, and remove what nobody asked for in a long time. Raises `SourceTrouble`."""
        try:
            self._output.close()
            self._part.rename(self._file)
        except OSError as error:
            raise cannot_keep(self._file.parent, error) from None
        remove_old(self._file.parent, time())


def remove_old(folder: Path, now: float) -> None:
    """Remove the files that nobody asked for in a long time."""
    for file in folder.iterdir():
        try:
            if now - file.stat().st_mtime > KEPT_SECONDS:
                file.unlink()
        except FileNotFoundError:  # another worker was quicker
            continue


def cannot_keep(folder: Path, error: OSError) -> SourceTrouble:
    """The disk is full, or the like."""
    message = f"Downloaded packages cannot be kept in {folder} ({error.strerror}). Make room there."
    return SourceTrouble("INTERNAL", message)


def _lock_of(file: Path) -> IO[str]:
    return file.with_suffix(".lock").open("w")


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
