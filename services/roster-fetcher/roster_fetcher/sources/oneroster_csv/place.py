"""Where packages are put, one after the other: what a drop folder and an SFTP server have in common."""

from collections.abc import Collection
from typing import Protocol

from roster_fetcher.sources.oneroster_csv.ordering import Found
from roster_fetcher.sources.oneroster_csv.package import Outline, Package
from roster_fetcher.sources.protocol import SourceTrouble


class Place(Protocol):
    """A folder of packages. All methods raise `SourceTrouble`."""

    title: str
    """What people know it by, such as `folder /drop`."""

    async def packages(self) -> list[Found]:
        """The zip files there, in no order."""
        ...

    async def outline(self, found: Found) -> Outline:
        """What a package holds. Raises `NotWholeError` if it is no zip file, or not yet."""
        ...

    async def bring(self, packages: Collection[Found]) -> None:
        """Have these packages on this machine."""
        ...

    def package(self, found: Found) -> Package:
        """A package that was brought, to be opened."""
        ...

    def take_bytes(self) -> int:
        """The bytes that came over the wire since this was last asked."""
        ...


def changed_meanwhile(found: Found) -> SourceTrouble:
    """A package is another one than it was when the folder was listed."""
    message = f"The package {found.name} was replaced or taken away while it was read. Run again."
    return SourceTrouble("SOURCE_INCOMPLETE", message)
