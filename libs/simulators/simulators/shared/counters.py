"""What was asked of the simulator, and how much it answered."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

RECENT = 1_000


class Counters:
    """Counts by endpoint (its path, `users/{id}` for single records, `token`).

    `requests` and `bytes` (of bodies as sent) are by endpoint, `statuses` by HTTP status; `recent` holds the last
    1,000 requests as `GET /path?query`; `most_at_once` is how many were under way at the same time at most.
    """

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.recent: deque[str] = deque(maxlen=RECENT)
        self.most_at_once = 0
        self._under_way = 0

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """A request is being answered."""
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            yield
        finally:
            self._under_way -= 1

    def asked(self, endpoint: str, line: str) -> None:
        """Count a request."""
        self.requests[endpoint] += 1
        self.recent.append(line)

    def answered(self, endpoint: str, status: int, size: int) -> None:
        """Count an answer."""
        self.statuses[status] += 1
        self.bytes[endpoint] += size

    def clear(self) -> None:
        """Begin again at nothing."""
        for counts in (self.requests, self.bytes, self.statuses, self.recent):
            counts.clear()
        self.most_at_once = 0

    def summary(self) -> dict[str, Any]:
        """Give the counts as they are shown to people and scripts."""
        return {
            "requests": dict(self.requests),
            "bytes": dict(self.bytes),
            "statuses": {str(status): number for status, number in self.statuses.items()},
            "requests_total": self.requests.total(),
            "bytes_total": self.bytes.total(),
        }
