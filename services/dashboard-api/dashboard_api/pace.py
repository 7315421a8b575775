"""How often one may ask: so many requests a minute for each person or key, in each process."""

from collections.abc import Callable
from math import ceil
from time import monotonic

from dashboard_api.language import _
from dashboard_api.problems import Problem

PER_MINUTE = 600
"""Ten a second for a minute on end: more than a page or a script needs that waits for its answers."""
MOST_KNOWN = 10_000
"""Callers that are remembered; beyond it those who have asked nothing for longest start anew."""


class Pace:
    """A bucket for each caller, which holds a minute's requests and fills evenly."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, caller: str) -> None:
        """Count a request. Raises `Problem` 429, saying when to come again."""
        now = self._clock()
        left, seen = self._left.pop(caller, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - seen) * self._per_minute / 60)
        enough = left >= 1
        self._left[caller] = (left - 1 if enough else left, now)
        if len(self._left) > MOST_KNOWN:
            del self._left[next(iter(self._left))]
        if not enough:
            seconds = ceil((1 - left) * 60 / self._per_minute)
            raise Problem(
                429,
                "too_many_requests",
                _("Too many requests: {most} a minute are answered. Ask less often.", most=self._per_minute),
                {"Retry-After": str(seconds)},
            )
