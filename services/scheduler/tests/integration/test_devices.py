"""A device is ordered to sync like a school, if it is there; its next contact does not wait for the clock."""

from uuid import UUID, uuid4

import pytest

from common.events import SettingsChanged, SyncFailed, SyncOrdered, SyncRefused, SyncRequested

from ..support.plant import Plant, plant, school_of

HILL = school_of("north", "hill")


async def add_device(at_work: Plant, *, online: bool, at_next_contact: bool = False) -> UUID:
    """A device of the hill school that syncs at three in the night."""
    id_: UUID = await at_work.dashboard.fetchval(
        "INSERT INTO device (district_id, id, school_id, name, daily_at, online, at_next_contact, scheduled_since) "
        "VALUES ('north', gen_random_uuid(), $1, 'box', '03:00', $2, $3, '2020-01-01') RETURNING id",
        HILL, online, at_next_contact,
    )  # fmt: skip
    return id_


def order_for(device_id: UUID) -> SyncOrdered:
    return SyncOrdered.model_validate(
        {
            "district_id": "north", "order_id": uuid4(), "schools": [HILL], "kind": "device",
            "device_id": device_id, "mode": "partial", "ordered_by": "x",
        }
    )  # fmt: skip


async def test_an_order_for_a_device_that_is_online_becomes_a_run_once(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"], nightly=None)
    device_id = await add_device(at_work, online=True)
    order = order_for(device_id)
    for _ in range(2):
        await at_work.handle(order)
    (run,) = await at_work.new(SyncRequested)
    assert (run.kind, run.school_id, run.device_id, run.trigger) == ("device", HILL, device_id, "person")
    assert await at_work.new(SyncRefused) == []


@pytest.mark.parametrize("whose", ["north", "nobody"])
async def test_an_order_for_a_device_that_is_not_there_is_refused(at_work: Plant, whose: str) -> None:
    await plant(at_work.dashboard, "north", ["hill"], nightly=None)
    device_id = await add_device(at_work, online=False) if whose == "north" else uuid4()
    await at_work.handle(order_for(device_id))
    (refusal,) = await at_work.new(SyncRefused)
    assert (refusal.reason, refusal.device_id) == ("device_offline", device_id)
    assert await at_work.new(SyncRequested) == []


async def test_a_device_and_its_school_run_at_the_same_time(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"], nightly=None)
    device_id = await add_device(at_work, online=True)
    for order in (order_for(device_id), order_for(device_id).model_copy(update={"kind": "roster", "device_id": None})):
        await at_work.handle(order)
    assert sorted(run.kind for run in await at_work.new(SyncRequested)) == ["device", "roster"]


async def test_a_device_that_waits_for_contact_syncs_at_the_tick_after_it(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"], nightly=None)
    await add_device(at_work, online=False, at_next_contact=True)
    at_work.clock.put("2027-01-12 03:00")
    await at_work.tick()
    at_work.clock.forward(seconds=1)
    await at_work.dashboard.execute("UPDATE device SET online = true")
    await at_work.tick()
    assert await at_work.new(SyncRequested) == []
    for _ in range(2):
        await at_work.handle(SettingsChanged(district_id="north", what="device"))
    await at_work.tick()
    assert len(await at_work.new(SyncRequested)) == 1


async def test_contact_leaves_the_spread_of_schools_nights_and_other_districts_devices_alone(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", 20)
    await at_work.dashboard.execute("UPDATE district SET spread_minutes = 120")
    at_work.clock.put("2027-01-11 19:00")
    await at_work.tick()
    began = len(await at_work.end_all())
    await at_work.handle(SettingsChanged(district_id="north", what="device"))
    await at_work.handle(SettingsChanged(district_id="south", what="device"))
    await at_work.tick()
    assert await at_work.nights() == {"due": 20 - began, **({"run": began} if began else {})}


async def test_a_device_that_cannot_be_synced_by_this_version_is_not_tried_again(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"], nightly=None)
    await at_work.handle(order_for(await add_device(at_work, online=True)))
    (run,) = await at_work.new(SyncRequested)
    about = run.model_dump(include={"district_id", "run_id", "school_id", "mode"})
    await at_work.handle(SyncFailed(**about, phase="applying", code="DEVICE_SYNC_MISSING", device_id=run.device_id))
    states = await at_work.scheduler.fetch("SELECT state FROM run")
    assert [row["state"] for row in states] == ["ended"]
