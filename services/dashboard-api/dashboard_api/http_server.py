"""uvicorn inside the service: it leaves the signals to the runtime, and ends open streams when told to stop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from fastapi import FastAPI

from dashboard_api.context import Context


class Server(uvicorn.Server):
    """A server that does not listen to signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing to capture: `Runtime` does."""
        yield


def make_server(app: FastAPI, host: str, port: int, shutdown_seconds: float) -> Server:
    """A server for an application; logs go through ours."""
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=max(1, int(shutdown_seconds)),
        )
    )


async def serve(server: Server, context: Context, stopping: asyncio.Event) -> None:
    """Serve until told to stop; requests under way are answered first."""
    serving = asyncio.create_task(server.serve())
    asked = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait([serving, asked], return_when=asyncio.FIRST_COMPLETED)
    finally:
        asked.cancel()
        context.hints.close()
        server.should_exit = True
        await _to_its_end(serving)


async def _to_its_end(task: asyncio.Task[None]) -> None:
    """Wait for a task that ends by itself soon, even if told to stop waiting: half an answer helps nobody."""
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    task.result()
