"""The simulator's web application: routes, mishaps, errors, counting."""

from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from simulators.oneroster.auth import Tokens
from simulators.oneroster.behaviour import Behaviour, Version
from simulators.oneroster.endpoints import OF_OTHERS, OF_SCHOOL, WHOLE
from simulators.oneroster.mishaps import Mishaps, warn
from simulators.oneroster.refusals import Refusal
from simulators.oneroster.service import Service
from simulators.shared.counters import Counters
from simulators.shared.rate import RateLimit
from simulators.shared.sending import Handler, is_page, send

Answer = Callable[[web.Request], Awaitable[web.Response]]
Check = Callable[[web.Request], None]
"""Accepts who asks, or raises `Refusal`."""

TOKEN_PATH = "/oauth/token"


class Door:
    """What every request passes: it is counted, perhaps struck by a mishap, checked, answered."""

    def __init__(
        self, version: Version, behaviour: Behaviour, mishaps: Mishaps, counters: Counters, rate: RateLimit
    ) -> None:
        self._version = version
        self._behaviour = behaviour
        self._mishaps = mishaps
        self._counters = counters
        self._rate = rate

    def guarded(self, name: str, answer: Answer) -> Handler:
        """Make the handler of an endpoint from the function that answers when all is well."""

        async def handle(request: web.Request) -> web.StreamResponse:
            self._counters.asked(name, f"{request.method} {request.path_qs}")
            struck = self._mishaps.strikes(name)
            with self._counters.under_way():
                response = await self._response(request, answer, struck=struck)
                if struck and self._version == "1.1" and is_page(response) and self._mishaps.once("warned"):
                    response = warn(response)
                return await send(request, name, response, self._counters, self._mishaps if struck else None)

        return handle

    async def _response(self, request: web.Request, answer: Answer, *, struck: bool) -> web.Response:
        try:
            instead = await self._mishaps.instead(self._rate, self._behaviour.per_minute) if struck else None
            response = instead or await answer(request)
        except Refusal as refusal:
            response = refusal.answer(self._version, self._behaviour.errors)
        limit = self._mishaps.per_minute or self._behaviour.per_minute
        response.headers.update(self._rate.headers(limit, self._mishaps.window))
        return response


def checked(check: Check, answer: Callable[[web.Request], web.Response]) -> Answer:
    """Check who asks before the answer is given."""

    async def ask(request: web.Request) -> web.Response:
        check(request)
        return answer(request)

    return ask


def add_tokens(app: web.Application, tokens: Tokens, behaviour: Behaviour, door: Door) -> None:
    """Put the token endpoint into an application."""

    async def issue(request: web.Request) -> web.Response:
        authorization = request.headers.get("Authorization", "")
        return tokens.issue(authorization, await request.post(), announce_expiry=behaviour.announce_expiry)

    app.router.add_post(TOKEN_PATH, door.guarded("token", issue))


def add_lists(
    app: web.Application, root: str, service: Service, door: Door, check: Check, *, per_school: bool = True
) -> None:
    """Put the standard's endpoints into an application, below a path."""

    async def unknown(request: web.Request) -> web.Response:
        raise Refusal(404, "unknownobject", "There is no such endpoint.")

    for endpoint in (*WHOLE, *(OF_SCHOOL if per_school else ()), *OF_OTHERS):
        answer = checked(check, partial(service.list, endpoint=endpoint))
        app.router.add_get(f"{root}/{endpoint.path}", door.guarded(endpoint.path, answer))
    for endpoint in WHOLE:
        answer = checked(check, partial(service.single, endpoint=endpoint))
        app.router.add_get(f"{root}/{endpoint.path}/{{id}}", door.guarded(f"{endpoint.path}/{{id}}", answer))
    app.router.add_route("*", f"{root}/{{unknown:.*}}", door.guarded("unknown", unknown))
