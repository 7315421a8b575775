"""The simulator's web application: routes, mishaps, errors, counting."""

from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from simulators.oneroster.auth import Tokens
from simulators.oneroster.behaviour import ROOTS, Behaviour, Version
from simulators.oneroster.counters import Counters
from simulators.oneroster.endpoints import OF_OTHERS, OF_SCHOOL, WHOLE
from simulators.oneroster.mishaps import Mishaps, cut, drop
from simulators.oneroster.rate import RateLimit
from simulators.oneroster.refusals import Refusal
from simulators.oneroster.service import Service

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answer = Callable[[web.Request], Awaitable[web.Response]]

TOKEN_PATH = "/oauth/token"


class Door:
    """What every request passes: it is counted, perhaps struck by a mishap, checked, answered."""

    def __init__(self, version: Version, mishaps: Mishaps, tokens: Tokens, counters: Counters, rate: RateLimit) -> None:
        self._version = version
        self._mishaps = mishaps
        self._tokens = tokens
        self._counters = counters
        self._rate = rate

    def guarded(self, name: str, answer: Answer) -> Handler:
        """Make the handler of an endpoint from the function that answers when all is well."""

        async def handle(request: web.Request) -> web.StreamResponse:
            self._counters.asked(name, f"{request.method} {request.path_qs}")
            struck = self._mishaps.strikes(name)
            try:
                instead = await self._mishaps.instead(self._rate) if struck else None
                response = instead or await answer(request)
            except Refusal as refusal:
                response = refusal.answer(self._version)
            response.headers.update(self._rate.headers(self._mishaps.per_minute, self._mishaps.window))
            return await self._send(name, request, response, struck=struck)

        return handle

    async def _send(
        self, name: str, request: web.Request, response: web.Response, *, struck: bool
    ) -> web.StreamResponse:
        page = struck and response.status == 200 and response.content_type == "application/json"
        if page and self._mishaps.once("truncated"):
            response = cut(response)
        self._counters.answered(name, response.status, response.content_length or 0)
        if page and self._mishaps.once("dropped"):
            return await drop(request, response)
        return response

    def with_token(self, answer: Callable[[web.Request], web.Response]) -> Answer:
        """Ask for a valid token before the answer is given."""

        async def checked(request: web.Request) -> web.Response:
            self._tokens.check(request.headers.get("Authorization", ""), self._mishaps.token_requests)
            return answer(request)

        return checked


def add_routes(
    app: web.Application, version: Version, behaviour: Behaviour, service: Service, tokens: Tokens, door: Door
) -> None:
    """Put the token endpoint and the version's endpoints into an application."""

    async def issue(request: web.Request) -> web.Response:
        authorization = request.headers.get("Authorization", "")
        return tokens.issue(authorization, await request.post(), announce_expiry=behaviour.announce_expiry)

    async def unknown(request: web.Request) -> web.Response:
        raise Refusal(404, "unknownobject", "There is no such endpoint.")

    app.router.add_post(TOKEN_PATH, door.guarded("token", issue))
    root = ROOTS[version]
    for endpoint in (*WHOLE, *(OF_SCHOOL if behaviour.per_school else ()), *OF_OTHERS):
        answer = door.with_token(partial(service.list, endpoint=endpoint))
        app.router.add_get(f"{root}/{endpoint.path}", door.guarded(endpoint.path, answer))
    for endpoint in WHOLE:
        answer = door.with_token(partial(service.single, endpoint=endpoint))
        app.router.add_get(f"{root}/{endpoint.path}/{{id}}", door.guarded(f"{endpoint.path}/{{id}}", answer))
    app.router.add_route("*", f"{root}/{{unknown:.*}}", door.guarded("unknown", unknown))
