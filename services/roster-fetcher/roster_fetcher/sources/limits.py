"""What a server's answers say about its limit on requests: how many it still takes, until when, how long to wait.

Read are `RateLimit-Remaining` and `-Reset`, the same with `X-` before them, and the header `RateLimit` that has both in
one (IETF draft ratelimit-headers, in its older shape `remaining=5, reset=30` and its newer one `"minute";r=5;t=30`).
How many there are in all and in what time need not be known: what remains says enough.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from common.moments import bounded, http_date, retry_after

TOO_MANY = 429
UNIX_SECONDS, UNIX_MILLISECONDS = 1e9, 1e12
"""A Reset beyond the first is no number of seconds to go but a moment (Clever's); beyond the second, one in ms."""
ROUNDED = 1.0
"""Seconds by which a Reset may be too short, since it counts whole ones."""
MOST = 1e9
"""As good as no limit."""

OLDER = re.compile(r"\bremaining=(\d+)\b.*\breset=(\d+)\b", re.IGNORECASE)
NEWER = re.compile(r";\s*r=(\d+).*;\s*t=(\d+)")


class Remaining(NamedTuple):
    """Requests that the server still takes in the `seconds` to come."""

    requests: int
    seconds: float


def remaining(status: int, headers: Mapping[str, str]) -> Remaining | None:
    """What an answer says to remain; None if it does not. After 429 it is nothing, whatever it says."""
    if status == TOO_MANY:
        wait = wait_asked(headers)
        return Remaining(0, wait) if wait else None
    return _by_headers(headers)


def wait_asked(headers: Mapping[str, str]) -> float | None:
    """The seconds that a 429 asks us to wait, by Retry-After or the limit's Reset; None if it does not say."""
    wait = retry_after(headers)
    if wait is None and (said := _by_headers(headers)):
        wait = said.seconds
    return wait


def _by_headers(headers: Mapping[str, str]) -> Remaining | None:
    if combined := headers.get("RateLimit"):
        return min(_combined(combined), default=None)
    for prefix in ("RateLimit", "X-RateLimit"):
        requests, reset = headers.get(f"{prefix}-Remaining", ""), headers.get(f"{prefix}-Reset", "")
        if requests.strip().isdecimal() and (seconds := _seconds_to(reset, headers)) is not None:
            return Remaining(_number(requests), seconds)
    return None


def _combined(value: str) -> Iterable[Remaining]:
    """What remains by each of the limits that the header speaks of."""
    parts = value.split(",") if NEWER.search(value) else [value]
    for part in parts:
        if found := NEWER.search(part) or OLDER.search(part):
            yield Remaining(_number(found[1]), bounded(float(found[2]) + ROUNDED))


def _seconds_to(reset: str, headers: Mapping[str, str]) -> float | None:
    """The seconds to a Reset, be it seconds to go or a moment, which is compared with the server's own clock."""
    try:
        number = float(reset)
    except ValueError:
        return None
    if number >= UNIX_SECONDS:
        moment = number / 1000 if number >= UNIX_MILLISECONDS else number
        number = moment - (http_date(headers.get("Date", "")) or datetime.now(UTC)).timestamp()
    return bounded(number + ROUNDED)


def _number(requests: str) -> int:
    return int(min(float(requests), MOST))
