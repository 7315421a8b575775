"""How an answer goes out: whole and counted, or broken off as the mishaps say."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from simulators.shared.counters import Counters
from simulators.shared.mishaps import CommonMishaps

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KEPT_HEADERS = ("Content-Type", "Content-Encoding", "X-Total-Count", "Link")
"""What an answer says of its body, and still says when it has another one."""


async def send(
    request: web.Request,
    name: str,
    answer: web.Response,
    counters: Counters,
    mishaps: CommonMishaps | None,
) -> web.StreamResponse:
    """Count the answer of an endpoint and send it; without `mishaps` it always arrives whole."""
    struck = mishaps if is_page(answer) else None
    if struck and struck.once("truncated"):
        answer = with_body(answer, _half(answer))
    counters.answered(name, answer.status, answer.content_length or 0)
    if struck and struck.once("dropped"):
        return await _drop(request, answer)
    return answer


def is_page(answer: web.Response) -> bool:
    """Tell whether an answer is data."""
    return answer.status == 200 and answer.content_type == "application/json"


def body_of(answer: web.Response) -> bytes:
    """Give an answer's body as it is sent."""
    return answer.body if isinstance(answer.body, bytes) else b""


def with_body(answer: web.Response, body: bytes) -> web.Response:
    """Give an answer another body."""
    return web.Response(body=body, headers=_headers(answer))


async def _drop(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Send a page's first half, then cut the connection."""
    broken = web.StreamResponse(headers={**_headers(answer), "Content-Length": str(len(body_of(answer)))})
    await broken.prepare(request)
    await broken.write(_half(answer))
    if request.transport is not None:
        request.transport.abort()
    return broken


def _half(answer: web.Response) -> bytes:
    body = body_of(answer)
    return body[: len(body) // 2]


def _headers(answer: web.Response) -> dict[str, str]:
    return {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
