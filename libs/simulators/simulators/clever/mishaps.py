"""What can go wrong at Clever, switched on while it runs."""

import asyncio
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from simulators.clever.refusals import Refusal

BUSY_PAGE = "<html><head><title>429 Too Many Requests</title></head><body>Slow down.</body></html>"
SORRY_PAGE = "<html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>"
OF_TOKENS = ("oauth/tokens", "oauth/tokeninfo")


class Mishaps(Struct, kw_only=True, forbid_unknown_fields=True):
    """The mishaps that are on. Those with a number strike that many requests and are over then.

    - `only`: endpoints that are struck, by path (`schools/{school}/users`), its last word (`users`) or the role that is
      asked for (`contact`); empty for all but those of tokens, which must be named.
    - `after`: requests to those endpoints that pass unharmed first.
    - `too_many`: 429, X-RateLimit-Reset being `retry_after` seconds away; if `bare`, without headers and in HTML.
    - `unavailable`: a 5xx, namely `unavailable_status`.
    - `html`: 200 with an HTML page. `truncated`: 200 with half the JSON. `dropped`: half the body, then the
      connection is cut.
    - `unauthorised`, `forbidden`: 401 or 403 until switched off.
    - `rotate_after`: after so many more requests to those endpoints the token is replaced, once.
    - `latency`: seconds that every answer takes longer.
    """

    only: tuple[str, ...] = ()
    after: int = 0
    too_many: int = 0
    bare: bool = False
    retry_after: int = 1
    unavailable: int = 0
    unavailable_status: int = 503
    html: int = 0
    truncated: int = 0
    dropped: int = 0
    unauthorised: bool = False
    forbidden: bool = False
    rotate_after: int = 0
    latency: float = 0

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

    def strikes(self, path: str, role: str) -> bool:
        """Tell whether a request to this endpoint is struck, and count it if it is still to pass."""
        named = not {path, path.rpartition("/")[2], role}.isdisjoint(self.only)
        if not named and (self.only or path in OF_TOKENS):
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

    def turns(self) -> bool:
        """Tell whether the token is to be replaced now."""
        return self.once("rotate_after") and not self.rotate_after

    async def instead(self) -> web.Response | None:
        """Wait as long as wanted, then give the answer that takes the place of the real one, if any."""
        if self.latency > 0:
            await asyncio.sleep(self.latency)
        if self.once("unavailable"):
            return html_page(SORRY_PAGE, self.unavailable_status)
        if self.once("html"):
            return html_page(SORRY_PAGE, 200)
        if self.unauthorised:
            raise Refusal(401, "Authorization failed.")
        if self.forbidden:
            raise Refusal(403, "This application may not read this.")
        return None


def html_page(html: str, status: int) -> web.Response:
    """Answer with a page for people."""
    return web.Response(text=html, status=status, content_type="text/html")
