"""The simulators' commands, run as processes."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def running(name: str, *options: str) -> AsyncIterator[str]:
    """Run `simulators.<name>` on a free port and give the line that it says; it must end by itself when told to."""
    process = await asyncio.create_subprocess_exec(*_command(name, *options), stdout=PIPE)
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode().strip()
    try:
        yield line
    finally:
        process.terminate()
        assert await process.wait() == 0


async def complaint(name: str, *options: str) -> tuple[int | None, str]:
    """Run `simulators.<name>` where it cannot start; its exit code and what it complains of."""
    process = await asyncio.create_subprocess_exec(*_command(name, *options), stderr=PIPE)
    _, told = await process.communicate()
    return process.returncode, told.decode()


def _command(name: str, *options: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"simulators.{name}", "--port", "0", *options)
