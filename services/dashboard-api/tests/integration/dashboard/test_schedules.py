"""Times, pauses, blackouts, cancelling, pools and the audit log: by the API, and the same from the command line."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest

from common.db import Pool
from common.events import SyncCancelOrdered
from common.testing.fixtures import PoolOf
from dashboard_api.preview import Blackout, coming, load

from .surroundings import NORTH, Dashboard, completed, school
from .test_command_line import rosterbus

WINTER = datetime(2027, 3, 25, 12, tzinfo=UTC)


@pytest.fixture
async def scheduler(pool_of: PoolOf) -> Pool:
    return await pool_of("scheduler")


async def call(dashboard: Dashboard, method: str, path: str, body: Any = None, **key: Any) -> tuple[int, Any]:
    headers = await dashboard.bearer(**key)
    async with dashboard.http.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def modes(dashboard: Dashboard) -> list[tuple[str, str | None]]:
    rows = await dashboard.pool.fetch("SELECT nightly_mode, mode_until::text FROM school ORDER BY source_school_id")
    return [tuple(row.values()) for row in rows]


def plan(**more: Any) -> dict[str, Any]:
    values = {
        "school_id": uuid4(), "timezone": "Europe/Amsterdam", "wall": time(2, 30), "nights": range(1, 8),
        "mode": "on", "mode_until": None,
    }  # fmt: skip
    return values | more


def test_the_nights_to_come_are_marked_where_clocks_change() -> None:
    found = coming([plan()], [], WINTER, 4)
    assert [(str(one.night.date), f"{one.night.at:%H:%M}", one.night.oddity) for one in found] == [
        ("2027-03-26", "01:30", ""), ("2027-03-27", "01:30", ""), ("2027-03-28", "01:00", "skipped"),
        ("2027-03-29", "00:30", ""),
    ]  # fmt: skip


def test_schools_that_are_paused_or_blacked_out_are_counted_apart_and_load_no_hour() -> None:
    one = plan(wall=time(20))
    paused = plan(wall=time(20), mode="paused")
    schools = [one, paused, paused | {"mode_until": date(2027, 3, 26)}]
    dates = [Blackout(date(2027, 3, 26), date(2027, 3, 26), one["school_id"])]
    first, second = coming(schools, dates, WINTER, 2)
    assert (first.running, first.paused, first.blackout) == (1, 2, 0)
    assert (second.running, second.paused, second.blackout) == (1, 1, 1)
    assert list(load([first, second]).values()) == [1, 1]


def test_groups_of_schools_stand_in_the_order_of_their_instants() -> None:
    found = coming([plan(wall=time(0)), plan(timezone="Asia/Kolkata", wall=time(20), nights=(4,))], [], WINTER, 2)
    assert [one.timezone for one in found] == ["Asia/Kolkata", "Europe/Amsterdam", "Europe/Amsterdam", "Asia/Kolkata"]


async def test_a_districts_time_holds_for_schools_without_their_own(north: Dashboard) -> None:
    body = {"nightly": "20:00", "nights": ["mon", "fri"], "spread_minutes": 0, "blackouts": []}
    status, found = await call(north, "PUT", "/districts/north/schedule", body)
    assert (status, found["nightly"], found["nights"]) == (200, "20:00", ["mon", "fri"])
    assert {one["schools"] for one in found["coming"]} == {2}
    await call(north, "PUT", f"/schools/{school('1')}/schedule", {"nightly": "00:00"})
    _, own = await call(north, "GET", f"/schools/{school('1')}/schedule?nights=3")
    assert (own["nightly"], own["nights"], len(own["coming"])) == ("00:00", ["mon", "fri"], 3)
    assert own["coming"][0]["starts_at"] == own["coming"][0]["utc"]
    times = await north.pool.fetch("SELECT wall::text FROM registry.schedule ORDER BY wall")
    assert [row["wall"] for row in times] == ["00:00:00", "20:00:00"]


@pytest.mark.parametrize("body", [{"nightly": "25:00"}, {"nights": ["someday"]}, {"nights": []}, {"hour": 1}])
async def test_a_schedule_that_cannot_be_is_refused(north: Dashboard, body: dict[str, Any]) -> None:
    assert (await call(north, "PUT", "/districts/north/schedule", body))[0] == 422


async def test_one_school_or_all_that_are_set_up_are_paused_and_resumed(north: Dashboard) -> None:
    await call(north, "PUT", f"/schools/{school('1')}/nightly-mode", {"mode": "paused", "until": "2027-05-01"})
    assert await modes(north) == [("paused", "2027-05-01"), ("on", None)]
    status, found = await call(north, "PUT", "/districts/north/nightly-mode", {"mode": "additions_only"})
    assert (status, len(found["schools"])) == (200, 2)
    assert await modes(north) == [("additions_only", None)] * 2
    await call(north, "PUT", "/districts/north/nightly-mode", {"mode": "on", "search": "beech"})
    assert await modes(north) == [("additions_only", None), ("on", None)]


async def test_a_school_stands_as_paused_until_its_date(north: Dashboard) -> None:
    await north.handle(completed(uuid4()))
    path = f"/schools/{school('1')}/nightly-mode"
    for until, status in (("2999-01-01", "paused"), ("2020-01-01", "nightly")):
        await call(north, "PUT", path, {"mode": "paused", "until": until, "reason": "move"})
        _, found = await call(north, "GET", "/schools")
        assert found["schools"][0]["status"] == status


async def test_who_may_only_look_can_neither_pause_nor_cancel_nor_set_times(north: Dashboard) -> None:
    run_id = uuid4()
    await north.handle(completed(run_id))
    for method, path, body in (
        ("PUT", f"/schools/{school('1')}/nightly-mode", {"mode": "paused"}),
        ("PUT", "/districts/north/nightly-mode", {"mode": "paused"}),
        ("PUT", "/districts/north/schedule", {}),
        ("PUT", f"/schools/{school('1')}/schedule", {}),
        ("POST", f"/runs/{run_id}/cancel", {}),
    ):
        assert (await call(north, method, path, body, scopes=["read"]))[0] == 403, path
        assert (await call(north, method, path, body, districts=["south"]))[0] == 404, path
    assert await modes(north) == [("on", None)] * 2


async def test_a_pause_leaves_schools_of_other_districts_and_those_that_do_not_match_alone(north: Dashboard) -> None:
    body = {"mode": "paused", "schools": [str(school("1")), str(uuid4())]}
    assert (await call(north, "PUT", "/districts/north/nightly-mode", body))[0] == 404
    assert (await call(north, "PUT", "/districts/north/nightly-mode", {"mode": "paused", "search": "zzz"}))[0] == 409
    assert (await call(north, "PUT", "/districts/north/nightly-mode", {"mode": "on", "until": "2027-01-01"}))[0] == 422
    assert await modes(north) == [("on", None)] * 2


async def test_an_order_reaches_the_schools_that_a_filter_matches(delivering: Dashboard) -> None:
    status, order = await call(delivering, "POST", "/districts/north/runs", {"mode": "full", "search": "beech"})
    assert (status, [run["school"] for run in order["runs"]]) == (202, ["Beech Hill School"])
    both = {"search": "beech", "schools": [str(school("1"))]}
    assert (await call(delivering, "POST", "/districts/north/runs", both))[0] == 422


async def test_a_run_is_cancelled_once_and_not_after_its_end(north: Dashboard) -> None:
    _, order = await call(north, "POST", f"/schools/{school('1')}/runs", {})
    run_id = order["runs"][0]["run_id"]
    assert (await call(north, "POST", f"/runs/{run_id}/cancel", {"reason": "wrong day"}))[0] == 202
    bodies = await north.pool.fetch("SELECT type FROM outbox ORDER BY id")
    assert [row["type"] for row in bodies][-1] == "sync.cancel_ordered.v1"
    event = SyncCancelOrdered(district_id="north", run_id=run_id, school_id=school("1"), ordered_by="x")
    for _ in range(2):
        await north.handle(event)
    await north.handle(completed(run_id, outcome="cancelled", actions={}))
    _, run = await call(north, "GET", f"/runs/{run_id}")
    assert (run["status"], run["outcome"]) == ("completed", "cancelled")
    assert (await call(north, "POST", f"/runs/{run_id}/cancel", {}))[0] == 409
    assert (await call(north, "POST", f"/runs/{uuid4()}/cancel", {}))[0] == 404


async def test_every_act_is_in_the_audit_log_with_who_when_before_and_after(north: Dashboard) -> None:
    await call(north, "PUT", f"/schools/{school('1')}/nightly-mode", {"mode": "paused", "reason": "move"})
    await call(north, "PUT", f"/schools/{school('1')}/schedule", {"nightly": "20:00"})
    _, order = await call(north, "POST", f"/schools/{school('1')}/runs", {})
    await call(north, "POST", f"/runs/{order['runs'][0]['run_id']}/cancel", {"reason": "no"})
    _, found = await call(north, "GET", "/audit?district=north&limit=4")
    cancel, ordered, schedule, mode = found["acts"]
    actions = [act["action"] for act in (cancel, ordered, schedule, mode)]
    assert actions == ["cancel", "order", "schedule", "nightly mode"]
    assert all(act["actor_name"].startswith("key ") and act["at"] for act in found["acts"])
    assert (cancel["detail"]["before"], cancel["detail"]["after"]) == ("ordered", "cancelling")
    assert (schedule["detail"]["before"]["nightly"], schedule["detail"]["after"]["nightly"]) == (None, "20:00")
    before, after = mode["detail"]["before"][0], mode["detail"]["after"][0]
    assert (before["mode"], after["mode"], after["reason"]) == ("on", "paused", "move")
    _, others = await call(north, "GET", "/audit", districts=["south"])
    assert others["acts"] == []


async def test_pools_are_shown_with_their_workers_and_without(north: Dashboard, scheduler: Pool) -> None:
    status, found = await call(north, "GET", "/pools")
    assert (status, found["pools"][0]["pool"], found["pools"][0]["services"]) == (200, "shared", [])
    await scheduler.execute(
        "INSERT INTO pool_state VALUES ('shared', 'roster-fetcher', 2, 0, now()), "
        "('shared', 'moodle-sync', 0, 7, now())"
    )
    _, found = await call(north, "GET", "/pools")
    workers = {one["service"]: (one["workers"], one["messages"]) for one in found["pools"][0]["services"]}
    assert workers == {"roster-fetcher": (2, 0), "moodle-sync": (0, 7)}
    ended = await rosterbus(north, "pools", key=await north.key())
    assert ended.code == 1
    assert "The pool shared has no moodle-sync: 1 district cannot sync." in ended.err


async def test_what_became_of_nights_is_shown_with_the_reason(north: Dashboard, scheduler: Pool) -> None:
    await scheduler.execute(
        "INSERT INTO occurrence (district_id, subject, night, school_id, at, starts_at, state, reason) "
        "VALUES ('north', $1, '2027-01-11', $1, '2027-01-11 19:00Z', '2027-01-11 19:00Z', 'skipped', 'paused')",
        school("1"),
    )
    ended = await rosterbus(north, "schedule", "history", "1", key=await north.key())
    assert "The nightly sync of this school is paused." in ended.out.replace("\n", " ")


async def test_the_command_line_sets_shows_pauses_resumes_and_cancels(delivering: Dashboard) -> None:
    key = await delivering.key()

    async def said(*arguments: str) -> str:
        ended = await rosterbus(delivering, *arguments, key=key)
        assert ended.code == 0, ended.err
        return str(ended.out)

    assert "Nothing is scheduled." in await said("schedule", "preview")
    assert "north: 20:00 on mon, tue" in await said("schedule", "set", "--nightly", "20:00", "--nights", "mon,tue")
    assert "Ashgrove Primary is set." in await said("schedule", "set", "1", "--nightly", "00:00")
    assert "1 blackout" in await said("schedule", "blackout", "2999-12-21", "3000-01-03", "--reason", "winter")
    preview = await said("schedule", "preview")
    assert "Europe/Amsterdam" in preview
    assert "Runs by hour" in preview
    assert "0 blackouts" in await said("schedule", "blackout", "2999-12-21", "3000-01-03", "--remove")
    assert "paused until 2999-01-01 for 2 schools" in await said("pause", "--all", "--until", "2999-01-01")
    assert "Nightly sync paused" in await said("schools")
    assert "on for 1 school" in await said("resume", "Beech Hill School")
    assert "additions only for 1 school" in await said("pause", "2", "--additions-only", "--reason", "new timetable")
    assert "Ordered 1 run" in await said("sync", "--status", "paused")
    run_id = str(await delivering.pool.fetchval("SELECT id FROM run"))
    assert "The run is to stop." in await said("cancel", run_id, "--reason", "not today")
    assert "new timetable" in await said("audit")
    assert "not looked at yet" in await said("pools")


async def test_a_schedule_is_declared_in_the_district_file_and_stays_where_the_file_is_silent(north: Dashboard) -> None:
    district = NORTH["district"] | {"nightly": "20:00", "nights": ["mon"], "spread_minutes": 0}
    await north.declare(NORTH | {"district": district, "schools": [{"source_id": "1", "nightly": "00:00"}]})
    await north.declare(NORTH | {"schools": [{"source_id": "1"}]})
    row = await north.row("SELECT wall::text, nights FROM registry.schedule")
    assert tuple(row.values()) == ("00:00:00", [1])
    await north.declare(NORTH | {"schools": [{"source_id": "1", "nightly": "none"}]})
    row = await north.row("SELECT wall::text, nights FROM registry.schedule")
    assert row["wall"] == "20:00:00"
