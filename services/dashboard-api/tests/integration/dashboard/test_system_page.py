"""The system page, on a real broker: queues, parked messages, workers and versions."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from common.bus import Bus, message
from common.topology import QueueSpec
from dashboard_api.broker import queues
from dashboard_api.context import Context

from .surroundings import Dashboard
from .visiting import VIEWER, page, send, signed_in

SPEC = QueueSpec("scheduler", "all", ())


@pytest.fixture
async def context(context: Context, bus: Bus) -> Context:
    """With the broker at hand."""
    return replace(context, bus=bus)


@pytest.fixture
async def lying(bus: Bus, north: Dashboard) -> AsyncIterator[list[str]]:
    """Two messages that were parked, of which one is no event of ours."""
    channel = await bus.channel()
    ids = [str(uuid4()), str(uuid4())]
    for name in (SPEC.name, SPEC.dead):
        await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
    for id_ in ids:
        body = message(b"<b>no event</b>", id_, {"x-reason": "unreadable", "x-error": "ValueError", "x-attempt": 1})
        await channel.default_exchange.publish(body, SPEC.dead)
    yield ids
    await channel.close()


async def test_parked_messages_are_looked_at_given_back_and_discarded_with_a_reason(
    north: Dashboard, bus: Bus, lying: list[str]
) -> None:
    await signed_in(north)
    text = await page(north, "/system")
    assert "2 messages are parked and wait for you." in text and "PostgreSQL" in text
    text = await page(north, f"/system/parked?queue={SPEC.name}")
    assert "cannot be read" in text and "&lt;b&gt;no event" in text and lying[0] in text
    status, text = await send(north, "/system/parked", queue=SPEC.name, act="requeue", chosen=lying[0])
    assert status == 200 and "Give 1 message back?" in text
    again = {"queue": SPEC.name, "act": "requeue", "chosen": lying[0], "confirm": "yes"}
    assert (await send(north, "/system/parked", **again))[0] == 303
    status, text = await send(north, "/system/parked", queue=SPEC.name, act="discard")
    assert status == 200 and "Discard 1 message for good?" in text
    status, text = await send(north, "/system/parked", queue=SPEC.name, act="discard", confirm=SPEC.name)
    assert status == 422 and "Say why" in text
    for_good = {"queue": SPEC.name, "act": "discard", "confirm": SPEC.name, "reason": "written by hand"}
    assert (await send(north, "/system/parked", **for_good))[0] == 303
    left = await queues.count(bus, SPEC.dead)
    assert left is not None and left.ready == 0
    kept = await north.row("SELECT detail FROM audit WHERE action = 'discard_parked'")
    assert kept["detail"] == {"reason": "written by hand", "messages": [lying[1]]}


async def test_only_who_runs_it_for_all_sees_the_system(north: Dashboard) -> None:
    await signed_in(north, VIEWER, role="district_admin", districts=["north"])
    await page(north, "/system", 403)
    assert (await send(north, "/system/parked", queue=SPEC.name, act="discard"))[0] == 403
