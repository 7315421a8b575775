"""The simulator's web application: routes, rate limit, mishaps, errors, counting."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from aiohttp import web

from simulators.clever.behaviour import ROOT, Behaviour
from simulators.clever.lists import OF_ONE, WHOLE
from simulators.clever.mishaps import Mishaps
from simulators.clever.refusals import Refusal
from simulators.clever.service import Service
from simulators.clever.tokens import Tokens
from simulators.shared.answers import BUSY_PAGE, html_page
from simulators.shared.counters import Counters
from simulators.shared.rate import RateLimit
from simulators.shared.sending import Handler, send

Answer = Callable[[web.Request], Awaitable[web.Response]]

WINDOW = 60
"""Seconds of a window of the rate limit."""


class Door:
    """What every request passes: it is counted, perhaps limited or struck by a mishap, checked, answered."""

    def __init__(
        self,
        behaviour: Behaviour,
        mishaps: Mishaps,
        tokens: Tokens,
        counters: Counters,
        clock: Callable[[], datetime],
    ) -> None:
        self._per_minute = behaviour.per_minute
        self._mishaps = mishaps
        self._tokens = tokens
        self._counters = counters
        self._clock = clock
        self._rate = RateLimit(lambda: clock().timestamp())

    def for_tokens(self, path: str, answer: Answer) -> Handler:
        """Make the handler of an endpoint beside the API, which has no rate limit."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, path, answer)

        return handle

    def for_data(self, path: str, answer: Callable[[web.Request], web.Response]) -> Handler:
        """Make the handler of an endpoint of the API, which wants the token and counts requests."""

        async def checked(request: web.Request) -> web.Response:
            self._tokens.check(request.headers.get("Authorization", ""))
            return answer(request)

        async def handle(request: web.Request) -> web.StreamResponse:
            within = not self._per_minute or self._rate.allows(self._per_minute, WINDOW)
            return await self._handle(request, path, checked if within else self._limited, self._rate_headers())

        return handle

    async def _limited(self, request: web.Request) -> web.Response:
        raise Refusal(429, "Rate limit exceeded.")

    async def _handle(
        self, request: web.Request, path: str, answer: Answer, headers: dict[str, str] | None = None
    ) -> web.StreamResponse:
        role = request.query.get("role", "")
        name = f"{path}?role={role}" if role else path
        self._counters.asked(name, f"{request.method} {request.path_qs}")
        struck = self._mishaps.strikes(path, role)
        if struck and self._mishaps.once("too_many"):
            response = self._busy()
        else:
            response = await self._answered(request, answer, struck=struck)
            response.headers.update(headers or {})
        return await send(request, name, response, self._counters, self._mishaps if struck else None)

    async def _answered(self, request: web.Request, answer: Answer, *, struck: bool) -> web.Response:
        if struck and self._mishaps.turns():
            self._tokens.rotate()
        try:
            return (await self._mishaps.instead() if struck else None) or await answer(request)
        except Refusal as refusal:
            return refusal.answer()

    def _busy(self) -> web.Response:
        if self._mishaps.bare:
            return html_page(BUSY_PAGE, 429)
        response = Refusal(429, "Rate limit exceeded.").answer()
        response.headers.update(self._reset(self._per_minute, 0, self._mishaps.retry_after))
        return response

    def _rate_headers(self) -> dict[str, str]:
        if not self._per_minute:
            return {}
        left = int(self._rate.headers(self._per_minute, WINDOW)["RateLimit-Remaining"])
        return self._reset(self._per_minute, left, self._rate.seconds_left(WINDOW))

    def _reset(self, limit: int, left: int, seconds: int) -> dict[str, str]:
        at = int(self._clock().timestamp()) + seconds
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(at)}


def add_routes(app: web.Application, service: Service, tokens: Tokens, door: Door) -> None:
    """Put the endpoints of the API and those of tokens into an application."""

    def unknown(request: web.Request) -> web.Response:
        raise Refusal(404, "There is no such endpoint.")

    get = app.router.add_get
    get("/oauth/tokens", door.for_tokens("oauth/tokens", tokens.listed))
    get("/oauth/tokeninfo", door.for_tokens("oauth/tokeninfo", tokens.info))
    for listing in (*WHOLE, *OF_ONE):
        get(f"{ROOT}/{listing.path}", door.for_data(listing.path, partial(service.list, listing=listing)))
    for listing in WHOLE:
        path = f"{listing.path}/{{id}}"
        get(f"{ROOT}/{path}", door.for_data(path, partial(service.single, listing=listing)))
    get(f"{ROOT}/events", door.for_data("events", service.events))
    get(f"{ROOT}/events/{{id}}", door.for_data("events/{id}", service.event))
    app.router.add_route("*", f"{ROOT}/{{unknown:.*}}", door.for_data("unknown", unknown))
