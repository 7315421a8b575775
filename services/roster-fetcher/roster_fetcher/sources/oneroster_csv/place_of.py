"""The places that settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from roster_fetcher.sources.oneroster_csv.drop_folder import DropFolder
from roster_fetcher.sources.oneroster_csv.place import Place
from roster_fetcher.sources.oneroster_csv.settings import OneRosterCsvSettings
from roster_fetcher.sources.oneroster_csv.sftp_folder import SftpFolder
from roster_fetcher.sources.protocol import Opening


@asynccontextmanager
async def open_place(settings: OneRosterCsvSettings, opening: Opening) -> AsyncIterator[Place]:
    """The drop folder of these settings, or the folder on an SFTP server. Raises `SourceTrouble`."""
    if settings.folder:
        yield DropFolder(settings.folder)
        return
    assert settings.sftp is not None
    async with SftpFolder(settings, settings.sftp, opening) as place:
        yield place
