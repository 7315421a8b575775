"""A mail server that delivers nothing: it keeps what it gets, for tests and for people to look at."""

import asyncio
import email
import socket
from email import policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from msgspec import Struct


class Delivery(Struct, frozen=True):
    """A message with the addresses that the client gave the server, which need not be those in its header."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class MailSink:
    """Receives mail from `async with`, on a free port unless one is given.

    Any user name and password are accepted. With `folder` each message is also written there as a numbered .eml
    file, and those that are there already count as received.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, folder: Path | None = None) -> None:
        self.host = host
        self.port = port
        self.deliveries: list[Delivery] = []
        self._folder = folder
        self._refusals: list[str] = []
        self._arrived = asyncio.Condition()
        self._server: asyncio.Server | None = None

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages received so far, oldest first."""
        return [delivery.message for delivery in self.deliveries]

    def refuse(self, number: int, answer: str = "451 4.3.0 Try again later") -> None:
        """Refuse the next messages, with a status of 4xx (try again) or 5xx (never)."""
        self._refusals = [answer] * number

    async def wait_for(self, number: int, timeout: float = 10) -> list[EmailMessage]:
        """Wait until this many messages have arrived in all; TimeoutError after so many seconds."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(self.deliveries) >= number)
        return self.messages

    async def start(self) -> None:
        """Listen."""
        if self._folder is not None:
            self.deliveries.extend(_read(path) for path in sorted(self._folder.glob("*.eml")))
        listener = socket.create_server((self.host, self.port))
        self.port = listener.getsockname()[1]
        self._server = await asyncio.get_running_loop().create_server(self._protocol, sock=listener)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail-sink",
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=_accept_any,
            loop=asyncio.get_running_loop(),
        )

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message; aiosmtpd calls this by its name, and sends the client what it returns."""
        if self._refusals:
            return self._refusals.pop(0)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        delivery = Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), _parse(content))
        async with self._arrived:
            self.deliveries.append(delivery)
            self._arrived.notify_all()
        if self._folder is not None:
            _write(self._folder, len(self.deliveries), content)
        return "250 Kept"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _accept_any(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=True)


def _parse(content: bytes) -> EmailMessage:
    """Read a message with the line ends that Python's texts have, not those of the wire."""
    return email.message_from_bytes(content.replace(b"\r\n", b"\n"), policy=policy.default)


def _write(folder: Path, number: int, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number:05}.eml").write_bytes(content)


def _read(path: Path) -> Delivery:
    message = _parse(path.read_bytes())
    recipients = tuple(address.strip() for address in str(message["To"] or "").split(",") if address.strip())
    return Delivery(str(message["From"] or ""), recipients, message)
