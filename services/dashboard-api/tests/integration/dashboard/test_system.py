"""Queues, parked messages, workers and versions, on a real broker."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from common import topology
from common.bus import Bus, message
from common.db import Pool
from common.errors import Permanent
from common.events import SyncOrdered
from common.settings import CommonSettings
from common.testing.fixtures import PoolOf
from common.testing.running import running
from common.testing.waiting import wait_for
from common.topology import QueueSpec
from common.uow import UnitOfWork
from common.workers import Work, Worker
from dashboard_api.broker import parked, queues
from dashboard_api.context import Context
from rosterbus_local.servers import Servers

from .asking import get, post
from .surroundings import BEGINNING, Dashboard, publish, school
from .test_command_line import rosterbus

QUEUE = "scheduler.all"
SPEC = QueueSpec("scheduler", "all", ())


@pytest.fixture
async def context(context: Context, bus: Bus) -> Context:
    """With the broker at hand."""
    return replace(context, bus=bus)


@pytest.fixture
async def scheduler(pool_of: PoolOf) -> Pool:
    return await pool_of("scheduler")


async def refuse(event: SyncOrdered, uow: UnitOfWork) -> None:
    raise Permanent("no", code="INTERNAL")


@pytest.fixture
async def orders(bus: Bus, scheduler: Pool, dashboard: Dashboard) -> AsyncIterator[list[SyncOrdered]]:
    """Three orders that the scheduler could not handle, in this order."""
    events = [order(), order(), order()]
    async with running("scheduler", {SyncOrdered: refuse}, bus, scheduler, prefetch=1):
        for event in events:
            await publish(bus, event)
        await wait_for(lambda: depth(bus, SPEC.dead, 3))
    yield events


def order() -> SyncOrdered:
    return SyncOrdered(
        district_id="north", order_id=uuid4(), schools=(school("1"),), mode="full", ordered_by="somebody"
    )


async def depth(bus: Bus, queue: str, wanted: int) -> bool:
    counted = await queues.count(bus, queue)
    return counted is not None and counted.ready == wanted


async def parked_orders(dashboard: Dashboard) -> list[dict[str, Any]]:
    status, body = await get(dashboard, f"/system/parked?queue={QUEUE}", await dashboard.bearer())
    assert status == 200, body
    return list(body["parked"])


def order_ids(found: list[dict[str, Any]]) -> list[UUID]:
    return [UUID(one["body"]["data"]["order_id"]) for one in found]


async def test_a_parked_message_is_shown_with_its_reason_and_what_it_says(
    dashboard: Dashboard, orders: list[SyncOrdered]
) -> None:
    found = await parked_orders(dashboard)
    assert order_ids(found) == [event.order_id for event in orders]
    first = found[0]
    assert (first["reason"], first["error"], first["attempt"]) == ("permanent", "Permanent", 1)
    assert (first["type"], first["district_id"], first["text"]) == ("sync.ordered.v1", "north", None)
    assert first["parked_at"] > first["time"]


async def test_looking_changes_nothing_however_often(dashboard: Dashboard, bus: Bus, orders: list[SyncOrdered]) -> None:
    """RabbitMQ 4 drops what was given back twenty times."""
    seen = {tuple(sorted(map(str, order_ids(await parked_orders(dashboard))))) for _ in range(25)}
    assert seen == {tuple(sorted(str(event.order_id) for event in orders))}
    async with parked._channel(bus) as channel:
        got = await parked._get(bus, channel, SPEC, 10)
        assert all(parked._deliveries(incoming) <= parked.RENEWED_AT for incoming in got)
        assert {incoming.headers["x-reason"] for incoming in got} == {"permanent"}


async def test_one_message_is_given_back_and_the_others_stay(
    dashboard: Dashboard, bus: Bus, scheduler: Pool, orders: list[SyncOrdered]
) -> None:
    chosen, headers = (await parked_orders(dashboard))[1], await dashboard.bearer()
    body = {"queue": QUEUE, "ids": [chosen["id"]], "reason": "mended"}
    assert await post(dashboard, "/system/parked/requeue", body, headers) == (
        200, {"queue": QUEUE, "done": [chosen["id"]], "missing": []},
    )  # fmt: skip
    _, again = await post(dashboard, "/system/parked/requeue", body, headers)
    assert (again["done"], again["missing"]) == ([], [chosen["id"]])
    assert order_ids(await parked_orders(dashboard)) == [orders[0].order_id, orders[2].order_id]
    taken: list[UUID] = []

    async def take(event: SyncOrdered, uow: UnitOfWork) -> None:
        taken.append(event.order_id)

    async with running("scheduler", {SyncOrdered: take}, bus, scheduler):
        await wait_for(lambda: bool(taken))
    assert taken == [orders[1].order_id]
    act = await dashboard.row("SELECT subject, detail FROM audit WHERE action = 'requeue_parked'")
    assert (act["subject"], act["detail"]) == (
        f"queue/{QUEUE}", {"reason": "mended", "messages": [chosen["id"]]},
    )  # fmt: skip


async def test_all_messages_of_a_queue_are_given_back(
    dashboard: Dashboard, bus: Bus, orders: list[SyncOrdered]
) -> None:
    _, answer = await post(dashboard, "/system/parked/requeue", {"queue": QUEUE}, await dashboard.bearer())
    assert len(answer["done"]) == 3
    assert await parked_orders(dashboard) == []
    assert await depth(bus, QUEUE, 3)


async def test_a_discarded_message_is_gone_and_why_is_kept(
    dashboard: Dashboard, bus: Bus, orders: list[SyncOrdered]
) -> None:
    chosen, headers = (await parked_orders(dashboard))[0], await dashboard.bearer()
    body: dict[str, Any] = {"queue": QUEUE, "ids": [chosen["id"]]}
    assert (await post(dashboard, "/system/parked/discard", body, headers))[0] == 422
    _, answer = await post(dashboard, "/system/parked/discard", {**body, "reason": "ordered twice"}, headers)
    assert answer["done"] == [chosen["id"]]
    assert len(await parked_orders(dashboard)) == 2
    assert await depth(bus, QUEUE, 0)
    act = await dashboard.row("SELECT detail FROM audit WHERE action = 'discard_parked'")
    assert act["detail"] == {"reason": "ordered twice", "messages": [chosen["id"]]}


@pytest.mark.parametrize("chosen", ["one", "all"])
async def test_an_act_on_parked_messages_that_comes_again_is_answered_again(
    dashboard: Dashboard, orders: list[SyncOrdered], chosen: str
) -> None:
    ids = [(await parked_orders(dashboard))[0]["id"]] if chosen == "one" else None
    body = {"queue": QUEUE, "ids": ids, "reason": "ordered twice"}
    headers = {**await dashboard.bearer(), "Idempotency-Key": "k-1"}
    first, again = [await post(dashboard, "/system/parked/discard", body, headers) for _ in range(2)]
    assert (first[0], again) == (200, first)
    assert len(first[1]["done"]) == (1 if ids else 3)
    assert await dashboard.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'discard_parked'") == 1
    status, problem = await post(dashboard, "/system/parked/discard", {**body, "reason": "other"}, headers)
    assert (status, problem["code"]) == (422, "key_reused")


async def test_of_two_acts_with_the_same_key_at_once_one_waits(dashboard: Dashboard, orders: list[SyncOrdered]) -> None:
    headers = {**await dashboard.bearer(), "Idempotency-Key": "k-1"}
    body = {"queue": QUEUE, "reason": "ordered twice"}
    ended = await asyncio.gather(*(post(dashboard, "/system/parked/discard", body, headers) for _ in range(4)))
    assert {status for status, _ in ended} <= {200, 409}
    assert {problem["code"] for status, problem in ended if status == 409} <= {"key_in_use"}
    assert await dashboard.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'discard_parked'") == 1


async def test_whoever_dies_before_a_copy_is_confirmed_leaves_the_message_parked(
    dashboard: Dashboard, bus: Bus, orders: list[SyncOrdered]
) -> None:
    async def die(acted: parked.Acted) -> None:
        raise asyncio.CancelledError

    with pytest.raises(Exception, match="broker"):
        await parked.requeue(bus, dashboard.pool, SPEC, None, die)
    assert len(await parked_orders(dashboard)) == 3
    assert await depth(bus, QUEUE, 0)


async def test_a_message_that_is_there_twice_is_given_back_once(dashboard: Dashboard, bus: Bus) -> None:
    async with parked._channel(bus) as channel:
        await queues_declared(bus)
        for _ in range(2):
            await channel.default_exchange.publish(message(b"{}", "twice", {"x-reason": "permanent"}), SPEC.dead)
    _, answer = await post(dashboard, "/system/parked/requeue", {"queue": QUEUE}, await dashboard.bearer())
    assert answer["done"] == ["twice"]
    assert await depth(bus, QUEUE, 1)


async def test_what_is_no_event_is_shown_as_text(dashboard: Dashboard, bus: Bus) -> None:
    async with parked._channel(bus) as channel:
        await queues_declared(bus)
        await channel.default_exchange.publish(message(b"hello", ""), SPEC.dead)
    (one,) = await parked_orders(dashboard)
    assert (one["body"], one["text"], one["reason"], one["parked_at"]) == (None, "hello", "unknown", None)
    _, answer = await post(
        dashboard, "/system/parked/discard", {"queue": QUEUE, "ids": [one["id"]], "reason": "x"},
        await dashboard.bearer(),
    )  # fmt: skip
    assert answer["done"] == [one["id"]]


async def queues_declared(bus: Bus) -> None:
    channel = await bus.channel()
    await topology.declare_exchange(channel)
    await topology.declare_queue(channel, SPEC)
    await channel.close()


@pytest.fixture(params=["amqp", "management"])
def told_by(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_queues_say_what_waits_and_what_is_parked(
    dashboard: Dashboard, servers: Servers, orders: list[SyncOrdered], told_by: str
) -> None:
    url = SecretStr(servers.management_url) if told_by == "management" else None
    settings = dashboard.context.settings.model_copy(update={"rabbitmq_management_url": url})
    context = replace(dashboard.context, settings=settings)

    async def told() -> bool:
        found = await queues.look(context)
        rows = {row["queue"]: row for row in found["queues"]}
        assert found["told_by"] == told_by
        assert set(rows) >= {QUEUE, "roster-fetcher.shared", "moodle-sync.shared", "notifier.all", "dashboard-api.all"}
        own = rows[QUEUE]
        assert (own["service"], own["pool"], own["waiting"]) == ("scheduler", "all", 0)
        assert rows["roster-fetcher.shared"]["parked"] == 0
        assert (own["rate_in"] is None) == (told_by == "amqp")
        return bool(own["parked"] == 3 and own["exists"])  # the management API counts every few seconds

    await wait_for(told)


async def test_workers_say_what_they_work_on_and_since_when(
    dashboard: Dashboard, scheduler: Pool, settings: CommonSettings
) -> None:
    worker, gone = Worker("scheduler", ("shared",)), Worker("scheduler", ("shared",))
    run_id = str(uuid4())
    await gone.renew(scheduler)
    await scheduler.execute("UPDATE worker SET seen_at = now() - interval '2 minutes'")
    await worker.renew(scheduler, [Work("sync.ordered.v1", "north", run_id, BEGINNING)])
    headers = await dashboard.bearer()
    _, body = await get(dashboard, "/system/workers", headers)
    assert [(one["id"], one["service"], one["state"]) for one in body["workers"]] == [
        (str(worker.id), "scheduler", "live"),
        (str(gone.id), "scheduler", "gone"),
    ]
    assert body["workers"][0]["at_work"][0]["run_id"] == run_id
    assert body["workers"][0]["schema_version"].startswith("scheduler/")
    await worker.leave(scheduler)
    _, body = await get(dashboard, "/system/workers", headers)
    assert [one["state"] for one in body["workers"]] == ["stopped", "gone"]


async def test_versions_are_told_of_everything(dashboard: Dashboard, scheduler: Pool) -> None:
    await Worker("scheduler", ("shared",)).renew(scheduler)
    _, body = await get(dashboard, "/system/versions", await dashboard.bearer())
    (service,) = body["services"]
    assert (service["service"], service["workers"], len(service["versions"])) == ("scheduler", 1, 1)
    assert body["database"][0].isdigit()
    assert body["broker"][0].isdigit()


async def test_the_system_is_for_those_who_run_it(dashboard: Dashboard) -> None:
    paths = ("/system/queues", "/system/workers", "/system/versions", f"/system/parked?queue={QUEUE}")
    own = await dashboard.bearer(districts=["north"])
    for path in paths:
        assert (await get(dashboard, path))[0] == 401, path
        assert (await get(dashboard, path, own))[0] == 403, path
        assert (await get(dashboard, path, await dashboard.bearer(scopes=["read"])))[0] == 200, path
    for path in ("/system/parked/requeue", "/system/parked/discard"):
        body = {"queue": QUEUE, "reason": "x"}
        assert (await post(dashboard, path, body, own))[0] == 403, path
        assert (await post(dashboard, path, body, await dashboard.bearer(scopes=["read", "order"])))[0] == 403, path


async def test_a_queue_that_is_none_of_ours_is_not_found(dashboard: Dashboard) -> None:
    for name in ("orders", "scheduler", "scheduler.", "scheduler.all.dead"):
        assert (await get(dashboard, f"/system/parked?queue={name}", await dashboard.bearer()))[0] == 404, name


async def test_without_the_broker_the_system_says_so(dashboard: Dashboard) -> None:
    with pytest.raises(Exception, match="broker is away"):
        await queues.look(replace(dashboard.context, bus=None))


async def test_the_command_line_shows_requeues_and_discards(
    dashboard: Dashboard, bus: Bus, scheduler: Pool, orders: list[SyncOrdered]
) -> None:
    await Worker("scheduler", ("shared",)).renew(scheduler)
    key = await dashboard.key()
    shown = await rosterbus(dashboard, "system", "queues", key=key)
    assert (shown.code, QUEUE in shown.out) == (1, True), "messages are parked"
    listed = (await rosterbus(dashboard, "system", "parked", "--json", key=key)).json()
    assert [(one["queue"], one["reason"]) for one in listed] == [(QUEUE, "permanent")] * 3
    first, second = listed[0]["id"], listed[1]["id"]
    given_back = await rosterbus(dashboard, "system", "requeue", "--queue", QUEUE, first, key=key)
    assert (given_back.code, given_back.out) == (0, "1 message given back.\n"), given_back.err
    again = await rosterbus(dashboard, "system", "requeue", "--queue", QUEUE, first, key=key)
    assert (again.code, f"{first} is not parked" in again.err) == (1, True)
    gone = await rosterbus(dashboard, "system", "discard", "--queue", QUEUE, "--reason", "twice", second, key=key)
    assert gone.out == "1 message discarded.\n", gone.err
    assert await depth(bus, QUEUE, 1)
    for what in ("workers", "versions"):
        ended = await rosterbus(dashboard, "system", what, key=key)
        assert (ended.code, "scheduler" in ended.out) == (0, True), ended.err
