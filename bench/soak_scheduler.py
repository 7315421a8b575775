"""The scheduler with a clock that runs faster: `python -m bench.soak_scheduler ORIGIN EPOCH SPEED END` (seconds)."""

import asyncio
import sys
import time
from datetime import UTC, datetime

from scheduler.__main__ import main
from scheduler.clock import Clock


def fast_clock(origin: float, epoch: float, speed: float, end: float) -> Clock:
    """Until `origin` (real) it shows `epoch`, from then on it runs so many times faster, and it stops at `end`."""

    def now() -> datetime:
        return datetime.fromtimestamp(min(epoch + max(time.time() - origin, 0) * speed, end), UTC)

    return now


if __name__ == "__main__":
    asyncio.run(main(fast_clock(*map(float, sys.argv[1:5]))))
