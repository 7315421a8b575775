"""`Idempotency-Key`: an act that is sent again gets the answer of the first time and is not done twice.

A router of acts is made with `route_class=Acting`. The act, its events and its answer are written in one transaction:
after a kill either all of it is there, or nothing and the act can be sent again. Acts that fail are not kept.
"""

import json
import re
from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

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
            return await _once(request, key, act)

        return handle


async def _once(request: Request, key: str, act: Handler) -> Response:
    context = context_of(request)
    caller = request.state.caller = await api_caller(request, context)
    fingerprint = await _fingerprint(request)
    async with context.unit_of_work() as uow:
        if not await idempotency_keys.claim(uow.conn, caller.id, key):
            raise _in_use()
        kept = await idempotency_keys.find(uow.conn, caller.id, key)
        if kept is not None:
            if kept["fingerprint"] != fingerprint:
                raise _reused()
            return _opened(context, kept["answer"])
        request.state.context = context.within(uow)
        answer = await act(request)
        await idempotency_keys.keep(uow.conn, caller.id, key, fingerprint, _sealed(context, answer))
    return answer


async def _fingerprint(request: Request) -> bytes:
    address = f"{request.method} {request.url.path}?{request.url.query}\n"
    return sha256(address.encode() + await request.body()).digest()


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
