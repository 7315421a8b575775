"""One school with all that its page shows."""

from datetime import timedelta
from uuid import uuid4

from common.events import SyncErrorsFound

from .asking import get, refused, south_too
from .surroundings import BEGINNING, Dashboard, completed, fetched, found_error, school
from .test_command_line import rosterbus
from .workers import Workers

PATH = f"/schools/{school('1')}"


async def test_a_school_has_its_row_its_runs_and_its_errors_in_words(north: Dashboard) -> None:
    runs = [uuid4(), uuid4()]
    await north.handle(fetched(runs[0]), at=BEGINNING)
    errors = SyncErrorsFound(
        district_id="north", run_id=runs[1], school_id=school("1"), phase="fetching", part=0, errors=(found_error(),)
    )
    await north.handle(completed(runs[0]), at=BEGINNING)
    await north.handle(errors, at=BEGINNING + timedelta(hours=1))
    await north.handle(completed(runs[1], errors=1, outcome="with_errors"), at=BEGINNING + timedelta(hours=2))
    await north.handle(completed(uuid4(), mode="refresh", outcome="refreshed"))
    await north.handle(completed(uuid4(), "2"))
    status, found = await get(north, PATH, await north.bearer())
    assert (status, found["name"], found["status"]) == (200, "Ashgrove Primary", "with_errors")
    assert [(run["run_id"], run["health"]) for run in found["runs"]] == [
        (str(runs[1]), "with_errors"),
        (str(runs[0]), "clean"),
    ]
    (cause,) = found["causes"]
    assert (cause["code"], cause["records"], bool(cause["remedy"])) == ("MISSING_NAME", 1, True)
    assert (found["hold"], found["nights_came"], found["devices"]) == (None, [], 0)
    assert "spread_seconds" not in found


async def test_a_school_says_when_its_place_in_the_wave_comes(north: Dashboard) -> None:
    await north.pool.execute("UPDATE district SET nightly = '20:00', spread_minutes = 0")
    _, found = await get(north, PATH, await north.bearer())
    coming = found["next_night"]
    assert coming["starts_at"].replace("Z", "+00:00") == coming["at"]


async def test_a_school_on_hold_says_how_many_operations_wait(north: Dashboard, workers: Workers) -> None:
    run_id = uuid4()
    await workers.plan(run_id)
    await north.handle(await workers.hold(run_id, operations={"enrolment": {"suspend": 31}, "user": {"suspend": 2}}))
    _, found = await get(north, PATH, await north.bearer())
    assert (found["status"], found["hold"]["held"], found["hold"]["id"]) == ("on_hold", 33, found["hold_id"])


async def test_a_school_is_for_those_who_may_see_its_district(north: Dashboard) -> None:
    await south_too(north)
    await refused(north, PATH)
    assert (await get(north, f"/schools/{uuid4()}", await north.bearer()))[0] == 404


async def test_the_command_shows_a_school(north: Dashboard) -> None:
    await north.handle(fetched(uuid4()))
    await north.handle(completed(uuid4()))
    shown = await rosterbus(north, "school", "Ashgrove")
    assert shown.code == 0, shown.err
    assert "402" in shown.out
    assert (await rosterbus(north, "school", "Ashgrove", "--json")).json()["counts"]["student"] == 402
