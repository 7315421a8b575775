"""The plainest client of a simulator, for trying it out and for its own tests: no retries, no patience."""

from typing import Any

import aiohttp

from simulators.oneroster.simulator import OneRosterSimulator
from simulators.shared.reader import Answer


class Page(Answer):
    """An answer with rows."""

    def ids(self) -> list[str]:
        """List the sourcedIds of a page."""
        (rows,) = self.json().values()
        return [row["sourcedId"] for row in rows]


class Reader:
    """Asks one simulator over one HTTP session."""

    def __init__(self, simulator: OneRosterSimulator, http: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self._http = http
        self._token = ""

    async def get(self, path: str, **params: str | int) -> Page:
        """Get a path below the base address, with the token that was last asked for."""
        if not self._token:
            await self.log_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        url = f"{self.simulator.base_url}/{path}"
        async with self._http.get(url, params=params, headers=headers) as response:
            return Page(response.status, dict(response.headers), await response.read())

    async def log_in(self) -> None:
        """Get a new token."""
        sis = self.simulator
        basic = aiohttp.encode_basic_auth(sis.client_id, sis.client_secret)
        form = {"grant_type": "client_credentials"}
        async with self._http.post(sis.token_url, data=form, headers={"Authorization": basic}) as response:
            self._token = (await response.json())["access_token"]

    async def rows(self, path: str, **params: str | int) -> list[dict[str, Any]]:
        """Read a list's pages one after the other until an empty one."""
        found: list[dict[str, Any]] = []
        while True:
            (page,) = (await self.get(path, offset=len(found), **params)).json().values()
            if not page:
                return found
            found.extend(page)
