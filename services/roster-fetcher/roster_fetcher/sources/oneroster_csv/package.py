"""A OneRoster CSV package: a zip file or a folder with `manifest.csv` and one file for each collection."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Self

from roster_fetcher.sources.protocol import SourceTrouble

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)  # RuntimeError: a password is asked for


class Package:
    """The files of a package by their case-folded names without folders and `.csv`. Use with `with`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._zip: zipfile.ZipFile | None = None
        self._files: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Open it. Raises `SourceTrouble` that names the path."""
        try:
            self._files = self._folder() if self._path.is_dir() else self._archive()
        except OSError as error:
            message = f"The package {self._path} cannot be read ({error.strerror}). Put it there, or correct path."
            raise SourceTrouble("SOURCE_UNREACHABLE", message) from None
        except zipfile.BadZipFile:
            message = f"The package {self._path} is no zip file, or was not written to its end. Put it there again."
            raise SourceTrouble("CSV_MANIFEST_INVALID", message) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._files

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file's bytes. Raises `SourceTrouble` where the zip file turns out to be damaged."""
        member = self._files[name.casefold()]
        try:
            with self._zip.open(member) if self._zip else (self._path / member).open("rb") as file:
                yield file
        except DAMAGED:
            message = f"The file {name}.csv of the package cannot be read to its end. Put the package there again."
            raise SourceTrouble("SOURCE_BAD_RESPONSE", message) from None

    def _folder(self) -> dict[str, str]:
        return {
            entry.stem.casefold(): entry.name for entry in self._path.iterdir() if entry.suffix.casefold() == ".csv"
        }

    def _archive(self) -> dict[str, str]:
        self._zip = self._stack.enter_context(zipfile.ZipFile(self._path))
        members = ((PurePosixPath(name), name) for name in self._zip.namelist())
        # macOS packs a shadow of each file into __MACOSX.
        return {
            path.stem.casefold(): name
            for path, name in members
            if path.suffix.casefold() == ".csv" and not path.name.startswith(".") and path.parts[0] != "__MACOSX"
        }
