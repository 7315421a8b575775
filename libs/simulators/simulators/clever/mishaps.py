"""What can go wrong at Clever, switched on while it runs."""

from typing import ClassVar

from aiohttp import web

from simulators.clever.refusals import Refusal
from simulators.shared.mishaps import CommonMishaps


class Mishaps(CommonMishaps, kw_only=True, forbid_unknown_fields=True):
    """Those that every provider has, and Clever's own.

    - `only` may also name the role that is asked for (`contact`). Endpoints of tokens must be named.
    - `too_many` is answered with X-RateLimit-Reset `retry_after` seconds away; if `bare`, without headers and in HTML.
    - `rotate_after`: after so many more requests to those endpoints the token is replaced, once.
    """

    BY_NAME: ClassVar[tuple[str, ...]] = ("oauth/tokens", "oauth/tokeninfo")

    bare: bool = False
    retry_after: int = 1
    rotate_after: int = 0

    def turns(self) -> bool:
        """Tell whether the token is to be replaced now."""
        return self.once("rotate_after") and not self.rotate_after

    async def instead(self) -> web.Response | None:
        """Wait as long as wanted, then give the answer that takes the place of the real one, if any."""
        await self.delay()
        if page := self.sorry():
            return page
        if self.unauthorised:
            raise Refusal(401, "Authorization failed.")
        if self.forbidden:
            raise Refusal(403, "This application may not read this.")
        return None
