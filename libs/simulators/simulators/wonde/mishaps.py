"""What can go wrong at Wonde, switched on while the simulator runs."""

import asyncio
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from simulators.oneroster.rate import RateLimit
from simulators.wonde.refusals import Refusal

BUSY = {"error": "too_many_requests", "error_description": "Slow down."}
SORRY_PAGE = "<html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>"


class Mishaps(Struct, kw_only=True, forbid_unknown_fields=True):
    """The mishaps that are on. Those with a number strike that many requests and are over then.

    - `only`: endpoints that are struck, by path (`schools/{school}/classes`) or its last word; empty for all.
    - `after`: requests to those endpoints that pass unharmed first.
    - `too_many`: 429, with Retry-After of `retry_after` seconds unless that is null.
    - `per_minute`: a real rate limit in fixed windows of `window` seconds, 0 for none.
    - `unavailable`: a 5xx, namely `unavailable_status`.
    - `html`: 200 with an HTML page. `truncated`: 200 with half the JSON. `dropped`: half the body, then the
      connection is cut.
    - `unauthorised`, `forbidden`: 401 or 403 until switched off.
    - `latency`: seconds that every answer takes longer.
    - `shift`: rows by which numbered pages after the first slide, as if rows were being added (negative: rows come
      twice) or removed (positive: rows are missed). Pages by cursor stand still.
    - `foreign_next`: a host to which the links to next pages lead.
    - `revoked`: scopes that were withdrawn (`contacts`, `education_details`): their endpoints answer 403, and includes
      that need them fail the whole request. `refused_includes`: the same for includes alone, as where a school's own
      system has no such thing, by name (`employment_details`) or with the collection (`classes.students`).

    The last two do not look at `only` and `after`.
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
    unauthorised: bool = False
    forbidden: bool = False
    latency: float = 0
    shift: int = 0
    foreign_next: str = ""
    revoked: tuple[str, ...] = ()
    refused_includes: tuple[str, ...] = ()

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
        if self.only and endpoint not in self.only and endpoint.rpartition("/")[2] not in self.only:
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

    async def instead(self, rate: RateLimit) -> web.Response | None:
        """Wait as long as wanted, then give the answer that takes the place of the real one, if any."""
        if self.latency > 0:
            await asyncio.sleep(self.latency)
        if self.once("too_many"):
            return _busy(self.retry_after)
        if self.per_minute and not rate.allows(self.per_minute, self.window):
            return _busy(rate.seconds_left(self.window))
        if self.once("unavailable"):
            return web.Response(text=SORRY_PAGE, status=self.unavailable_status, content_type="text/html")
        if self.once("html"):
            return web.Response(text=SORRY_PAGE, content_type="text/html")
        if self.unauthorised:
            raise invalid_key()
        if self.forbidden:
            raise Refusal(403, "forbidden", "This application may not read that.")
        return None


def invalid_key() -> Refusal:
    """Refuse with 401."""
    return Refusal(401, "invalid_token", "The access token is not valid.")


def _busy(seconds: int | None) -> web.Response:
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return web.json_response(BUSY, status=429, headers=headers)
