"""A folder of packages on an SFTP server."""

import asyncio
import stat
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import asyncssh
import msgspec

from roster_fetcher.sources.http import patiently
from roster_fetcher.sources.oneroster_csv import cache
from roster_fetcher.sources.oneroster_csv.ordering import Found, is_package
from roster_fetcher.sources.oneroster_csv.package import Outline, Package
from roster_fetcher.sources.oneroster_csv.place import changed_meanwhile
from roster_fetcher.sources.oneroster_csv.remote_file import remote_file
from roster_fetcher.sources.oneroster_csv.settings import OneRosterCsvSettings, SftpSettings
from roster_fetcher.sources.oneroster_csv.sftp import Connection
from roster_fetcher.sources.protocol import Opening

CHUNK = 1 << 20
"""Bytes asked for at once; they are asked for in many requests of less."""

T = TypeVar("T")

_outline = msgspec.msgpack.Decoder(Outline)


class SftpFolder:
    """A `Place` on a server. Use with `async with`; it connects when it is first asked."""

    def __init__(self, settings: OneRosterCsvSettings, server: SftpSettings, opening: Opening) -> None:
        self._server = server
        self._patience = opening.patience
        self._connection = Connection(settings, server, opening)
        self._cache = cache.cache_folder()
        self._bytes = 0
        self.title = f"folder {server.folder} on {server.host}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._connection.close()

    async def packages(self) -> list[Found]:
        """The zip files there."""
        return await self._ask(self._list)

    async def outline(self, found: Found) -> Outline:
        """What a package holds. Only the end of the zip file and its manifest are read, and only once."""
        kept = self._kept(found, ".outline")
        if cache.in_use(kept):
            return _outline.decode(kept.read_bytes())
        outline = await self._ask(partial(self._read_outline, found))
        with cache.Incoming(kept) as file:
            file.write(msgspec.msgpack.encode(outline))
            file.keep()
        return outline

    async def bring(self, packages: Collection[Found]) -> None:
        """Download what is not in the cache yet."""
        for found in packages:
            kept = self._kept(found, ".zip")
            if not cache.in_use(kept):
                async with cache.only_one(kept):
                    if not cache.in_use(kept):
                        await self._ask(partial(self._download, found, kept))

    def package(self, found: Found) -> Package:
        """A package that was downloaded."""
        return Package(self._kept(found, ".zip"), found.name)

    def take_bytes(self) -> int:
        """The bytes of packages that came since this was last asked."""
        taken, self._bytes = self._bytes, 0
        return taken

    def _kept(self, found: Found, suffix: str) -> Path:
        server = f"{self._server.username}@{self._server.host}:{self._server.port}"
        return self._cache / (cache.cached_name(server, self._server.folder, found) + suffix)

    def _path(self, name: str) -> str:
        return f"{self._server.folder.rstrip('/')}/{name}"

    async def _ask(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        return await patiently(self._patience, partial(self._connection.use, work))

    async def _list(self, sftp: asyncssh.SFTPClient) -> list[Found]:
        async with asyncio.timeout(self._patience.answer):
            entries = [entry async for entry in sftp.scandir(self._server.folder)]
            packages = {str(entry.filename): entry.attrs for entry in entries if is_package(str(entry.filename))}
            return [
                _found(name, attributes if _is_plain(attributes) else await sftp.stat(self._path(name)))
                for name, attributes in packages.items()
            ]

    async def _read_outline(self, found: Found, sftp: asyncssh.SFTPClient) -> Outline:
        loop = asyncio.get_running_loop()
        async with sftp.open(self._path(found.name), "rb") as file:

            def read(size: int, offset: int) -> bytes:
                return asyncio.run_coroutine_threadsafe(self._read(file, found, size, offset), loop).result()

            def outline() -> Outline:
                with Package(remote_file(found.size, read), found.name) as package:
                    return package.outline()

            return await asyncio.to_thread(outline)

    async def _download(self, found: Found, kept: Path, sftp: asyncssh.SFTPClient) -> None:
        with cache.Incoming(kept) as incoming:
            async with sftp.open(self._path(found.name), "rb") as file:
                for offset in range(0, found.size, CHUNK):
                    data = await self._read(file, found, min(CHUNK, found.size - offset), offset)
                    await asyncio.to_thread(incoming.write, data)
                if _found(found.name, await file.stat()) != found:
                    raise changed_meanwhile(found)
            await asyncio.to_thread(incoming.keep)

    async def _read(self, file: asyncssh.SFTPClientFile, found: Found, size: int, offset: int) -> bytes:
        async with asyncio.timeout(self._patience.answer):
            data = await file.read(size, offset)
        assert isinstance(data, bytes)  # the file was opened for them
        self._bytes += len(data)
        if len(data) < size:
            raise changed_meanwhile(found)
        return data


def _is_plain(attributes: asyncssh.SFTPAttrs) -> bool:
    """Whether a listing says all there is to know of a file; a link must be looked at."""
    return None not in (attributes.size, attributes.mtime) and stat.S_ISREG(attributes.permissions or 0)


def _found(name: str, attributes: asyncssh.SFTPAttrs) -> Found:
    return Found(name, attributes.size or 0, attributes.mtime or 0)
