"""A folder of packages on the machine where this service runs."""

import asyncio
from collections.abc import Collection
from pathlib import Path

from roster_fetcher.sources.oneroster_csv.ordering import Found, is_package
from roster_fetcher.sources.oneroster_csv.package import Outline, Package
from roster_fetcher.sources.oneroster_csv.place import changed_meanwhile
from roster_fetcher.sources.protocol import SourceTrouble


class DropFolder:
    """A `Place` on a disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.title = f"folder {folder}"

    async def packages(self) -> list[Found]:
        """The zip files there."""
        try:
            return await asyncio.to_thread(self._list)
        except OSError as error:
            message = f"The {self.title} cannot be read ({error.strerror}). Create it, or correct the setting folder."
            raise SourceTrouble("SOURCE_UNREACHABLE", message) from None

    async def outline(self, found: Found) -> Outline:
        """What a package holds."""

        def read() -> Outline:
            with self.package(found) as package:
                return package.outline()

        return await asyncio.to_thread(read)

    async def bring(self, packages: Collection[Found]) -> None:
        """They are here already."""

    def package(self, found: Found) -> Package:
        """A package, if it still is the one that was listed."""
        path = self._folder / found.name
        try:
            same = _found(path) == found
        except OSError:
            same = False
        if not same:
            raise changed_meanwhile(found)
        return Package(path, found.name)

    def take_bytes(self) -> int:
        """Nothing comes over a wire."""
        return 0

    def _list(self) -> list[Found]:
        return [_found(path) for path in self._folder.iterdir() if is_package(path.name) and path.is_file()]


def _found(path: Path) -> Found:
    status = path.stat()
    return Found(path.name, status.st_size, status.st_mtime)
