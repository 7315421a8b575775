"""What a source reads from: one package, or those of a delivery."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Protocol

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.oneroster_csv.chain import Chain, Link, chain_of_one
from roster_fetcher.sources.oneroster_csv.files import Part
from roster_fetcher.sources.oneroster_csv.finding import Delivery
from roster_fetcher.sources.oneroster_csv.manifest import read_manifest
from roster_fetcher.sources.oneroster_csv.package import Package
from roster_fetcher.sources.oneroster_csv.place import Place


class Stock(Protocol):
    """Files and where they are."""

    chain: Chain

    async def bring(self, entry: Entry) -> None:
        """Have everything on this machine; what it takes is counted in the entry. Raises `SourceTrouble`."""
        ...

    def parts(self, name: str) -> list[Part]:
        """A file that there is: its bulk, then its deltas."""
        ...


class OnePackage:
    """An opened package that stands alone. Raises `SourceTrouble` if it cannot."""

    def __init__(self, package: Package, title: str) -> None:
        self._package = package
        self.chain = chain_of_one(title, read_manifest(package.outline(), title))

    async def bring(self, entry: Entry) -> None:
        """It is here already."""

    def parts(self, name: str) -> list[Part]:
        """The file."""
        return [Part(name, f"{name}.csv", self.chain.version, partial(self._package.open, name))]


class Delivered:
    """Packages that were put into a place."""

    def __init__(self, place: Place, delivery: Delivery) -> None:
        self._place = place
        self._packages = delivery.packages
        self.chain = delivery.chain

    async def bring(self, entry: Entry) -> None:
        """Have the packages brought that are used."""
        try:
            await self._place.bring(self._packages.values())
        finally:
            entry.bytes_down += self._place.take_bytes()

    def parts(self, name: str) -> list[Part]:
        """The file in each of the packages that tell of it."""
        return [self._part(name, link) for link in self.chain.files[name]]

    def _part(self, name: str, link: Link) -> Part:
        return Part(name, f"{name}.csv of the package {link.package}", link.version, partial(self._open, name, link))

    @contextmanager
    def _open(self, name: str, link: Link) -> Iterator[IO[bytes]]:
        with self._place.package(self._packages[link.package]) as package, package.open(name) as file:
            yield file
