"""A message that is no event of ours: parked with the reason, and nothing of its content in the log."""

import json
from typing import Any

import structlog.testing

from common.bus import Bus, message
from common.envelope import Envelope, encode
from common.events import SyncOrdered
from common.testing.effects import Effects, Orders, an_order
from common.testing.running import running
from common.testing.waiting import wait_for

SECRET = "anna.example"


def poison() -> dict[str, bytes]:
    """Bodies by what is wrong with them. Each holds a text that must not turn up anywhere."""
    good: dict[str, Any] = json.loads(encode(Envelope(an_order(), "dashboard-api")))
    data = good["data"]
    return {
        "not JSON": f"<html>{SECRET}</html>".encode(),
        "not UTF-8": b"\xff\xfe" + SECRET.encode(),
        "no object": json.dumps([SECRET]).encode(),
        "unknown type": json.dumps({**good, "type": f"{SECRET}.v1"}).encode(),
        "newer version": json.dumps({**good, "type": "sync.ordered.v99", "data": SECRET}).encode(),
        "missing field": json.dumps({**good, "data": {"district_id": SECRET}}).encode(),
        "mistyped field": json.dumps({**good, "data": {**data, "mode": SECRET}}).encode(),
        "no data": json.dumps({**good, "data": SECRET}).encode(),
        "bad id": json.dumps({**good, "id": SECRET}).encode(),
        "bad trace": json.dumps({**good, "traceparent": SECRET}).encode(),
    }


async def test_a_poison_message_is_parked_unread_and_the_next_event_is_handled(
    bus: Bus, effects: Effects, orders: Orders
) -> None:
    bodies = poison()
    with structlog.testing.capture_logs() as logged:
        async with running("scheduler", {SyncOrdered: effects.take}, bus, effects.pool):
            channel = await bus.channel()
            for body in bodies.values():
                await channel.default_exchange.publish(message(body, ""), "scheduler.all")
            dead = await channel.get_queue("scheduler.all.dead")
            parked = [await wait_for(lambda: dead.get(fail=False), what="a parked message") for _ in bodies]
            await effects.wait_for(*await orders.tell())
    assert {m.body for m in parked} == set(bodies.values())
    assert {m.headers["x-reason"] for m in parked} == {"unreadable"}
    assert SECRET not in str(logged)
    assert SECRET not in str([m.headers for m in parked])
    assert "sync.ordered.v1 misses or mistypes: mode, order_id, ordered_by" in str(logged)
