"""The scheduler with a clock that runs faster: `python -m bench.soak_scheduler ORIGIN EPOCH SPEED END` (seconds)."""

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from scheduler.__main__ import main
from scheduler.clock import Clock


def fast_clock(origin: Path, epoch: float, speed: float, end: float) -> Clock:
    """It stands at `epoch` until the file `origin` says when it began; then it runs `speed` times faster, to `end`."""

    def now() -> datetime:
        passed = time.time() - float(origin.read_text()) if origin.exists() else 0.0
        return datetime.fromtimestamp(min(epoch + passed * speed, end), UTC)

    return now


if __name__ == "__main__":
    asyncio.run(main(fast_clock(Path(sys.argv[1]), *map(float, sys.argv[2:5]))))
