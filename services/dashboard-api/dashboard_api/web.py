"""What every answer carries: security headers, the reader's language, and its place in the metrics."""

from http.cookies import CookieError, SimpleCookie
from time import monotonic

from babel.core import negotiate_locale
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.language import LANGUAGES, SOURCE, speaking

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
POLICIES = {"/api/docs": CONTENT_POLICY.replace("img-src 'self'", "img-src 'self' data:")}
"""Pages with needs of their own: swagger-ui's style sheet has its pictures in it."""
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LANGUAGE_COOKIE = "language"
STRICT_TRANSPORT = "max-age=31536000"


class SecurityHeaders:
    """Adds the headers, and keeps answers about people out of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if scope["app"].state.context.settings.secure_cookies:
                    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
                if scope["path"] in POLICIES:
                    headers["Content-Security-Policy"] = POLICIES[scope["path"]]
                headers["Cache-Control"] = _caching(scope)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _caching(scope: Scope) -> str:
    """Static files are kept for good where the address has their hash, else asked for again; answers never are."""
    if not scope["path"].startswith("/static/"):
        return "no-store"
    return "max-age=31536000, immutable" if scope["query_string"].startswith(b"v=") else "no-cache"


class ReadersLanguage:
    """Speaks the language that the reader chose (a cookie), or else the one that the browser asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        with speaking(readers_language(Headers(scope=scope))):
            return await self._app(scope, receive, send)


def readers_language(headers: Headers) -> str:
    """The language that the reader chose, or else the one that the browser asks for."""
    try:
        chosen = SimpleCookie(headers.get("cookie", "")).get(LANGUAGE_COOKIE)
    except CookieError:
        chosen = None
    if chosen is not None and chosen.value in LANGUAGES:
        return chosen.value
    return negotiate_locale(_preferred(headers.get("accept-language", "")), [*LANGUAGES], sep="-") or SOURCE


def _preferred(accepted: str) -> list[str]:
    """The languages of an Accept-Language header, the dearest first (RFC 9110, 12.5.4)."""
    weighed = []
    for part in accepted.split(","):
        language, _, quality = part.strip().partition(";q=")
        try:
            weighed.append((float(quality or 1), language))
        except ValueError:
            continue
    return [language for weight, language in sorted(weighed, key=lambda one: -one[0]) if weight > 0]


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
