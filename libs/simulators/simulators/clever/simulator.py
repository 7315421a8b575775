"""A Clever to run inside a test or by itself: the Data API and the token endpoints of one district."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from aiohttp import web

from simulators.clever.app import Door, add_routes
from simulators.clever.behaviour import ROOT, Behaviour
from simulators.clever.changes import Changes
from simulators.clever.feed import Feed
from simulators.clever.keep import KeptDistrict
from simulators.clever.mishaps import Mishaps
from simulators.clever.publisher import Publisher
from simulators.clever.service import Service
from simulators.clever.store import COLLECTIONS, Store
from simulators.clever.tokens import Tokens
from simulators.clever.translate import translate
from simulators.generate import District
from simulators.shared.clock import now
from simulators.shared.control import Control, changes_of
from simulators.shared.keep import Keeper
from simulators.shared.simulator import Simulator


class CleverSimulator(Simulator):
    """Serves a district (or one that was kept) over HTTP from `async with`, on a free port unless one is given.

    `address` is the server's public address where it is reached by another than its own. With `state` and `origin`
    everything is written to that file when it was changed over HTTP and at the end. `clock` gives the time of events
    and of the rate limit.
    """

    def __init__(
        self,
        district: District | KeptDistrict,
        behaviour: Behaviour | None = None,
        *,
        client_id: str = "rosterbus",
        client_secret: str = "only-simulated",  # noqa: S107 - guards invented people only
        host: str = "127.0.0.1",
        port: int = 0,
        address: str = "",
        state: Path | None = None,
        origin: str = "",
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self.client_id, self.client_secret = client_id, client_secret
        kept = KeptDistrict(origin, translate(district, self.behaviour)) if isinstance(district, District) else district
        self.district_id: str = kept.records["districts"][0]["id"]
        self.publisher = _published(kept, self.behaviour, clock, history=isinstance(district, District))
        self.changes = Changes(self.publisher, clock)
        self.tokens = Tokens(self.district_id, client_id, client_secret, kept.generation)
        self.mishaps = Mishaps()
        self._origin = origin
        self._clock = clock
        super().__init__(host, port, address, Keeper(state, self._version, self._kept))

    @property
    def base_url(self) -> str:
        """The address of the API."""
        return self.address + ROOT

    @property
    def token_base_url(self) -> str:
        """The address below which the token endpoints are."""
        return self.address

    @property
    def token(self) -> str:
        """The district's token as it is now."""
        return self.tokens.current

    def _application(self) -> web.Application:
        service = Service(self.publisher.store, self.publisher.feed, self.behaviour)
        door = Door(self.behaviour, self.mishaps, self.tokens, self.counters, self._clock)
        changes = changes_of(self.changes) | {"rotate_token": self.tokens.rotate}
        app = web.Application()
        Control(self.counters, self.mishaps, changes, self._keeper.keep).add_routes(app)
        add_routes(app, service, self.tokens, door)
        return app

    def _version(self) -> tuple[int, int, bool]:
        return self.publisher.version, self.tokens.generation, self.publisher.feed.on

    def _kept(self) -> KeptDistrict:
        version, generation, events_on = self._version()
        records = {name: list(self.publisher.all(name)) for name in COLLECTIONS}
        events = self.publisher.feed.all()
        return KeptDistrict(self._origin, records, self.publisher.sharing, events, generation, version, events_on)


def _published(kept: KeptDistrict, behaviour: Behaviour, clock: Callable[[], datetime], *, history: bool) -> Publisher:
    """Show what is kept, without events: contacts after students, since they are seen with theirs."""
    feed = Feed(behaviour, clock, kept.events)
    publisher = Publisher(Store(), feed, kept.sharing)
    feed.on, on = False, behaviour.events and kept.events_on
    for name in COLLECTIONS:
        by_id = sorted(kept.records[name], key=lambda record: str(record["id"]))
        for record in sorted(by_id, key=lambda record: "contact" in (record.get("roles") or ())):
            publisher.put(name, record)
    feed.on, publisher.version = on, kept.version
    if history and behaviour.history:
        for school in publisher.all("schools"):
            feed.note("schools", "created", school)
    return publisher
