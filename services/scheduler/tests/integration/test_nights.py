"""Each school runs once a night, at its time, whatever clocks, schedulers and people do; or it is said why not."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest

from common.events import SyncOrdered, SyncRefused, SyncRequested
from scheduler import clock
from scheduler.clock import run_of_night

from ..support.plant import Plant, plant, school_of


async def refused(at_work: Plant) -> list[str]:
    return sorted(event.reason for event in await at_work.new(SyncRefused))


async def test_a_night_begins_at_its_time_and_not_before(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    at_work.clock.put("2027-01-11 18:59:59")
    await at_work.tick()
    assert await at_work.new(SyncRequested) == []
    at_work.clock.put("2027-01-11 19:00:00")
    await at_work.tick()
    (run,) = await at_work.new(SyncRequested)
    hill = school_of("north", "hill")
    assert (run.school_id, run.mode, run.trigger, run.additions_only) == (hill, "nightly", "schedule", False)
    assert run.run_id == run_of_night(hill, datetime(2027, 1, 11, tzinfo=UTC).date())


async def test_schools_of_different_zones_and_times_run_at_their_own(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    await plant(at_work.dashboard, "west", ["bay"], zone="America/New_York", nightly=time(0))
    await at_work.tick()
    seen = []
    for _ in range(24):
        at_work.clock.forward(hours=1)
        await at_work.tick()
        seen += [(at_work.clock.now.hour, run.district_id) for run in await at_work.end_all()]
    assert seen == [(19, "north"), (5, "west")]


async def test_over_a_year_in_every_zone_of_the_database_each_school_runs_once_a_night(at_work: Plant) -> None:
    zones = sorted(available_timezones())
    await plant(at_work.dashboard, "all", zones, nightly=time(2, 30))
    await at_work.dashboard.execute("UPDATE school SET timezone = name")
    at_work.clock.put("2026-12-31 10:00")
    await at_work.tick()
    await at_work.scheduler.execute("TRUNCATE occurrence, run")
    for _ in range(37):
        at_work.clock.forward(days=10)
        await clock.note_nights(at_work.work(), at_work.clock.now)
    rows = await at_work.scheduler.fetch(
        "SELECT count(*) AS n, count(DISTINCT (o.subject, o.at)) AS instants FROM occurrence o"
    )
    nights = await at_work.scheduler.fetch("SELECT count(*) AS n FROM occurrence GROUP BY subject")
    assert rows[0]["n"] == rows[0]["instants"] == sum(row["n"] for row in nights)
    assert {row["n"] for row in nights} <= {369, 370, 371}
    assert len(nights) == len(zones)


async def test_two_schedulers_side_by_side_start_each_night_once(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", 50)
    at_work.clock.put("2027-01-11 19:00")
    await asyncio.gather(*(at_work.tick() for _ in range(4)))
    runs = await at_work.new(SyncRequested)
    assert len({run.school_id for run in runs}) == len(runs) == 50


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(minutes=-1), timedelta(days=-2)])
async def test_a_clock_that_is_put_back_starts_nothing_twice(at_work: Plant, jump: timedelta) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    at_work.clock.put("2027-01-11 19:00")
    await at_work.tick()
    assert len(await at_work.end_all()) == 1
    at_work.clock.now += jump
    for _ in range(60):
        at_work.clock.forward(hours=1)
        await at_work.tick()
        await at_work.end_all()
    runs = await at_work.scheduler.fetch("SELECT school_id, count(*) AS n FROM run GROUP BY id, school_id")
    assert {row["n"] for row in runs} == {1}
    assert await at_work.scheduler.fetchval("SELECT count(*) = count(DISTINCT night) FROM occurrence")


async def test_a_clock_that_was_days_ahead_takes_no_night_away(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    await at_work.tick()
    at_work.clock.forward(days=3)
    await at_work.tick()
    assert await at_work.nights() == {"missed": 3}
    at_work.clock.forward(days=-3)
    for _ in range(3 * 24):
        at_work.clock.forward(hours=1)
        await at_work.tick()
        await at_work.end_all()
    assert await at_work.nights() == {"run": 3}


async def test_a_tick_that_breaks_off_leaves_nothing_and_the_next_one_does_it(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", 20)
    await at_work.tick()
    now = at_work.clock.put("2027-01-11 19:00")
    await clock.note_nights(at_work.work(), now)
    with pytest.raises(RuntimeError):
        async with (work := at_work.work()):
            await work.conn.execute("UPDATE occurrence SET state = 'run'")
            raise RuntimeError("killed here")
    await at_work.tick()
    assert len(await at_work.new(SyncRequested)) == 20


@pytest.mark.parametrize(("late", "fate"), [("5:59:59", "run"), ("6:00:00", "missed")])
async def test_a_missed_night_runs_less_than_six_hours_late_and_is_said_to_be_missed_after_that(
    at_work: Plant, late: str, fate: str
) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    await at_work.tick()
    hours, minutes, seconds = map(int, late.split(":"))
    at_work.clock.put("2027-01-11 19:00")
    at_work.clock.forward(hours=hours, minutes=minutes, seconds=seconds)
    await at_work.tick()
    assert await at_work.nights() == {fate: 1}
    assert await refused(at_work) == [fate for _ in "x" if fate == "missed"]


async def test_after_a_week_of_silence_the_nights_before_are_missed_and_the_last_one_runs(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    await at_work.tick()
    at_work.clock.put("2027-01-18 20:00")
    await at_work.tick()
    assert await at_work.nights() == {"missed": 7, "run": 1}


async def test_a_school_that_begins_to_sync_has_missed_nothing_before(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    await at_work.dashboard.execute("UPDATE school SET scheduled_since = '2027-01-14'")
    at_work.clock.put("2027-01-10 12:00")
    await at_work.tick()
    at_work.clock.put("2027-01-15 12:00")
    await at_work.tick()
    assert await at_work.nights() == {"missed": 1}


async def test_nights_are_on_the_weekdays_that_were_set(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill", "lake"])
    await at_work.dashboard.execute("UPDATE district SET nights = '{1,2}'")
    await at_work.dashboard.execute("UPDATE school SET nights = '{7}' WHERE name = 'lake'")
    await at_work.tick()
    at_work.clock.forward(days=7)
    await at_work.tick()
    rows = await at_work.scheduler.fetch("SELECT school_id, extract(isodow FROM night)::int AS day FROM occurrence")
    days = {(row["school_id"] == school_of("north", "hill"), row["day"]) for row in rows}
    assert days == {(True, 1), (True, 2), (False, 7)}


async def test_blackout_dates_are_the_districts_or_one_schools(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill", "lake"])
    await at_work.dashboard.execute(
        "INSERT INTO blackout (district_id, first, last, school_id) VALUES "
        "('north', '2027-01-12', '2027-01-13', NULL), ('north', '2027-01-14', '2027-01-14', $1)",
        school_of("north", "hill"),
    )
    for day in (11, 12, 13, 14):
        at_work.clock.put(f"2027-01-{day} 19:00")
        await at_work.tick()
        await at_work.end_all()
    assert await at_work.nights() == {"run": 3, "blackout": 5}
    assert await refused(at_work) == ["blackout"] * 5


async def test_a_paused_school_is_skipped_until_its_date_and_others_run(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill", "lake"])
    await at_work.dashboard.execute(
        "UPDATE school SET nightly_mode = 'paused', mode_until = '2027-01-13' WHERE name = 'hill'"
    )
    for day in (11, 12, 13):
        at_work.clock.put(f"2027-01-{day} 19:00")
        await at_work.tick()
        await at_work.end_all()
    assert await at_work.nights() == {"run": 4, "paused": 2}


async def test_a_paused_school_can_be_synced_by_hand(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    await at_work.dashboard.execute("UPDATE school SET nightly_mode = 'paused'")
    order = {"district_id": "north", "order_id": school_of("x", "y"), "mode": "full", "ordered_by": "x"}
    await at_work.handle(SyncOrdered.model_validate(order))
    assert len(await at_work.new(SyncRequested)) == 1


async def test_additions_only_is_said_in_the_request(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    await at_work.dashboard.execute("UPDATE school SET nightly_mode = 'additions_only'")
    at_work.clock.put("2027-01-11 19:00")
    await at_work.tick()
    (run,) = await at_work.new(SyncRequested)
    assert run.additions_only


async def test_the_starts_of_a_wave_are_spread_the_same_each_time_and_none_is_early(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", 200)
    await at_work.dashboard.execute("UPDATE district SET spread_minutes = 10")
    await at_work.tick()
    at_work.clock.put("2027-01-11 19:00")
    await at_work.tick()
    rows = await at_work.scheduler.fetch("SELECT extract(epoch FROM starts_at - at) AS late FROM occurrence")
    late = [float(row["late"]) for row in rows]
    assert 0 <= min(late) < 30
    assert 570 < max(late) <= 600
    began = len(await at_work.end_all())
    for _ in range(10):
        at_work.clock.forward(minutes=1)
        await at_work.tick()
        began += len(await at_work.end_all())
    assert began == 200


async def test_a_night_that_meets_a_run_by_hand_waits_behind_it(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    order = {"district_id": "north", "order_id": school_of("x", "y"), "mode": "full", "ordered_by": "x"}
    await at_work.handle(SyncOrdered.model_validate(order))
    (by_hand,) = await at_work.new(SyncRequested)
    at_work.clock.put("2027-01-11 19:00")
    await at_work.tick()
    assert await at_work.new(SyncRequested) == []
    await at_work.end(by_hand)
    (nightly,) = await at_work.new(SyncRequested)
    assert nightly.trigger == "schedule"
    assert nightly.fence > by_hand.fence


async def test_devices_sync_at_their_utc_time_when_they_are_online_and_are_skipped_otherwise(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"], nightly=None)
    await at_work.dashboard.execute(
        "INSERT INTO device (district_id, id, school_id, name, daily_at, online, scheduled_since) VALUES "
        "('north', gen_random_uuid(), $1, 'box 1', '03:00', true, '2020-01-01'), "
        "('north', gen_random_uuid(), $1, 'box 2', '03:00', false, '2020-01-01')",
        school_of("north", "hill"),
    )
    at_work.clock.put("2027-01-12 03:00")
    await at_work.tick()
    (run,) = await at_work.new(SyncRequested)
    assert (run.kind, run.school_id, run.device_id is not None) == ("device", school_of("north", "hill"), True)
    assert await at_work.nights() == {"run": 1, "device_offline": 1}
    assert await refused(at_work) == ["device_offline"]


async def test_a_device_may_sync_at_its_next_contact_instead(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"], nightly=None)
    await at_work.dashboard.execute(
        "INSERT INTO device (district_id, id, school_id, name, daily_at, at_next_contact, scheduled_since) "
        "VALUES ('north', gen_random_uuid(), $1, 'box', '03:00', true, '2020-01-01')",
        school_of("north", "hill"),
    )
    at_work.clock.put("2027-01-12 03:00")
    await at_work.tick()
    at_work.clock.put("2027-01-13 03:00")
    await at_work.tick()
    assert await at_work.nights() == {"due": 1, "device_offline": 1}
    at_work.clock.put("2027-01-13 17:00")
    await at_work.dashboard.execute("UPDATE device SET online = true")
    await at_work.tick()
    assert len(await at_work.new(SyncRequested)) == 1
    assert await at_work.nights() == {"run": 1, "device_offline": 1}


async def test_a_school_that_is_no_longer_set_up_when_its_night_begins_is_refused(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", ["hill"])
    await at_work.dashboard.execute("UPDATE district SET spread_minutes = 120")
    await at_work.tick()
    at_work.clock.put("2027-01-11 19:00")
    await clock.note_nights(at_work.work(), at_work.clock.now)
    await at_work.dashboard.execute("UPDATE school SET target_id = NULL")
    at_work.clock.forward(hours=2)
    await at_work.tick()
    assert await at_work.nights() == {"not_set_up": 1}
