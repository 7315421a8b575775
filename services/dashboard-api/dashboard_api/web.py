"""What every answer carries: security headers, and its place in the metrics."""

from time import monotonic

from prometheus_client import Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HTTP_SECONDS = Histogram(
    "rosterbus_http_request_seconds",
    "Time to the first byte of an answer",
    ["method", "route", "status"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5),
)
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STRICT_TRANSPORT = "max-age=31536000"


class SecurityHeaders:
    """Adds the headers, and keeps answers about people out of caches; static files may stay there for an hour."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = {**HEADERS, **({"Strict-Transport-Security": STRICT_TRANSPORT} if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers["Cache-Control"] = "max-age=3600" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Measured:
    """Observes how long answers take to begin, by route, never by address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        started = monotonic()

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                HTTP_SECONDS.labels(scope["method"], _route(scope), message["status"]).observe(monotonic() - started)
            await send(message)

        await self._app(scope, receive, send_measured if scope["type"] == "http" else send)


def _route(scope: Scope) -> str:
    """The address with names in place of ids; one word for static files, and one for what is not ours."""
    path: str = scope["path"]
    if path.startswith("/static/"):
        return "static"
    if "endpoint" not in scope:
        return "other"
    for name, value in scope["path_params"].items():
        path = path.replace(str(value), f"{{{name}}}", 1)
    return path
