"""OneRoster CSV packages, versions 1.1 and 1.2, bulk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from roster_fetcher.sources.checked_settings import checked
from roster_fetcher.sources.oneroster.schools import listed_schools
from roster_fetcher.sources.oneroster_csv.client import CsvReader, read_orgs
from roster_fetcher.sources.oneroster_csv.package import Package
from roster_fetcher.sources.oneroster_csv.role_index import RoleIndex
from roster_fetcher.sources.oneroster_csv.settings import OneRosterCsvSettings
from roster_fetcher.sources.protocol import ListedSchool, Opening, SchoolReader, Source


@asynccontextmanager
async def open_source(opening: Opening) -> AsyncIterator[Source]:
    """A source that reads one package while the context lasts."""
    settings = checked(OneRosterCsvSettings, opening)
    with Package(settings.path) as package, closing(RoleIndex()) as roles:
        yield OneRosterCsvSource(package, roles)


class OneRosterCsvSource:
    """One package."""

    def __init__(self, package: Package, roles: RoleIndex) -> None:
        self._package = package
        self._roles = roles

    async def schools(self) -> list[ListedSchool]:
        """The organisations of type school. Raises `SourceTrouble`."""
        return listed_schools(await asyncio.to_thread(read_orgs, self._package))

    def school(self, source_school_id: str, since: str | None = None) -> SchoolReader:
        """A reader of one school. Raises `SourceTrouble` for a manifest that cannot be used."""
        return CsvReader(self._package, self._roles, source_school_id)
