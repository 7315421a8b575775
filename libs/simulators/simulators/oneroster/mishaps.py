"""What can go wrong at a roster server, switched on while it runs."""

import asyncio
import gzip
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from simulators.oneroster.rate import RateLimit
from simulators.oneroster.refusals import Refusal

BUSY_PAGE = "<html><head><title>429 Too Many Requests</title></head><body>Slow down.</body></html>"
SORRY_PAGE = "<html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>"
WARNING = (
    b'"statusInfoSet":[{"imsx_codeMajor":"success","imsx_severity":"warning","imsx_codeMinor":"fullsuccess",'
    b'"imsx_description":"Some records were left out.","imsx_operationRefIdentifier":""}]}'
)
"""What stands behind the rows of a page with a warning."""


class Mishaps(Struct, kw_only=True, forbid_unknown_fields=True):
    """The mishaps that are on. Those with a number strike that many requests and are over then.

    - `only`: endpoints that are struck, by path (`schools/{school}/classes`) or its last word (`enrollments`);
      empty for all lists and records. The token endpoint is struck only if it says `token`.
    - `after`: requests to those endpoints that pass unharmed first.
    - `too_many`: 429 with an HTML body and Retry-After of `retry_after` seconds, unless that is null.
    - `per_minute`: a real rate limit in fixed windows of `window` seconds, 0 for none.
    - `unavailable`: a 5xx, namely `unavailable_status`.
    - `html`: 200 with an HTML page. `truncated`: 200 with half the JSON. `dropped`: half the body, then the
      connection is cut. `warned`: in 1.1, a warning beside the rows.
    - `unauthorised`, `forbidden`: 401 or 403 until switched off. `token_requests`: 401 once a token was used so
      often, 0 for no limit.
    - `latency`: seconds that every answer takes longer.
    - `shift`: rows by which pages after the first slide, as if rows were being added (negative: rows come twice) or
      removed (positive: rows are missed). `unsteady_order`: lists without `sort` start elsewhere each time.
    """

    only: tuple[str, ...] = ()
    after: int = 0
    too_many: int = 0
    retry_after: int | None = 1
    per_minute: int = 0
    window: float = 60
    unavailable: int = 0
    unavailable_status: int = 503
    html: int = 0
    truncated: int = 0
    dropped: int = 0
    warned: int = 0
    unauthorised: bool = False
    forbidden: bool = False
    token_requests: int = 0
    latency: float = 0
    shift: int = 0
    unsteady_order: bool = False

    def set(self, **values: Any) -> None:
        """Switch mishaps on or off by name; the others stay as they are.

        :raises msgspec.ValidationError: if a name or a value is wrong; nothing is changed then.
        """
        wanted = msgspec.convert(msgspec.to_builtins(self) | values, Mishaps)
        for name in wanted.__struct_fields__:
            setattr(self, name, getattr(wanted, name))

    def clear(self) -> None:
        """Switch all mishaps off."""
        self.set(**msgspec.to_builtins(Mishaps()))

    def strikes(self, endpoint: str) -> bool:
        """Tell whether a request to this endpoint is struck, and count it if it is still to pass."""
        named = endpoint in self.only or endpoint.rpartition("/")[2] in self.only
        if not named and (self.only or endpoint == "token"):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        return True

    def once(self, name: str) -> bool:
        """Tell whether a counted mishap strikes now, and count it down."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0

    async def instead(self, rate: RateLimit, usual: int) -> web.Response | None:
        """Wait as long as wanted, then give the answer that takes the place of the real one, if any.

        `usual` is how many requests a minute the server answers where no other number is set.
        """
        if self.latency > 0:
            await asyncio.sleep(self.latency)
        if self.once("too_many"):
            return _busy(self.retry_after)
        most = self.per_minute or usual
        if most and not rate.allows(most, self.window):
            return _busy(rate.seconds_left(self.window))
        return self._failure()

    def _failure(self) -> web.Response | None:
        if self.once("unavailable"):
            return _page(SORRY_PAGE, self.unavailable_status)
        if self.once("html"):
            return _page(SORRY_PAGE, 200)
        if self.unauthorised:
            raise Refusal(401, "unauthorisedrequest", "The access token is not accepted.")
        if self.forbidden:
            raise Refusal(403, "forbidden", "This application may not read the roster.")
        return None


def _busy(seconds: int | None) -> web.Response:
    answer = _page(BUSY_PAGE, 429)
    if seconds is not None:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def _page(html: str, status: int) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html")


def cut(answer: web.Response) -> web.Response:
    """Give a page's first half as if it were the whole."""
    body = _bytes(answer)
    return web.Response(body=body[: len(body) // 2], headers=_headers(answer))


def warn(answer: web.Response) -> web.Response:
    """Give a page with a warning beside its rows."""
    packed = "Content-Encoding" in answer.headers
    body = gzip.decompress(_bytes(answer)) if packed else _bytes(answer)
    warned = b"%b,%b" % (body[:-1], WARNING)
    return web.Response(body=gzip.compress(warned, mtime=0) if packed else warned, headers=_headers(answer))


async def drop(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Send a page's first half, then cut the connection."""
    body = _bytes(answer)
    broken = web.StreamResponse(headers={**_headers(answer), "Content-Length": str(len(body))})
    await broken.prepare(request)
    await broken.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return broken


def _bytes(answer: web.Response) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""


def _headers(answer: web.Response) -> dict[str, str]:
    kept = ("Content-Type", "Content-Encoding", "X-Total-Count", "Link")
    return {name: answer.headers[name] for name in kept if name in answer.headers}
