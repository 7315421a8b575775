"""OneRoster CSV packages, 1.1 and 1.2, bulk and delta: one package, or those in a folder, here or on an SFTP server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from time import time

from roster_fetcher.sources.oneroster.schools import listed_schools
from roster_fetcher.sources.oneroster_csv.client import CsvReader, read_orgs
from roster_fetcher.sources.oneroster_csv.finding import find_delivery
from roster_fetcher.sources.oneroster_csv.lookups import Lookups
from roster_fetcher.sources.oneroster_csv.package import Package
from roster_fetcher.sources.oneroster_csv.place_of import open_place
from roster_fetcher.sources.oneroster_csv.settings import read_settings
from roster_fetcher.sources.oneroster_csv.stock import Delivered, OnePackage, Stock
from roster_fetcher.sources.protocol import ListedSchool, Opening, SchoolReader, Source


@asynccontextmanager
async def open_source(opening: Opening) -> AsyncIterator[Source]:
    """A source that reads the same packages while the context lasts. Raises `SourceTrouble`."""
    settings = read_settings(opening)
    with closing(Lookups()) as lookups:
        if settings.path:
            with Package(settings.path) as package:
                yield OneRosterCsvSource(OnePackage(package, str(settings.path)), lookups)
            return
        async with open_place(settings, opening) as place:
            yield OneRosterCsvSource(Delivered(place, await find_delivery(place, time())), lookups)


class OneRosterCsvSource:
    """Packages that were found."""

    def __init__(self, stock: Stock, lookups: Lookups) -> None:
        self._stock = stock
        self._lookups = lookups

    async def schools(self) -> list[ListedSchool]:
        """The organisations of type school. Raises `SourceTrouble`."""
        return listed_schools(await read_orgs(self._stock))

    def school(self, source_school_id: str, since: str | None = None) -> SchoolReader:
        """A reader of one school, in place of the one before."""
        self._lookups.clear()
        return CsvReader(self._stock, self._lookups, source_school_id)
