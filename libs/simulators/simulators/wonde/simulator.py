"""A Wonde to run inside a test or by itself."""

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path

from aiohttp import web

from simulators.generate import District
from simulators.shared.clock import now
from simulators.shared.control import Control, changes_of
from simulators.shared.keep import Keeper
from simulators.shared.rate import RateLimit
from simulators.shared.simulator import Simulator
from simulators.wonde.app import ROOT, Door, add_routes
from simulators.wonde.behaviour import Behaviour
from simulators.wonde.build import build
from simulators.wonde.changes import Changes
from simulators.wonde.ids import Ids
from simulators.wonde.keep import KeptRoster
from simulators.wonde.keys import Keys
from simulators.wonde.mishaps import Mishaps
from simulators.wonde.roster import Roster, collection
from simulators.wonde.service import Service


class WondeSimulator(Simulator):
    """Serves a district over HTTP from `async with`, on a free port unless one is given.

    Served is the district, or a roster that was made before. `token` is a key to all schools; `school_keys` gives for
    further keys the ids of the schools that each opens. `address` is the server's public address where it is reached by
    another than its own. With `state` and `origin` the roster is written to that file when it was changed over HTTP and
    at the end. `clock` tells the time that changed records and answers carry.
    """

    def __init__(
        self,
        district: District | Roster,
        behaviour: Behaviour | None = None,
        *,
        token: str = "only-simulated",  # noqa: S107 - guards invented people only
        school_keys: Mapping[str, Collection[str]] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        address: str = "",
        state: Path | None = None,
        origin: str = "",
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self.token = token
        self.roster = district if isinstance(district, Roster) else build(district, self.behaviour)
        self.changes = Changes(self.roster, self.behaviour, clock)
        self.mishaps = Mishaps()
        self._keys = Keys(token, school_keys or {})
        self._clock = clock
        keeper = Keeper(state, lambda: self.roster.changes, lambda: KeptRoster(origin, self.roster))
        super().__init__(host, port, address, keeper)

    @property
    def base_url(self) -> str:
        """The address below which all endpoints are."""
        return self.address + ROOT

    def school_id(self, source_id: str) -> str:
        """The id here of a school of the district; KeyError if it has none."""
        return {school.source_id: school.id for school in self.roster.schools.values()}[source_id]

    def ids(self, source_school_id: str, kind: str) -> dict[str, str]:
        """For a school of the district and a collection here: id in the district → id here.

        Somebody who is at two schools has an id at each.
        """
        school = self.roster.schools[self.school_id(source_school_id)]
        return {row.source_id: row.id for row in collection(school, kind).values() if row.source_id}

    def _application(self) -> web.Application:
        service = Service(self.roster, self.behaviour, self.mishaps, self._keys, lambda: self.address)
        door = Door(self.mishaps, self.counters, RateLimit(time.monotonic), self._clock)
        app = web.Application()
        Control(self.counters, self.mishaps, changes_of(self.changes), self._keeper.keep).add_routes(app)
        Ids(self.roster).add_routes(app)
        add_routes(app, service, door)
        return app
