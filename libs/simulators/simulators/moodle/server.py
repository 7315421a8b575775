"""The HTTP server: one simulated Moodle on a port of its own."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from simulators.moodle.answers import error_response, result_response
from simulators.moodle.caller import Caller
from simulators.moodle.catalogue import FUNCTIONS
from simulators.moodle.errors import MoodleError, no_permission, php_error
from simulators.moodle.journal import Journal
from simulators.moodle.meters import Meters, SeenRequest
from simulators.moodle.mishaps import Gate, Mishap, Mishaps
from simulators.moodle.pages import HTML_ERROR_PAGE, add_pages
from simulators.moodle.service import WebService
from simulators.moodle.site import Site
from simulators.moodle.wire import Form, read_form

REST_PATH = "/webservice/rest/server.php"
LARGEST_BODY = 64 * 1024 * 1024
SHUTDOWN_SECONDS = 1.0


@dataclass(frozen=True)
class Options:
    """How the site behaves as a whole."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes any free port."""
    state: Path | None = None
    """The journal's file; without one the contents end with the process."""
    cost_ms_per_record: float = 0.0
    latency_ms: float = 0.0
    max_input_vars: int = 1000
    debug: bool = False
    """Whether failures carry `debuginfo`."""
    keep_requests: int = 1000
    """How many of the last requests to keep for `requests`, with all their parameters."""


class MoodleSimulator:
    """A Moodle 4.4.1 as its REST clients see it. Use as `async with MoodleSimulator(token=...) as moodle`.

    Keyword options are those of `Options`. ValueError on entering if the journal can't be repeated.
    """

    def __init__(
        self,
        token: str,
        *,
        site: Site | None = None,
        clock: Callable[[], float] = time.time,
        **options: Any,
    ) -> None:
        self.options = Options(**options)
        self.site = site or Site()
        self.token = token
        self.caller = Caller()
        """The account behind `token`; other tokens can be put into `callers`."""
        self.callers = {token: self.caller}
        self.meters = Meters(requests=deque(maxlen=self.options.keep_requests))
        self.mishaps = Mishaps()
        self._service = WebService(self.site, self.callers, self.mishaps, clock)
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Read the journal back and listen; OSError if the port is taken."""
        try:
            self._open_journal()
            await self._listen()
        except BaseException:
            await self.stop()
            raise

    async def _listen(self) -> None:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", REST_PATH, self._handle)
        add_pages(app, self.summary)
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.options.host, self.options.port).start()
        self._service.url = self.base_url

    async def stop(self) -> None:
        """Let waiting calls go, and stop listening."""
        self._stopping.set()
        self.mishaps.release_all()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._service.journal is not None:
            self._service.journal.close()

    @property
    def base_url(self) -> str:
        """The site's address, without a slash at the end."""
        assert self._runner is not None, "the simulator is not running"
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    def summary(self) -> dict[str, Any]:
        """What the site holds and how often it was called."""
        calls = self.meters.calls
        return {**self.site.summary(), "calls": calls.total(), "calls_by_function": dict(calls)}

    @property
    def calls(self) -> Counter[str]:
        """Number of calls by function since the start or the last `reset_calls`."""
        return self.meters.calls

    @property
    def requests(self) -> deque[SeenRequest]:
        """The last requests, oldest first, with their unchecked parameters."""
        return self.meters.requests

    @property
    def peak_in_flight(self) -> int:
        """The largest number of calls at the same time."""
        return self.meters.peak_in_flight

    @property
    def peak_in_flight_by_function(self) -> Counter[str]:
        """The same for each function by itself."""
        return self.meters.peak_in_flight_by_function

    @property
    def most_fields(self) -> int:
        """The largest number of form fields that a request carried."""
        return self.meters.most_fields

    def reset_calls(self) -> None:
        """Count from zero again."""
        self.meters.reset()

    def fail_next(self, function: str, times: int = 1, *, kind: Mishap | str, after_write: bool = False) -> None:
        """See `Mishaps.fail_next`."""
        self.mishaps.fail_next(function, times, kind=kind, after_write=after_write)

    def refuse(
        self,
        function: str,
        matches: Callable[[dict[str, Any]], bool],
        *,
        errorcode: str = "invalidparameter",
    ) -> None:
        """See `Mishaps.refuse`."""
        self.mishaps.refuse(function, matches, errorcode=errorcode)

    def revoke(self, function: str) -> None:
        """Take the function out of the token's service: `accessexception` from now on."""
        self.mishaps.revoked.add(function)

    def hold(self, function: str, *, after_write: bool = False) -> Gate:
        """See `Mishaps.hold`: await `gate.reached.wait()`, then `gate.release()`."""
        return self.mishaps.hold(function, after_write=after_write)

    def _open_journal(self) -> None:
        if self.options.state is None:
            return
        journal = Journal(self.options.state)
        self._service.replay(journal)
        journal.open()
        self._service.journal = journal

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        form = await read_form(request, self.options.max_input_vars)
        seen = SeenRequest(form.function, form.fields, form.parameters)
        with self.meters.request(seen):
            mishap, after_write = self.mishaps.take(form.function) or (None, False)
            response = None
            if mishap is None or after_write:
                response = await self._work(form)
        if mishap is not None:
            return await self._go_wrong(mishap, request)
        assert response is not None
        return response

    async def _work(self, form: Form) -> web.Response:
        """Do the work even if the client has gone: as in Moodle, nobody stops a request."""
        await self._gate(form.function, after_write=False)
        await self._take_time(form)
        try:
            response = result_response(self._service.perform(form), as_json=form.wants_json)
        except MoodleError as error:
            response = error_response(error, as_json=form.wants_json, debug=self.options.debug)
        await self._gate(form.function, after_write=True)
        return response

    async def _gate(self, function: str, *, after_write: bool) -> None:
        gate = self.mishaps.gate(function, after_write=after_write)
        if gate is not None:
            await gate.pass_through()

    async def _take_time(self, form: Form) -> None:
        function = FUNCTIONS.get(form.function)
        records = function.record_count(form.parameters) if function else 1
        milliseconds = self.options.latency_ms + self.options.cost_ms_per_record * records
        if milliseconds > 0:
            await asyncio.sleep(milliseconds / 1000)

    async def _go_wrong(self, mishap: Mishap, request: web.Request) -> web.Response:
        if mishap is Mishap.TIMEOUT:
            await self._stopping.wait()
        if mishap in (Mishap.TIMEOUT, Mishap.DROP) and request.transport is not None:
            request.transport.abort()
        return _mishap_response(mishap, self.mishaps.retry_after)


def _mishap_response(mishap: Mishap, retry_after: str | None) -> web.Response:
    match mishap:
        case Mishap.SERVER_ERROR | Mishap.TIMEOUT | Mishap.DROP:
            return web.Response(status=500, text=HTML_ERROR_PAGE, content_type="text/html")
        case Mishap.UNAVAILABLE:
            return web.Response(status=503, text=HTML_ERROR_PAGE, content_type="text/html")
        case Mishap.TOO_MANY:
            headers = {"Retry-After": retry_after} if retry_after is not None else None
            return web.Response(status=429, text=HTML_ERROR_PAGE, content_type="text/html", headers=headers)
        case Mishap.HTML:
            return web.Response(text=HTML_ERROR_PAGE, content_type="text/html")
        case Mishap.NO_ERRORCODE:
            error = php_error("Call to a member function simulated() on null")
        case Mishap.NO_CAPABILITY:
            error = no_permission("Simulated capability")
    return error_response(error, as_json=True, debug=False)
