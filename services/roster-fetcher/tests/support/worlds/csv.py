"""OneRoster CSV packages as a world."""

from typing import Any

from simulators.generate import write_csv_package

from ..north import North
from .oneroster import OneRosterWorld


class CsvWorld(OneRosterWorld):
    """A package on disk, written again after each change."""

    has_mishaps = False
    version: Any = "1.1"

    async def start(self) -> None:
        await super().start()
        self.packages = self.folder / "packages"
        self.packages.mkdir()

    async def declare(self, north: North, *, page_size: int = 100) -> None:
        self.publish()
        await north.declare("oneroster-csv", {"path": str(self.packages / "package.zip")}, {}, self._schools())

    def publish(self) -> None:
        """Write the package as things are now."""
        write_csv_package(self.now(), self.packages / "package.zip", self.version, bom=True, blank_status=True)

    def rename(self, number: int, name: str) -> None:
        super().rename(number, name)
        self.publish()

    def admit(self, name: str) -> None:
        super().admit(name)
        self.publish()

    def dismiss(self, number: int) -> None:
        super().dismiss(number)
        self.publish()

    def enrol(self, number: int, class_number: int) -> None:
        super().enrol(number, class_number)
        self.publish()

    def drop(self, class_number: int) -> None:
        super().drop(class_number)
        self.publish()

    def open_class(self, title: str, number: int) -> None:
        super().open_class(title, number)
        self.publish()

    def close_class(self, class_number: int) -> None:
        super().close_class(class_number)
        self.publish()

    def retitle(self, class_number: int, title: str) -> None:
        super().retitle(class_number, title)
        self.publish()

    def transfer(self, number: int) -> None:
        super().transfer(number)
        self.publish()

    def surprise(self, number: int) -> None:
        super().surprise(number)
        self.publish()


class Csv12World(CsvWorld):
    """The same in 1.2, with roles.csv."""

    version: Any = "1.2"
