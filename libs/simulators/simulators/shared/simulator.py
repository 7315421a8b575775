"""What every provider is when it is simulated: a web application on a port, whose requests are counted."""

import socket
from abc import ABC, abstractmethod
from collections import Counter
from typing import Self

from aiohttp import web

from simulators.shared.counters import Counters
from simulators.shared.keep import Keeper


class Simulator(ABC):
    """Serves from `async with`, or between `start` and `stop`, on a free port if `port` is 0.

    `address` is the server's public address; left blank, it is that of the port once it listens.
    """

    def __init__(self, host: str, port: int, address: str, keeper: Keeper) -> None:
        self.address = address
        self.counters = Counters()
        self._host, self._port = host, port
        self._keeper = keeper
        self._runner: web.AppRunner | None = None

    @abstractmethod
    def _application(self) -> web.Application:
        """Make what is served; called once `address` is known."""

    @property
    def requests(self) -> Counter[str]:
        """How often each endpoint was asked, by the names that `counters` has for them."""
        return self.counters.requests

    async def start(self) -> None:
        """Listen; OSError if the port is taken."""
        listener = socket.create_server((self._host, self._port))
        self.address = self.address or f"http://{self._host}:{listener.getsockname()[1]}"
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()

    async def stop(self) -> None:
        """Stop listening, and keep what changed if a file was named for it."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._keeper.keep()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
