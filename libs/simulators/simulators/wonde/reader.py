"""The plainest client of a simulator, for trying it out and for its own tests: no retries, no patience."""

from collections.abc import Mapping
from typing import Any

import aiohttp

from simulators.shared.reader import Answer
from simulators.wonde.simulator import WondeSimulator


class Reader:
    """Asks one simulator over one HTTP session, with its key."""

    def __init__(self, simulator: WondeSimulator, http: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self._http = http

    async def ask(
        self, method: str, url: str, params: Mapping[str, str | int] | None = None, authorization: str = ""
    ) -> Answer:
        """Send a request to a path below the base address, or to a whole address."""
        headers = {"Authorization": authorization or f"Bearer {self.simulator.token}"}
        whole = url if url.startswith("http") else f"{self.simulator.base_url}/{url}"
        async with self._http.request(method, whole, params=params, headers=headers) as response:
            return Answer(response.status, dict(response.headers), await response.read())

    async def get(self, path: str, **params: str | int) -> Answer:
        """Get a path below the base address, or a whole address."""
        return await self.ask("GET", path, params)

    async def data(self, url: str, **params: str | int) -> Any:
        """The `data` of an answer."""
        return (await self.get(url, **params)).json()["data"]

    async def rows(self, url: str, **params: str | int) -> list[dict[str, Any]]:
        """Read a list's pages one after the other, as their links say."""
        found: list[dict[str, Any]] = []
        while url:
            body = (await self.get(url, **params)).json()
            found.extend(body["data"])
            url, params = body["meta"].get("pagination", {}).get("next"), {}
        return found
