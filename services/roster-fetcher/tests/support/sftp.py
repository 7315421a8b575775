"""A real SFTP server on a free port, which gives out a folder of the test's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh

USERNAME = "north"
PASSWORD = "correct horse"


class SftpServer:
    """How to reach the server, and what it was asked. `breaks`: so many of the next reads end the connection."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.users_key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = 0
        self.breaks = 0
        self.bytes_read = 0
        self.opened: list[str] = []

    @property
    def settings(self) -> dict[str, Any]:
        """The setting `sftp`."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "username": USERNAME,
            "folder": str(self.folder),
            "host_key": self.host_key.export_public_key().decode(),
        }

    @property
    def private_key(self) -> str:
        """The secret `private_key`."""
        return self.users_key.export_private_key().decode()


class _Login(asyncssh.SSHServer):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USERNAME, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USERNAME and key.public_data == self._server.users_key.public_data


class _Files(asyncssh.SFTPServer):
    server: SftpServer

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        self.server.opened.append(Path(path.decode()).name)
        return super().open(path, pflags, attrs)

    def read(self, file_obj: object, offset: int, size: int) -> Any:
        if self.server.breaks:
            self.server.breaks -= 1
            self.channel.get_connection().abort()
        data = super().read(file_obj, offset, size)
        assert isinstance(data, bytes)
        self.server.bytes_read += len(data)
        return data


@asynccontextmanager
async def sftp_server(folder: Path) -> AsyncIterator[SftpServer]:
    """Serve a folder while the context lasts."""
    server = SftpServer(folder)
    files = type("Files", (_Files,), {"server": server})
    listening = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[asyncssh.generate_private_key("ecdsa-sha2-nistp256"), server.host_key],
        server_factory=lambda: _Login(server),
        sftp_factory=files,
    )
    async with listening:
        server.port = listening.get_port()
        yield server
