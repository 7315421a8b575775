"""What can go wrong at any provider, switched on while it runs."""

import asyncio
from typing import Any, ClassVar

import msgspec
from aiohttp import web
from msgspec import Struct

from simulators.shared.answers import html_page

SORRY_PAGE = "<html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>"


class CommonMishaps(Struct, kw_only=True, forbid_unknown_fields=True):
    """The mishaps that are on; a provider has these and its own. Those with a number strike that many requests.

    - `only`: endpoints that are struck, by path (`schools/{school}/classes`) or its last word (`classes`); empty for
      all but those that are struck only `BY_NAME`.
    - `after`: requests to those endpoints that pass unharmed first.
    - `too_many`: 429. When to come again is said in the provider's own way.
    - `unavailable`: a 5xx, namely `unavailable_status`.
    - `html`: 200 with an HTML page. `truncated`: 200 with half the JSON. `dropped`: half the body, then the
      connection is cut.
    - `unauthorised`, `forbidden`: 401 or 403 until switched off, in the provider's own words.
    - `latency`: seconds that every answer takes longer.
    """

    BY_NAME: ClassVar[tuple[str, ...]] = ()

    only: tuple[str, ...] = ()
    after: int = 0
    too_many: int = 0
    unavailable: int = 0
    unavailable_status: int = 503
    html: int = 0
    truncated: int = 0
    dropped: int = 0
    unauthorised: bool = False
    forbidden: bool = False
    latency: float = 0

    def set(self, **values: Any) -> None:
        """Switch mishaps on or off by name; the others stay as they are.

        :raises msgspec.ValidationError: if a name or a value is wrong; nothing is changed then.
        """
        wanted = msgspec.convert(msgspec.to_builtins(self) | values, type(self))
        for name in self.__struct_fields__:
            setattr(self, name, getattr(wanted, name))

    def clear(self) -> None:
        """Switch all mishaps off."""
        self.set(**msgspec.to_builtins(type(self)()))

    def strikes(self, endpoint: str, *other_names: str) -> bool:
        """Tell whether a request to this endpoint is struck, and count it if it is still to pass.

        `other_names` are further ones by which `only` may call it.
        """
        named = not {endpoint, endpoint.rpartition("/")[2], *other_names}.isdisjoint(self.only)
        if not named and (self.only or endpoint in self.BY_NAME):
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

    async def delay(self) -> None:
        """Wait as long as wanted."""
        if self.latency > 0:
            await asyncio.sleep(self.latency)

    def sorry(self) -> web.Response | None:
        """Give the page for people that takes the place of the answer, if any: with a 5xx, or with 200."""
        if self.once("unavailable"):
            return html_page(SORRY_PAGE, self.unavailable_status)
        if self.once("html"):
            return html_page(SORRY_PAGE, 200)
        return None
