"""The plainest client of a simulator, for trying it out and for its own tests: no retries, no patience."""

from typing import Any

import aiohttp

from simulators.clever.simulator import CleverSimulator
from simulators.shared.reader import Answer

Json = dict[str, Any]


class Page(Answer):
    """An answer with rows."""

    def rows(self) -> list[Json]:
        """List the records of a page, without their wrapping."""
        return [row["data"] for row in self.json()["data"]]

    def ids(self) -> list[str]:
        """List the ids of a page."""
        return [row["id"] for row in self.rows()]

    def link(self, rel: str) -> str:
        """Give a link of a page, blank if it has none."""
        return next((link["uri"] for link in self.json()["links"] if link["rel"] == rel), "")


class Reader:
    """Asks one simulator over one HTTP session, with the token that it had when it was first asked."""

    def __init__(self, simulator: CleverSimulator, http: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self._http = http
        self.token = simulator.token

    async def get(self, path: str, **params: str | int) -> Page:
        """Get a path below the base address."""
        return await self.follow(f"/v3.1/{path}", **params)

    async def follow(self, uri: str, **params: str | int) -> Page:
        """Get a relative address as links have it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.simulator.address}{uri}"
        async with self._http.get(url, params=params, headers=headers) as response:
            return Page(response.status, dict(response.headers), await response.read())

    async def rows(self, path: str, **params: str | int) -> list[Json]:
        """Read a list's pages one after the other until there is no next one."""
        answer = await self.get(path, **params)
        found = answer.rows()
        while uri := answer.link("next"):
            answer = await self.follow(uri)
            found.extend(answer.rows())
        return found

    async def events(self, since: str = "", **params: str | int) -> list[Json]:
        """Read the events after one, or all."""
        return await self.rows("events", **params, **({"starting_after": since} if since else {}))

    async def newest_event(self) -> str:
        """Give the id of the newest event, blank if there is none."""
        return "".join((await self.get("events", ending_before="last", limit=1)).ids())
