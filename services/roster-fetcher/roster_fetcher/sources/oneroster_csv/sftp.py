"""A connection to an SFTP server, made when it is needed and again when it broke; its errors as ours."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncssh

from common import reach
from roster_fetcher.sources.http import PassingTrouble
from roster_fetcher.sources.oneroster_csv.settings import OneRosterCsvSettings, SftpSettings
from roster_fetcher.sources.protocol import Opening, SourceTrouble

T = TypeVar("T")

MISSED_SIGNS_OF_LIFE = 3


class Connection:
    """One connection to one server. Only the key of the settings is accepted as the server's; nothing is asked of an
    agent or of files of whoever runs this."""

    def __init__(self, settings: OneRosterCsvSettings, server: SftpSettings, opening: Opening) -> None:
        self._server = server
        self._patience = opening.patience
        self._sockets = opening.sockets
        self._proof = _proof(settings)
        self._open: tuple[asyncssh.SSHClientConnection, asyncssh.SFTPClient] | None = None

    async def use(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        """Do some work over the connection. Raises `PassingTrouble` and `SourceTrouble`, after which it is closed."""
        try:
            if self._open is None:
                self._open = await self._connected()
            return await work(self._open[1])
        except (asyncssh.Error, OSError) as error:
            await self.close()
            raise trouble(self._server, error) from None

    async def close(self) -> None:
        """Close it, if it is open; a server that does not hear of it any more is not waited for."""
        if self._open is None:
            return
        (connection, _), self._open = self._open, None
        connection.close()
        try:
            async with asyncio.timeout(self._patience.answer):
                await connection.wait_closed()
        except TimeoutError:
            connection.abort()

    async def _connected(self) -> tuple[asyncssh.SSHClientConnection, asyncssh.SFTPClient]:
        asyncssh.set_log_level(logging.WARNING)  # below that it names people's accounts
        async with asyncio.timeout(self._patience.answer):
            connection = await asyncssh.connect(
                **await self._where(),
                username=self._server.username,
                known_hosts=([asyncssh.import_public_key(self._server.host_key)], [], []),
                config=None,
                agent_path=None,
                gss_host=None,
                keepalive_interval=self._patience.answer / MISSED_SIGNS_OF_LIFE,
                keepalive_count_max=MISSED_SIGNS_OF_LIFE,
                **self._proof,
            )
            try:
                return connection, await connection.start_sftp_client()
            except BaseException:
                connection.abort()
                raise

    async def _where(self) -> dict[str, Any]:
        """Where to connect to: through a socket of ours, if some addresses are refused."""
        host, port = self._server.host, self._server.port
        if self._sockets is None:
            return {"host": host, "port": port}
        return {"sock": await reach.connect(host, port, self._sockets)}


def _proof(settings: OneRosterCsvSettings) -> dict[str, Any]:
    if settings.private_key:
        return {"client_keys": [asyncssh.import_private_key(settings.private_key.get_secret_value())]}
    assert settings.password is not None
    return {"client_keys": None, "password": settings.password.get_secret_value()}


def trouble(server: SftpSettings, error: Exception) -> SourceTrouble:
    """What an error of the connection or of the server means."""
    host = server.host
    match error:
        case asyncssh.HostKeyNotVerifiable():
            return SourceTrouble("SETTINGS_INVALID", _other_key(host))
        case asyncssh.PermissionDenied():
            message = f"The SFTP server {host} refuses the user {server.username} with this password or private_key."
            return SourceTrouble("AUTH_INVALID", f"{message} Correct the source's secrets.")
        case asyncssh.SFTPNoSuchFile() | asyncssh.SFTPNoSuchPath():
            message = f"The SFTP server {host} has no folder {server.folder}, or a package was just taken out of it."
            return SourceTrouble("SOURCE_UNREACHABLE", f"{message} Correct sftp.folder, or run again.")
        case asyncssh.SFTPPermissionDenied():
            message = f"The SFTP server {host} does not let {server.username} read the folder {server.folder}."
            return SourceTrouble("AUTH_FORBIDDEN", f"{message} Ask whoever runs the server for this right.")
        case TimeoutError():
            what = "did not answer in time"
        case asyncssh.SFTPError():
            what = "cannot do what is asked of it"
        case asyncssh.Error():
            what = "broke off the connection"
        case _:
            what = "cannot be connected to"
    return PassingTrouble(
        "SOURCE_UNREACHABLE", f"The SFTP server {host} {what}. Check sftp.host and sftp.port, or wait and run again."
    )


def _other_key(host: str) -> str:
    return (
        f"The SFTP server {host} shows another key than host_key says, so that it may not be the right server. "
        "Ask whoever runs it whether its key was renewed; only then correct sftp.host_key."
    )
