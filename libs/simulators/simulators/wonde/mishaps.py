"""What can go wrong at Wonde, switched on while the simulator runs."""

from aiohttp import web

from simulators.shared.mishaps import CommonMishaps
from simulators.shared.rate import RateLimit
from simulators.wonde.refusals import Refusal

BUSY = {"error": "too_many_requests", "error_description": "Slow down."}


class Mishaps(CommonMishaps, kw_only=True, forbid_unknown_fields=True):
    """Those that every provider has, and Wonde's own.

    - `too_many` is answered with Retry-After of `retry_after` seconds, unless that is null.
    - `per_minute`: a real rate limit in fixed windows of `window` seconds, 0 for none.
    - `shift`: rows by which numbered pages after the first slide, as if rows were being added (negative: rows come
      twice) or removed (positive: rows are missed). Pages by cursor stand still.
    - `foreign_next`: a host to which the links to next pages lead.
    - `revoked`: scopes that were withdrawn (`contacts`, `education_details`): their endpoints answer 403, and includes
      that need them fail the whole request. `refused_includes`: the same for includes alone, as where a school's own
      system has no such thing, by name (`employment_details`) or with the collection (`classes.students`).

    The last two do not look at `only` and `after`.
    """

    retry_after: int | None = 1
    per_minute: int = 0
    window: float = 60
    shift: int = 0
    foreign_next: str = ""
    revoked: tuple[str, ...] = ()
    refused_includes: tuple[str, ...] = ()

    async def instead(self, rate: RateLimit) -> web.Response | None:
        """Wait as long as wanted, then give the answer that takes the place of the real one, if any."""
        await self.delay()
        if self.once("too_many"):
            return _busy(self.retry_after)
        if self.per_minute and not rate.allows(self.per_minute, self.window):
            return _busy(rate.seconds_left(self.window))
        if page := self.sorry():
            return page
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
