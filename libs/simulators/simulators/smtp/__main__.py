"""Keeps mail and shows it: `python -m simulators.smtp --port 8025 --http-port 8026`."""

import asyncio
import socket
from pathlib import Path
from typing import Annotated

import typer
from aiohttp import web

from simulators.shared.stopping import told_to_stop
from simulators.smtp.pages import MailPages
from simulators.smtp.sink import MailSink


def main(
    port: Annotated[int, typer.Option(help="Port for mail; 0 for any free one.")],
    http_port: Annotated[int, typer.Option(help="Port of the page; 0 for any free one.")],
    host: str = "127.0.0.1",
    folder: Annotated[Path | None, typer.Option(help="Folder in which mails outlast a restart.")] = None,
) -> None:
    """Receive mail at PORT and show it at HTTP_PORT until stopped."""
    asyncio.run(_serve(MailSink(host, port, folder), http_port))


async def _serve(sink: MailSink, http_port: int) -> None:
    stopped = told_to_stop()
    runner = web.AppRunner(MailPages(sink).application(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    async with sink:
        listener = socket.create_server((sink.host, http_port))
        await web.SockSite(runner, listener).start()
        http_port = listener.getsockname()[1]
        typer.echo(f"Mail to {sink.host}:{sink.port} is shown at http://{sink.host}:{http_port}")
        await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    typer.run(main)
