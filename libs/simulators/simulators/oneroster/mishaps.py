"""What can go wrong at a roster server, switched on while it runs."""

import gzip
from typing import ClassVar

from aiohttp import web

from simulators.oneroster.refusals import Refusal
from simulators.shared.answers import BUSY_PAGE, html_page
from simulators.shared.mishaps import CommonMishaps
from simulators.shared.rate import RateLimit
from simulators.shared.sending import body_of, with_body

WARNING = (
    b'"statusInfoSet":[{"imsx_codeMajor":"success","imsx_severity":"warning","imsx_codeMinor":"fullsuccess",'
    b'"imsx_description":"Some records were left out.","imsx_operationRefIdentifier":""}]}'
)
"""What stands behind the rows of a page with a warning."""


class Mishaps(CommonMishaps, kw_only=True, forbid_unknown_fields=True):
    """Those that every provider has, and a OneRoster server's own. The token endpoint is called `token`.

    - `too_many` is answered with an HTML body and Retry-After of `retry_after` seconds, unless that is null.
    - `per_minute`: a real rate limit in fixed windows of `window` seconds, 0 for none.
    - `warned`: in 1.1, a warning beside the rows of so many pages.
    - `token_requests`: 401 once a token was used so often, 0 for no limit.
    - `shift`: rows by which pages after the first slide, as if rows were being added (negative: rows come twice) or
      removed (positive: rows are missed). `unsteady_order`: lists without `sort` start elsewhere each time.
    """

    BY_NAME: ClassVar[tuple[str, ...]] = ("token",)

    retry_after: int | None = 1
    per_minute: int = 0
    window: float = 60
    warned: int = 0
    token_requests: int = 0
    shift: int = 0
    unsteady_order: bool = False

    async def instead(self, rate: RateLimit, usual: int) -> web.Response | None:
        """Wait as long as wanted, then give the answer that takes the place of the real one, if any.

        `usual` is how many requests a minute the server answers where no other number is set.
        """
        await self.delay()
        if self.once("too_many"):
            return _busy(self.retry_after)
        most = self.per_minute or usual
        if most and not rate.allows(most, self.window):
            return _busy(rate.seconds_left(self.window))
        if page := self.sorry():
            return page
        if self.unauthorised:
            raise Refusal(401, "unauthorisedrequest", "The access token is not accepted.")
        if self.forbidden:
            raise Refusal(403, "forbidden", "This application may not read the roster.")
        return None


def _busy(seconds: int | None) -> web.Response:
    answer = html_page(BUSY_PAGE, 429)
    if seconds is not None:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def warn(answer: web.Response) -> web.Response:
    """Give a page with a warning beside its rows."""
    packed = "Content-Encoding" in answer.headers
    body = gzip.decompress(body_of(answer)) if packed else body_of(answer)
    warned = b"%b,%b" % (body[:-1], WARNING)
    return with_body(answer, gzip.compress(warned, mtime=0) if packed else warned)
