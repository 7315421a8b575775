"""How a simulator that runs by itself is told to stop."""

import asyncio
import signal


def told_to_stop() -> asyncio.Event:
    """From now on let SIGINT and SIGTERM set an event in place of ending the process."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped
