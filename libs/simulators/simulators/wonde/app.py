"""The simulator's web application: routes, mishaps, errors, counting."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from functools import partial

from aiohttp import web

from simulators.shared.counters import Counters
from simulators.shared.rate import RateLimit
from simulators.shared.sending import Handler, send
from simulators.wonde.mishaps import Mishaps
from simulators.wonde.records import KINDS
from simulators.wonde.refusals import Refusal, not_found
from simulators.wonde.schools import LISTS
from simulators.wonde.service import Service

Answer = Callable[[web.Request], web.Response]

ROOT = "/v1.0"


class Door:
    """What every request passes: it is counted, perhaps struck by a mishap, answered with the simulator's date."""

    def __init__(self, mishaps: Mishaps, counters: Counters, rate: RateLimit, clock: Callable[[], datetime]) -> None:
        self._mishaps = mishaps
        self._counters = counters
        self._rate = rate
        self._clock = clock

    def guarded(self, name: str, answer: Answer) -> Handler:
        """Make the handler of an endpoint from the function that answers when all is well."""

        async def handle(request: web.Request) -> web.StreamResponse:
            self._counters.asked(name, f"{request.method} {request.path_qs}")
            struck = self._mishaps.strikes(name)
            try:
                instead = await self._mishaps.instead(self._rate) if struck else None
                response = instead or answer(request)
            except Refusal as refusal:
                response = refusal.answer()
            response.headers["Date"] = format_datetime(self._clock(), usegmt=True)
            return await send(request, name, response, self._counters, self._mishaps if struck else None)

        return handle


def add_routes(app: web.Application, service: Service, door: Door) -> None:
    """Put Wonde's endpoints into an application."""

    def unknown(request: web.Request) -> web.Response:
        raise not_found("The endpoint")

    one = f"{ROOT}/schools/{{school}}"
    app.router.add_get(f"{ROOT}/schools", door.guarded("schools", partial(service.schools, name="")))
    for name in LISTS:
        answer = door.guarded(f"schools/{name}", partial(service.schools, name=name))
        app.router.add_get(f"{ROOT}/schools/{name}", answer)
    app.router.add_get(one, door.guarded("schools/{school}", service.school))
    asking = door.guarded("schools/{school}/request-access", partial(service.request_access, access="pending"))
    app.router.add_post(f"{one}/request-access", asking)
    leaving = door.guarded("schools/{school}/revoke-access", partial(service.request_access, access="revoked"))
    app.router.add_delete(f"{one}/revoke-access", leaving)
    _add_data(app, service, door, one)
    meta = f"{ROOT}/meta/schools/{{school}}"
    app.router.add_get(meta, door.guarded("meta/schools/{school}", service.school))
    granted = door.guarded("meta/schools/{school}/permissions", service.permissions)
    app.router.add_get(f"{meta}/permissions", granted)
    app.router.add_route("*", f"{ROOT}/{{unknown:.*}}", door.guarded("unknown", unknown))


def _add_data(app: web.Application, service: Service, door: Door, root: str) -> None:
    for kind in KINDS:
        name = f"schools/{{school}}/{kind}"
        app.router.add_get(f"{root}/{kind}", door.guarded(name, partial(service.records, kind=kind)))
        one = door.guarded(f"{name}/{{id}}", partial(service.record, kind=kind))
        app.router.add_get(f"{root}/{kind}/{{id}}", one)
    app.router.add_get(f"{root}/deletions", door.guarded("schools/{school}/deletions", service.deletions))
    app.router.add_get(f"{root}/counts", door.guarded("schools/{school}/counts", service.counts))
