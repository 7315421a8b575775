"""A rate limit in fixed windows."""

from collections.abc import Callable


class RateLimit:
    """Counts requests in windows that begin with a request. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = float("-inf")
        self._used = 0

    def allows(self, limit: int, window: float) -> bool:
        """Count a request and tell whether it is within the limit for a window of so many seconds."""
        if self._clock() - self._began >= window:
            self._began, self._used = self._clock(), 0
        self._used += 1
        return self._used <= limit

    def seconds_left(self, window: float) -> int:
        """Say in how many whole seconds the next window begins, at least 1."""
        return round(max(1.0, self._began + window - self._clock()))

    def headers(self, limit: int, window: float) -> dict[str, str]:
        """Tell the client how it stands; none without a limit."""
        if not limit:
            return {}
        left = max(0, limit - self._used)
        return {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(self.seconds_left(window)),
            "RateLimit-Policy": f"{limit};w={window:g}",
        }
