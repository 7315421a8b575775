"""Talking to the broker in the course of a request: what fails is a problem that says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika.exceptions import AMQPError

from common.bus import Bus, pass_on_cancellation
from dashboard_api.language import _
from dashboard_api.problems import Problem

SECONDS = 30.0
"""The longest that a request waits for the broker."""


@asynccontextmanager
async def reached(bus: Bus | None) -> AsyncIterator[Bus]:
    """The connection. Raises `Problem` 503 if the broker is away, goes away meanwhile, or takes too long."""
    if bus is None or not bus.connected:
        raise broker_away()
    try:
        async with asyncio.timeout(SECONDS):
            yield bus
    except (AMQPError, ConnectionError, TimeoutError, asyncio.CancelledError) as error:
        pass_on_cancellation(error)
        raise broker_away() from error


def broker_away() -> Problem:
    """The broker cannot be asked now."""
    return Problem(
        503,
        "broker_away",
        _("The message broker is away, so nothing can be passed on: nothing was changed. Try again when it is back."),
        {"Retry-After": "10"},
    )
