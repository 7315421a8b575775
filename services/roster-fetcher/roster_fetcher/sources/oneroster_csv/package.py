"""A OneRoster CSV package: a zip file or a folder with `manifest.csv` and one file for each collection."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, Self

from roster_fetcher.sources.protocol import SourceTrouble

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)  # RuntimeError: packed in an unknown way
PROTECTED = 0x1
"""The bit of a zip member's flags that says that a password is needed."""
LONGEST_MANIFEST = 1 << 20


class NotWholeError(SourceTrouble):
    """The package is no zip file, or not yet."""


class Outline(NamedTuple):
    """What a package holds: its files by case-folded name without `.csv`, and the manifest; None if there is none."""

    files: frozenset[str]
    manifest: bytes | None


class Package:
    """The files of a package by their case-folded names without folders and `.csv`. Use with `with`."""

    def __init__(self, where: Path | IO[bytes], title: str = "") -> None:
        self._where = where
        self._title = title or str(where)
        self._stack = ExitStack()
        self._zip: zipfile.ZipFile | None = None
        self._files: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Open it. Raises `NotWholeError` and `SourceTrouble` that name the package."""
        try:
            folder = self._where if isinstance(self._where, Path) and self._where.is_dir() else None
            self._files = _by_name(self._title, (file.name for file in folder.iterdir())) if folder else self._archive()
        except OSError as error:
            message = f"The package {self._title} cannot be read ({error.strerror}). Put it there, or correct path."
            raise SourceTrouble("SOURCE_UNREACHABLE", message) from None
        except (zipfile.BadZipFile, NotImplementedError):
            message = f"The package {self._title} is no zip file, or was not written to its end. Put it there again."
            raise NotWholeError("CSV_MANIFEST_INVALID", message) from None
        except SourceTrouble:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file's bytes. Raises `SourceTrouble` where the zip file turns out to be damaged."""
        try:
            with self._open(self._files[name.casefold()]) as file:
                yield file
        except DAMAGED:
            message = f"The file {name}.csv of the package {self._title} cannot be read to its end. Put it there again."
            raise SourceTrouble("SOURCE_BAD_RESPONSE", message) from None

    def outline(self) -> Outline:
        """What is in it. Raises `SourceTrouble` where the manifest cannot be read."""
        if "manifest" not in self._files:
            return Outline(frozenset(self._files), None)
        with self.open("manifest") as file:
            return Outline(frozenset(self._files), file.read(LONGEST_MANIFEST))

    def _open(self, member: str) -> IO[bytes]:
        return self._zip.open(member) if self._zip else (Path(str(self._where)) / member).open("rb")

    def _archive(self) -> dict[str, str]:
        self._zip = self._stack.enter_context(zipfile.ZipFile(self._where))
        if any(member.flag_bits & PROTECTED for member in self._zip.infolist()):
            message = f"The package {self._title} is protected with a password. Export it without one."
            raise SourceTrouble("CSV_MANIFEST_INVALID", message)
        return _by_name(self._title, self._zip.namelist())


def _by_name(title: str, members: Iterable[str]) -> dict[str, str]:
    """By what counts of their names. macOS packs a shadow of each file into __MACOSX."""
    files: dict[str, str] = {}
    for member in members:
        path = PurePosixPath(member.replace("\\", "/"))
        if path.suffix.casefold() != ".csv" or path.name.startswith(".") or path.parts[0] == "__MACOSX":
            continue
        if path.stem.casefold() in files:
            message = f"The package {title} has the file {path.name} twice. Export it with one of each."
            raise SourceTrouble("CSV_MANIFEST_INVALID", message)
        files[path.stem.casefold()] = member
    return files
