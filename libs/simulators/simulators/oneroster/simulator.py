"""A OneRoster server to run inside a test or by itself."""

import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from simulators.generate import District
from simulators.oneroster.app import TOKEN_PATH, Door, add_lists, add_tokens
from simulators.oneroster.auth import Tokens
from simulators.oneroster.behaviour import ROOTS, Behaviour, Version
from simulators.oneroster.changes import Changes
from simulators.oneroster.keep import KeptDistrict
from simulators.oneroster.loading import taken_in
from simulators.oneroster.mishaps import Mishaps
from simulators.oneroster.oauth1 import Signatures
from simulators.oneroster.roster import Roster
from simulators.oneroster.service import Service
from simulators.oneroster.shape import Shape
from simulators.shared.control import Control, changes_of
from simulators.shared.keep import Keeper
from simulators.shared.rate import RateLimit
from simulators.shared.simulator import Simulator


class OneRosterSimulator(Simulator):
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
        self.mishaps = Mishaps()
        self.tokens = Tokens(client_id, client_secret, self.behaviour.token_seconds, clock)
        self._signatures = Signatures(client_id, client_secret, wall_clock)
        self._clock = clock
        keeper = Keeper(state, lambda: self.roster.version, lambda: KeptDistrict(origin, self.roster.district()))
        super().__init__(host, port, address, keeper)

    @property
    def base_url(self) -> str:
        """The address below which the version's endpoints are."""
        return self.address + ROOTS[self.version]

    @property
    def token_url(self) -> str:
        """The address of the token endpoint."""
        return self.address + TOKEN_PATH

    def _application(self) -> web.Application:
        districts = [row.record.id for row in self.roster.rows("orgs") if row.record.kind == "district"]
        shape = Shape(self.version, self.behaviour, self.base_url, districts)
        service = Service(self.roster, shape, self.behaviour, self.mishaps)
        door = Door(self.version, self.behaviour, self.mishaps, self.counters, RateLimit(self._clock))
        app = web.Application()
        Control(self.counters, self.mishaps, changes_of(self.changes), self._keeper.keep).add_routes(app)
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
