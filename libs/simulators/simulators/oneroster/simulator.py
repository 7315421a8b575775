"""A OneRoster server to run inside a test or by itself."""

import socket
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from simulators.generate import District
from simulators.oneroster.app import TOKEN_PATH, Door, add_lists, add_tokens
from simulators.oneroster.auth import Tokens
from simulators.oneroster.behaviour import ROOTS, Behaviour, Version
from simulators.oneroster.changes import Changes
from simulators.oneroster.control import Control
from simulators.oneroster.counters import Counters
from simulators.oneroster.keep import save
from simulators.oneroster.loading import taken_in
from simulators.oneroster.mishaps import Mishaps
from simulators.oneroster.oauth1 import Signatures
from simulators.oneroster.rate import RateLimit
from simulators.oneroster.roster import Roster
from simulators.oneroster.service import Service
from simulators.oneroster.shape import Shape


class OneRosterSimulator:
    """Serves a district over HTTP from `async with`, on a free port unless one is given.

    `address` is the server's public address where it is reached by another than its own. With `state` and
    `origin` the roster is written to that file when it was changed over HTTP and at the end. `clock` gives the
    seconds by which tokens and rate limits run out, `wall_clock` those since 1970 by which signed requests are dated.
    """

    def __init__(
        self,
        district: District,
        version: Version = "1.2",
        behaviour: Behaviour | None = None,
        *,
        client_id: str = "rosterbus",
        client_secret: str = "only-simulated",  # noqa: S107 - guards invented people only
        host: str = "127.0.0.1",
        port: int = 0,
        address: str = "",
        state: Path | None = None,
        origin: str = "",
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.version: Version = version
        self.behaviour = behaviour or Behaviour()
        self.client_id, self.client_secret = client_id, client_secret
        self.roster = Roster(taken_in(district, self.behaviour))
        self.changes = Changes(self.roster, self.behaviour)
        self.counters = Counters()
        self.mishaps = Mishaps()
        self.tokens = Tokens(client_id, client_secret, self.behaviour.token_seconds, clock)
        self._signatures = Signatures(client_id, client_secret, wall_clock)
        self.address = address
        self._host, self._port = host, port
        self._state, self._origin = state, origin
        self._clock = clock
        self._saved_version = self.roster.version
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """The address below which the version's endpoints are."""
        return self.address + ROOTS[self.version]

    @property
    def token_url(self) -> str:
        """The address of the token endpoint."""
        return self.address + TOKEN_PATH

    @property
    def requests(self) -> Counter[str]:
        """How often each endpoint was asked, by path below the base; `token` for the token endpoint."""
        return self.counters.requests

    async def start(self) -> None:
        """Listen."""
        listener = socket.create_server((self._host, self._port))
        self.address = self.address or f"http://{self._host}:{listener.getsockname()[1]}"
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()

    async def stop(self) -> None:
        """Stop listening, and keep the roster if a file was named for it."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._keep()

    def _application(self) -> web.Application:
        districts = [row.record.id for row in self.roster.rows("orgs") if row.record.kind == "district"]
        shape = Shape(self.version, self.behaviour, self.base_url, districts)
        service = Service(self.roster, shape, self.behaviour, self.mishaps)
        door = Door(self.version, self.behaviour, self.mishaps, self.counters, RateLimit(self._clock))
        app = web.Application()
        Control(self.counters, self.changes, self.mishaps, self._keep).add_routes(app)
        self._add_routes(app, service, door)
        return app

    def _add_routes(self, app: web.Application, service: Service, door: Door) -> None:
        """Put in what the outside world sees."""
        if self.behaviour.auth == "oauth2":
            add_tokens(app, self.tokens, self.behaviour, door)
        per_school = self.behaviour.per_school
        add_lists(app, ROOTS[self.version], service, door, self._check, per_school=per_school)

    def _check(self, request: web.Request) -> None:
        """Accept who asks, or raise `Refusal`."""
        authorization = request.headers.get("Authorization", "")
        if self.behaviour.auth == "oauth1":
            self._signatures.check(request.method, self.address + request.raw_path, authorization)
        else:
            self.tokens.check(authorization, self.mishaps.token_requests)

    def _keep(self) -> None:
        if self._state is not None and self.roster.version != self._saved_version:
            save(self._state, self._origin, self.roster.district())
            self._saved_version = self.roster.version

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
