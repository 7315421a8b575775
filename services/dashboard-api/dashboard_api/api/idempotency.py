"""`Idempotency-Key`: an act that is sent again gets the answer of the first time and is not done twice.

A router of acts is made with `route_class=Acting`. The act, its events and its answer are written in one transaction:
after a kill either all of it is there, or nothing and the act can be sent again. Acts that fail are not kept. Of people
and keys, whom requests do not see otherwise, it is `ActingOnAccounts`; acts on the broker are `ActingOnBroker`.

Answers are kept for a day, and sealed, since one may hold a new key or an invitation. Of requests a keyed digest is
kept, since one may hold a password. What one does with one's own account (`/me`) takes no key: its answers hold what
proves who one is, a second factor's secret or recovery codes, and must not be had again by whoever has the session.
"""

import hmac
import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from common.db import Connection, only
from common.uow import UnitOfWork
from dashboard_api.auth.guard import api_caller
from dashboard_api.context import Context, context_of
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import idempotency_keys

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEY = re.compile(r"[\x21-\x7e]{1,200}")
PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A new UUID for each act; the same one repeats that act's answer, and does nothing twice",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "example": "6f1d7f0e-2f35-4f57-9d3d-0a4f7a1f0c11",
}
KEPT_HEADERS = ("location", "etag", "content-type")
SERVICE = "dashboard-api"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Acting(APIRoute):
    """A route whose POST requests are done once for each key that a caller sends."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if "POST" in (options.get("methods") or ()):
            options["openapi_extra"] = {**(options.get("openapi_extra") or {}), "parameters": [PARAMETER]}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """FastAPI's handler, and around it what makes it happen once."""
        act = super().get_route_handler()

        async def handle(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST":
                return await act(request)
            if not KEY.fullmatch(key):
                raise Problem(
                    400, "bad_key", _("The idempotency key cannot be used. Send 1 to 200 visible characters.")
                )
            context = context_of(request)
            caller = request.state.caller = await api_caller(request, context)
            return await self.once(request, context, Keyed(caller.id, key, await _fingerprint(request, context)), act)

        return handle

    async def once(self, request: Request, context: Context, keyed: "Keyed", act: Handler) -> Response:
        """The answer that was kept, or that of the act, which is done and kept in one transaction."""
        async with self.unit_of_work(context) as uow:
            if not await idempotency_keys.claim(uow.conn, keyed.caller, keyed.key):
                raise _in_use()
            kept = await _kept(uow.conn, context, keyed)
            if kept is not None:
                return kept
            request.state.context = self.within(context, uow)
            answer = await act(request)
            await _keep(uow.conn, context, keyed, answer)
        return answer

    def unit_of_work(self, context: Context) -> UnitOfWork:
        """The transaction of an act."""
        return context.unit_of_work()

    def within(self, context: Context, uow: UnitOfWork) -> Context:
        """What the act has at hand, all of it in this transaction."""
        return context.within(uow)


class ActingOnAccounts(Acting):
    """The same for acts on people and keys, which happen outside of what requests are shown."""

    def unit_of_work(self, context: Context) -> UnitOfWork:
        """The transaction of an act."""
        return UnitOfWork(context.whole, SERVICE)

    def within(self, context: Context, uow: UnitOfWork) -> Context:
        """What the act has at hand: accounts within this transaction."""
        return replace(context, whole=only(uow.conn))


class ActingOnBroker(Acting):
    """The same for acts on the broker, which no transaction holds: the key is held while they last.

    Killed in between, the act is done again for what is left when it is sent again: messages that were named are acted
    on once, `all` are those that are there by then.
    """

    async def once(self, request: Request, context: Context, keyed: "Keyed", act: Handler) -> Response:
        """The answer that was kept, or that of the act, kept when it is done."""
        async with context.whole.acquire() as conn, idempotency_keys.held(conn, keyed.caller, keyed.key) as mine:
            if not mine:
                raise _in_use()
            kept = await _kept(conn, context, keyed)
            if kept is not None:
                return kept
            answer = await act(request)
            await _keep(conn, context, keyed, answer)
        return answer


@dataclass(frozen=True, slots=True)
class Keyed:
    """Whose request it is, with which key, and a digest of what it asks for."""

    caller: str
    key: str
    fingerprint: bytes


async def _kept(conn: Connection, context: Context, keyed: Keyed) -> Response | None:
    """What was answered before. Raises `Problem` 422 where the key came with another request."""
    kept = await idempotency_keys.find(conn, keyed.caller, keyed.key)
    if kept is None:
        return None
    if not hmac.compare_digest(kept["fingerprint"], keyed.fingerprint):
        raise _reused()
    return _opened(context, kept["answer"])


async def _keep(conn: Connection, context: Context, keyed: Keyed, answer: Response) -> None:
    await idempotency_keys.keep(conn, keyed.caller, keyed.key, keyed.fingerprint, _sealed(context, answer))


async def _fingerprint(request: Request, context: Context) -> bytes:
    """Nobody who reads the table can try out bodies against it."""
    address = f"{request.method} {request.url.path}?{request.url.query}\n"
    secret = context.settings.secret_key.get_secret_value().encode()
    return hmac.digest(secret, address.encode() + await request.body(), "sha256")


def _sealed(context: Context, answer: Response) -> bytes:
    headers = {name: value for name, value in answer.headers.items() if name in KEPT_HEADERS}
    body = bytes(answer.body).decode()
    return context.box.seal({"status": str(answer.status_code), "headers": json.dumps(headers), "body": body})


def _opened(context: Context, sealed: bytes) -> Response:
    kept = context.box.open(sealed)
    return Response(kept["body"], int(kept["status"]), json.loads(kept["headers"]) | {REPLAYED: "true"})


def _in_use() -> Problem:
    sentence = _("A request with this idempotency key is under way. Wait a moment, then repeat it with the same key.")
    return Problem(409, "key_in_use", sentence, {"Retry-After": "1"})


def _reused() -> Problem:
    sentence = _("This idempotency key was sent with another request. Use a new key for each act.")
    return Problem(422, "key_reused", sentence)
