"""What is asked of any simulator, whatever it simulates."""

from typing import Any, Protocol

import aiohttp

from simulators.shared.reader import Answer


class Asks(Protocol):
    """A client of a simulator."""

    async def get(self, path: str, **params: str | int) -> Answer: ...


async def statuses(reader: Asks, number: int, path: str = "schools", **params: str) -> list[int]:
    """Ask for a path so often, and list the statuses."""
    return [(await reader.get(path, **params)).status for _ in range(number)]


async def control(address: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Ask an endpoint below /_simulator of the server at an address; the status and the JSON of its answer."""
    url = f"{address}/_simulator/{path}"
    async with aiohttp.ClientSession() as http, http.request(method, url, json=body) as response:
        return response.status, await response.json()


async def post(address: str, path: str, body: Any) -> tuple[int, Any]:
    """Post to an endpoint below /_simulator."""
    return await control(address, "POST", path, body)
