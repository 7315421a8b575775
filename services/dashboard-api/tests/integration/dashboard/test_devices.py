"""Devices: declared, in contact or not, ordered to sync, and what became of it; by the API and the command line."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.bus import Bus
from common.db import Pool
from common.events import SettingsChanged, SyncFailed, SyncOrdered, SyncRefused, SyncRequested
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from dashboard_api.queries.runs import run_of

from .asking import south_too
from .surroundings import Dashboard, completed, publish, school
from .test_command_line import rosterbus
from .test_schedules import call

BOX = uuid4()
ASHGROVE = str(school("1"))
FORCE: dict[str, Any] = {"force": True, "confirm": "box 1", "reason": "the courses differ for good"}
MISSING = "The device was not synced: this version cannot do it yet."


async def declare(dashboard: Dashboard, device_id: UUID = BOX, **more: Any) -> Any:
    body = {"name": "Box 1", "school": ASHGROVE, "daily_at": "03:00"} | more
    status, found = await call(dashboard, "PUT", f"/districts/north/devices/{device_id}", body)
    assert status == 200, found
    return found


async def contact(dashboard: Dashboard, online: bool = True) -> Any:
    status, found = await call(dashboard, "POST", f"/devices/{BOX}/contact", {"online": online})
    assert status == 200, found
    return found


async def told(dashboard: Dashboard, type_: str) -> int:
    number: int = await dashboard.pool.fetchval("SELECT count(*) FROM outbox WHERE type = $1", type_)
    return number


def a_failure(run_id: UUID) -> SyncFailed:
    return SyncFailed(
        district_id="north", run_id=run_id, school_id=school("1"), mode="nightly", phase="applying",
        code="DEVICE_SYNC_MISSING", device_id=BOX,
    )  # fmt: skip


def a_refusal(run_id: UUID, reason: str) -> SyncRefused:
    return SyncRefused.model_validate(
        {
            "district_id": "north", "run_id": run_id, "school_id": school("1"), "reason": reason,
            "mode": "nightly", "trigger": "schedule", "device_id": BOX,
        }
    )  # fmt: skip


async def test_a_device_is_declared_and_shown_with_its_next_sync(north: Dashboard) -> None:
    found = await declare(north)
    assert (found["name"], found["school"], found["daily_at"]) == ("Box 1", "Ashgrove Primary", "03:00")
    assert (found["online"], found["last_contact_at"], found["last_syncs"]) == (False, None, [])
    next_sync = datetime.fromisoformat(found["next_sync_at"])
    assert timedelta() < next_sync - datetime.now(UTC) <= timedelta(days=1)
    assert f"{next_sync.astimezone(UTC):%H:%M}" == "03:00"
    _, listed = await call(north, "GET", f"/devices?district=north&school={ASHGROVE}")
    assert [one["id"] for one in listed["devices"]] == [str(BOX)]
    _, others = await call(north, "GET", f"/devices?school={school('2')}")
    assert others == {"devices": [], "next": None}


@pytest.mark.parametrize("change", [{"enabled": False}, {"daily_at": None}])
async def test_a_device_that_does_not_sync_by_itself_has_no_next_sync(north: Dashboard, change: dict[str, Any]) -> None:
    assert (await declare(north, **change))["next_sync_at"] is None


async def test_blackout_dates_put_the_next_sync_off(north: Dashboard) -> None:
    await declare(north)
    today = datetime.now(UTC).date()
    dates = {"first": str(today), "last": str(today + timedelta(days=9))}
    await call(north, "PUT", "/districts/north/schedule", {"blackouts": [dates]})
    _, found = await call(north, "GET", f"/devices/{BOX}")
    assert datetime.fromisoformat(found["next_sync_at"]).date() == today + timedelta(days=10)


async def test_devices_come_in_pages_by_name(north: Dashboard) -> None:
    for name in ("b", "C", "a"):
        await declare(north, uuid4(), name=name)
    _, first = await call(north, "GET", "/devices?limit=2")
    _, second = await call(north, "GET", f"/devices?limit=2&after={first['next']}")
    assert [one["name"] for one in first["devices"] + second["devices"]] == ["a", "b", "C"]
    assert second["next"] is None


@pytest.mark.parametrize("change", [{"daily_at": "3 am"}, {"daily_at": "25:00"}, {"name": " "}, {"hour": 1}])
async def test_a_device_that_cannot_be_is_refused(north: Dashboard, change: dict[str, Any]) -> None:
    body = {"name": "Box 1", "school": ASHGROVE} | change
    assert (await call(north, "PUT", f"/districts/north/devices/{BOX}", body))[0] == 422


async def test_a_device_has_a_moodle_of_its_own_tells_of_its_syncs_and_is_forced(north: Dashboard) -> None:
    usual = await declare(north)
    assert (usual["target"], usual["notify"], usual["force"]) == (None, False, False)
    found = await declare(north, target="main", notify=True, **FORCE)
    assert (found["target"], found["notify"], found["force"]) == ("main", True, True)
    _, log = await call(north, "GET", "/audit?district=north&limit=1")
    detail = log["acts"][0]["detail"]
    assert (detail["before"]["force"], detail["after"]["force"], detail["after"]["target"]) == (False, True, "main")
    shown = await north.row("SELECT target_id, notify, force FROM registry.device")
    assert shown == {"target_id": "main", "notify": True, "force": True}
    body = {"name": "Box 1", "school": ASHGROVE, "target": "elsewhere"}
    assert (await call(north, "PUT", f"/districts/north/devices/{BOX}", body))[0] == 422


async def test_contact_is_told_on_and_audited_once_however_often_it_is_said(north: Dashboard) -> None:
    await declare(north)
    before = await told(north, "settings.changed.v1")
    first, second = await contact(north), await contact(north)
    assert (first["online"], second["online"]) == (True, True)
    assert first["last_contact_at"] <= second["last_contact_at"]
    assert await told(north, "settings.changed.v1") == before + 1
    gone, again = await contact(north, online=False), await contact(north, online=False)
    assert gone == again
    assert (gone["online"], gone["last_contact_at"]) == (False, second["last_contact_at"])
    assert await told(north, "settings.changed.v1") == before + 2
    _, found = await call(north, "GET", "/audit?district=north&limit=3")
    left, came, declared = found["acts"]
    assert (left["action"], came["action"], declared["action"]) == ("device contact", "device contact", "device")
    assert (came["detail"]["before"], came["detail"]["after"]) == ({"online": False}, {"online": True})
    assert (declared["detail"]["before"], declared["detail"]["after"]["daily_at"]) == (None, "03:00")


async def test_viewers_only_look_and_other_districts_see_no_device(north: Dashboard) -> None:
    await declare(north)
    put = f"/districts/north/devices/{BOX}"
    for method, path, body in (
        ("PUT", put, {"name": "Mine", "school": ASHGROVE}),
        ("DELETE", f"/devices/{BOX}", None),
        ("POST", f"/devices/{BOX}/contact", {"online": True}),
        ("POST", f"/devices/{BOX}/runs", {}),
    ):
        assert (await call(north, method, path, body, scopes=["read"]))[0] == 403, path
        assert (await call(north, method, path, body, districts=["south"]))[0] == 404, path
    assert (await call(north, "GET", f"/devices/{BOX}", scopes=["read"]))[0] == 200
    assert (await call(north, "GET", f"/devices/{BOX}", districts=["south"]))[0] == 404
    _, others = await call(north, "GET", "/devices?district=north", districts=["south"])
    assert others["devices"] == []
    row = await north.row("SELECT name, enabled, online FROM device")
    assert tuple(row.values()) == ("Box 1", True, False)


async def test_an_id_of_another_district_and_a_school_of_another_district_are_not_found(north: Dashboard) -> None:
    await south_too(north)
    await declare(north)
    south = str(school("1", "south"))
    body = {"name": "Mine", "school": south}
    assert (await call(north, "PUT", f"/districts/south/devices/{BOX}", body))[0] == 404
    assert (await call(north, "PUT", f"/districts/north/devices/{BOX}", body))[0] == 404
    assert (await north.row("SELECT name, district_id FROM device")) == {"name": "Box 1", "district_id": "north"}


async def test_a_removed_device_syncs_no_more_keeps_its_history_and_may_come_back(north: Dashboard) -> None:
    await declare(north)
    await north.handle(a_failure(uuid4()))
    for _ in range(2):
        status, removed = await call(north, "DELETE", f"/devices/{BOX}")
        assert (status, removed["enabled"], removed["next_sync_at"]) == (200, False, None)
    assert (await call(north, "GET", "/devices"))[1]["devices"] == []
    _, found = await call(north, "GET", f"/devices/{BOX}")
    assert (found["removed_at"], len(found["last_syncs"])) == (removed["removed_at"], 1)
    assert (await call(north, "POST", f"/devices/{BOX}/contact", {"online": True}))[0] == 404
    assert (await call(north, "POST", f"/devices/{BOX}/runs", {}))[1]["code"] == "device_disabled"
    assert (await declare(north))["removed_at"] is None


async def test_a_sync_is_ordered_of_the_device_and_its_school_alone(north: Dashboard) -> None:
    await declare(north)
    status, order = await call(north, "POST", f"/devices/{BOX}/runs", {})
    assert (status, [run["school_id"] for run in order["runs"]]) == (202, [ASHGROVE])
    row = await north.row("SELECT body FROM outbox WHERE type = 'sync.ordered.v1'")
    assert str(BOX) in str(row["body"])
    _, found = await call(north, "GET", f"/devices/{BOX}")
    (sync,) = found["last_syncs"]
    assert (sync["run_id"], sync["kind"], sync["badge"]) == (order["runs"][0]["run_id"], "device", "Ordered")


async def test_the_last_five_syncs_say_what_became_of_them(north: Dashboard) -> None:
    await declare(north)
    for reason in ("missed", "blackout", "paused"):
        await north.handle(a_refusal(uuid4(), reason))
    await north.handle(a_refusal(uuid4(), "device_offline"))
    run_id = uuid4()
    for event in (a_failure(run_id), SyncRequested.model_validate(
        {"district_id": "north", "run_id": run_id, "school_id": ASHGROVE, "kind": "device", "mode": "nightly",
         "device_id": BOX, "trigger": "schedule"})):  # fmt: skip
        for _ in range(2):
            await north.handle(event)
    await north.handle(a_refusal(uuid4(), "coalesced"))
    _, found = await call(north, "GET", f"/devices/{BOX}")
    assert len(found["last_syncs"]) == 5
    failed, offline = found["last_syncs"][1:3]
    assert failed["badge"] == "Failed"
    assert failed["sentence"].startswith(MISSING)
    assert (offline["refusal"], offline["sentence"]) == ("device_offline", "Skipped: the device was offline.")


async def test_a_devices_failure_says_nothing_of_how_its_school_stands(north: Dashboard) -> None:
    await declare(north)
    await north.handle(completed(uuid4()))
    await north.handle(a_failure(uuid4()))
    _, found = await call(north, "GET", "/schools")
    ashgrove = found["schools"][0]
    assert (ashgrove["health"], ashgrove["recent"], ashgrove["last_run"]["status"]) == ("clean", ["clean"], "completed")


async def test_a_device_that_was_offline_at_its_time_is_shown_as_waiting_for_contact(
    north: Dashboard, pool_of: PoolOf
) -> None:
    scheduler: Pool = await pool_of("scheduler")
    await declare(north, at_next_contact=True)
    await scheduler.execute(
        "INSERT INTO occurrence (district_id, subject, night, school_id, at, starts_at) "
        "VALUES ('north', $1, '2027-01-11', $2, '2027-01-11 03:00Z', '2027-01-11 03:01Z')",
        BOX, school("1"),
    )  # fmt: skip
    _, found = await call(north, "GET", f"/devices/{BOX}")
    assert found["waits_since"] == "2027-01-11T03:00:00Z"
    shown = await rosterbus(north, "device", "show", "box 1", key=await north.key())
    assert "It was offline at its time, and syncs at its next contact." in shown.out


async def test_the_command_line_declares_switches_tells_contact_and_removes(delivering: Dashboard) -> None:
    key = await delivering.key()

    async def said(*arguments: str) -> str:
        ended = await rosterbus(delivering, *arguments, key=key)
        assert ended.code == 0, ended.err
        return str(ended.out)

    new = await said("device", "set", "Box 1", "--school", "Ashgrove", "--daily-at", "03:00")
    assert "03:00 UTC, if it is online" in new
    assert "offline, never seen" in new
    changed = await said("device", "set", "Box 1", "--at-next-contact", "--name", "Box 2")
    assert "03:00 UTC, or at the next contact" in changed
    assert "not by itself" in await said("device", "set", "Box 2", "--daily-at", "none")
    assert "disabled" in await said("device", "disable", "Box 2")
    assert "enabled" in await said("device", "enable", "Box 2")
    assert "Box 2 is online." in await said("device", "contact", "Box 2")
    assert "offline, last contact just now" in await said("device", "contact", "Box 2", "--offline")
    listed = await said("devices", "--school", "Ashgrove")
    assert "Box 2" in listed and "Ashgrove Primary" in listed
    await delivering.pool.execute("UPDATE device SET name = 'Box 3'")
    assert '"name": "Box 3"' in await said("devices", "--json")
    assert '"last_syncs": []' in await said("device", "show", "Box 3", "--json")
    assert "Ordered." in await said("device", "sync", "Box 3")
    assert "Device sync" in await said("runs")
    assert "Box 3 is removed." in await said("device", "remove", "Box 3")
    assert "Box 3" not in await said("devices")


async def test_the_command_line_says_what_is_wrong(north: Dashboard) -> None:
    key = await north.key()
    for arguments, sentence in (
        (("device", "show", "Box 9"), "There is no device Box 9."),
        (("device", "set", "Box 9"), "name its school with --school"),
        (("device", "set", "Box 9", "--school", "1", "--daily-at", "9"), 'a time of day in UTC such as "03:00"'),
    ):
        ended = await rosterbus(north, *arguments, key=key)
        assert (ended.code, sentence in ended.err.replace("\n", " ")) == (2, True), ended.err


async def test_forcing_a_devices_syncs_takes_its_name_and_a_reason(north: Dashboard) -> None:
    path, body = f"/districts/north/devices/{BOX}", {"name": "Box 1", "school": ASHGROVE}
    await declare(north)
    for lacking, code in (({"confirm": "Box 2"}, "confirm_needed"), ({"reason": " "}, "reason_needed")):
        status, problem = await call(north, "PUT", path, body | FORCE | lacking)
        assert (status, problem["code"], "Nothing was done" in problem["detail"]) == (422, code, True)
    assert await north.pool.fetchval("SELECT force FROM device") is False
    status, problem = await call(north, "PUT", path, body | FORCE | {"name": "Box 2", "confirm": "Box 2"})
    assert (status, "Box 1" in problem["detail"]) == (422, True)
    assert (await call(north, "PUT", path, body | FORCE))[0] == 200
    assert (await call(north, "PUT", path, body | {"force": True, "enabled": False}))[0] == 200
    _, audited = await call(north, "GET", "/audit?district=north")
    assert [act["detail"].get("reason") for act in audited["acts"]][:2] == [None, FORCE["reason"]]


async def test_a_device_that_was_removed_is_forced_anew_only_by_its_name(north: Dashboard) -> None:
    await declare(north, **FORCE)
    await call(north, "DELETE", f"/devices/{BOX}")
    body = {"name": "Box 1", "school": ASHGROVE, "force": True}
    assert (await call(north, "PUT", f"/districts/north/devices/{BOX}", body))[0] == 422


async def test_the_command_line_forces_by_name_and_reason(north: Dashboard) -> None:
    key = await north.key()
    await declare(north)
    force = ("device", "set", "Box 1", "--force")
    for arguments, sentence in (
        (force, 'add --confirm "Box 1"'),
        ((*force, "--confirm", "Box 1"), "Say why with --reason"),
        ((*force, "--school", "Ashgrove", "--confirm", "Box 9", "--reason", "why"), 'add --confirm "Box 1"'),
    ):
        ended = await rosterbus(north, *arguments, key=key)
        assert (ended.code, sentence in ended.err.replace("\n", " ")) == (2, True), ended.err
    done = await rosterbus(north, *force, "--confirm", "box 1", "--reason", "they differ", "--json", key=key)
    assert (done.code, done.json()["force"]) == (0, True), done.err
    again = await rosterbus(north, *force, "--notify", "--json", key=key)
    assert (again.code, again.json()["notify"]) == (0, True), again.err


async def test_a_sync_that_is_waited_for_says_that_the_device_is_offline(
    delivering: Dashboard, bus: Bus, probe: EventProbe
) -> None:
    await declare(delivering)
    command = asyncio.create_task(rosterbus(delivering, "device", "sync", "Box 1", "--wait"))
    (order,) = await probe.wait_for(SyncOrdered)
    assert (order.kind, order.device_id, order.schools) == ("device", BOX, (school("1"),))
    await publish(bus, a_refusal(run_of(order.order_id, school("1")), "device_offline"))
    ended = await command
    assert ended.code == 1
    assert "Skipped: the device was offline." in ended.out
    assert any(event.what == "device" for event in probe.all(SettingsChanged))
    shown = await rosterbus(delivering, "device", "show", "Box 1")
    assert "Skipped: the device was offline." in shown.out
