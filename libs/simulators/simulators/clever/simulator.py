"""A Clever to run inside a test or by itself: the Data API and the token endpoints of one district."""

import socket
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from simulators.clever.app import Door, add_routes
from simulators.clever.behaviour import ROOT, Behaviour
from simulators.clever.changes import Changes
from simulators.clever.control import Control
from simulators.clever.feed import Feed
from simulators.clever.keep import Kept, save
from simulators.clever.mishaps import Mishaps
from simulators.clever.publisher import Publisher
from simulators.clever.service import Service
from simulators.clever.store import COLLECTIONS, Store
from simulators.clever.tokens import Tokens
from simulators.clever.translate import translate
from simulators.generate import District
from simulators.oneroster.counters import Counters

CHANGES = (
    "change",
    "remove",
    "set_state",
    "rename_person",
    "add_person",
    "remove_person",
    "renew_person",
    "add_enrolment",
    "drop_enrolment",
    "add_class",
    "remove_class",
    "unshare",
    "share",
    "switch_events",
)
"""What can be done over HTTP by the names of `Changes`; `rotate_token` is there too."""


def now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


class CleverSimulator:
    """Serves a district (or one that was kept) over HTTP from `async with`, on a free port unless one is given.

    `address` is the server's public address where it is reached by another than its own. With `state` and `origin`
    everything is written to that file when it was changed over HTTP and at the end. `clock` gives the time of events
    and of the rate limit.
    """

    def __init__(
        self,
        district: District | Kept,
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
        kept = district if isinstance(district, Kept) else Kept(origin, translate(district, self.behaviour))
        self.district_id: str = kept.records["districts"][0]["id"]
        self.publisher = _published(kept, self.behaviour, clock, history=isinstance(district, District))
        self.changes = Changes(self.publisher, clock)
        self.tokens = Tokens(self.district_id, client_id, client_secret, kept.generation)
        self.counters = Counters()
        self.mishaps = Mishaps()
        self.address = address
        self._host, self._port = host, port
        self._state, self._origin = state, origin
        self._clock = clock
        self._saved = self._version()
        self._runner: web.AppRunner | None = None

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

    @property
    def requests(self) -> Counter[str]:
        """How often each endpoint was asked, by path below the base and role: `schools/{id}/users?role=student`."""
        return self.counters.requests

    async def start(self) -> None:
        """Listen."""
        listener = socket.create_server((self._host, self._port))
        self.address = self.address or f"http://{self._host}:{listener.getsockname()[1]}"
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()

    async def stop(self) -> None:
        """Stop listening, and keep everything if a file was named for it."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._keep()

    def _application(self) -> web.Application:
        service = Service(self.publisher.store, self.publisher.feed, self.behaviour)
        door = Door(self.behaviour, self.mishaps, self.tokens, self.counters, self._clock)
        changes: dict[str, Callable[..., Any]] = {name: getattr(self.changes, name) for name in CHANGES}
        app = web.Application()
        changes["rotate_token"] = self.tokens.rotate
        Control(self.counters, self.mishaps, changes, self._keep).add_routes(app)
        add_routes(app, service, self.tokens, door)
        return app

    def _version(self) -> tuple[int, int, bool]:
        return self.publisher.version, self.tokens.generation, self.publisher.feed.on

    def _keep(self) -> None:
        if self._state is not None and self._version() != self._saved:
            save(self._state, self._kept())
            self._saved = self._version()

    def _kept(self) -> Kept:
        version, generation, events_on = self._version()
        records = {name: list(self.publisher.all(name)) for name in COLLECTIONS}
        events = self.publisher.feed.all()
        return Kept(self._origin, records, self.publisher.sharing, events, generation, version, events_on)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _published(kept: Kept, behaviour: Behaviour, clock: Callable[[], datetime], *, history: bool) -> Publisher:
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
