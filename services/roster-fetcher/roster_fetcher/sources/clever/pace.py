"""Keeps requests below Clever's limit, by what the server says is left, and by our own count."""

import asyncio
from collections import deque
from collections.abc import Mapping
from time import monotonic

from roster_fetcher.sources.clever.refusals import seconds_to_reset

MINUTE = 60.0


class Pace:
    """The pace of one connection. Other runs of the district use the same limit, which the server's count includes."""

    def __init__(self, per_minute: int) -> None:
        self._sent: deque[float] = deque(maxlen=per_minute)
        self._resume = 0.0

    async def turn(self) -> None:
        """Wait until a request may be sent."""
        now = monotonic()
        resume = self._resume
        if len(self._sent) == self._sent.maxlen:
            resume = max(resume, self._sent[0] + MINUTE)
        if resume > now:
            await asyncio.sleep(resume - now)
        self._sent.append(monotonic())

    def heard(self, headers: Mapping[str, str]) -> None:
        """Take note of what an answer says about the limit: when nothing is left, the window's end is waited for."""
        if headers.get("X-RateLimit-Remaining") == "0":
            self._resume = monotonic() + (seconds_to_reset(headers) or 0.0)
