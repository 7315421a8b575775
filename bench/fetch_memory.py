"""The peak memory of a process that does nothing but fetch: in a process of its own, so that nobody else's counts."""

import asyncio
import logging
import sys
from pathlib import Path
from uuid import uuid4

import structlog

from bench.fetch_stage import Stage, connected


async def peak_of_a_fetch(here: Stage) -> float:
    """The megabytes that a new process needs at the most for a first load."""
    command = [sys.executable, "-m", "bench.fetch_memory", here.database_url, here.address, str(here.page)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return float(output)


async def main(database_url: str, address: str, page: str) -> None:
    """Fetch once and print the peak."""
    async with connected(database_url) as pool:
        await Stage(pool, database_url, address, int(page)).fetch(uuid4())
    print(_peak())


def _peak() -> float:
    """From Linux's own books; `getrusage` would count what the parent process had when it started this one."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kilobytes) / 1024


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(*sys.argv[1:]))
