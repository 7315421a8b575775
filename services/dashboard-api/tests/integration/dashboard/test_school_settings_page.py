"""The settings of a school on a page: each form, and what it comes to."""

import pytest

from .surroundings import Dashboard, school
from .surroundings import north as north_with
from .visiting import page, send, signed_in

PATH = f"/schools/{school('1')}/settings"
OWN = (
    "SELECT to_char(nightly, 'HH24:MI') AS nightly, nights, timezone, target_id, nightly_mode FROM school WHERE id = $1"
)


@pytest.fixture
async def visited(north: Dashboard) -> Dashboard:
    """With a time for all schools, looked at by somebody who may change it."""
    await north.pool.execute("UPDATE district SET nightly = '20:00', nights = '{1,2,3,4,5}', spread_minutes = 0")
    return await signed_in(north)


async def test_a_school_gets_times_of_its_own_and_those_of_the_district_back(visited: Dashboard) -> None:
    assert "As the district: 20:00" in await page(visited, PATH)
    assert "As the district: Mon, Tue, Wed, Thu and Fri" in await page(visited, PATH)
    form = {"at": "00:00", "which": "own", "night": "sat"}
    assert (await send(visited, f"{PATH}/schedule", **form)) == (303, PATH)
    own = await visited.row(OWN, school("1"))
    assert (own["nightly"], own["nights"]) == ("00:00", [6])
    assert "syncs at these times from now on" in await page(visited, PATH)
    await send(visited, f"{PATH}/schedule", at="", which="district")
    own = await visited.row(OWN, school("1"))
    assert (own["nightly"], own["nights"]) == (None, None)


async def test_times_that_cannot_be_are_refused(visited: Dashboard) -> None:
    for form in ({"at": "25:00"}, {"at": "", "which": "own"}, {"at": "", "which": "own", "night": "someday"}):
        status, text = await send(visited, f"{PATH}/schedule", **form)
        assert status == 422 and "Choose" in text, form


async def test_the_nights_to_come_say_what_stands_in_their_way(visited: Dashboard) -> None:
    await visited.pool.execute(
        "INSERT INTO blackout (district_id, first, last, reason) VALUES "
        "('north', current_date, current_date + 3, 'winter <break>')"
    )
    text = await page(visited, PATH)
    assert "No sync on this date: winter &lt;break&gt;" in text
    await send(visited, f"{PATH}/mode", mode="paused", reason="new building")
    assert "Paused." in await page(visited, PATH)


async def test_a_school_pauses_until_a_day_and_goes_on(visited: Dashboard) -> None:
    await send(visited, f"{PATH}/mode", mode="additions_only", until="2199-01-01", reason="new timetable")
    text = await page(visited, PATH)
    assert "only gets additions" in text and 'value="2199-01-01"' in text and "new timetable" in text
    await send(visited, f"{PATH}/mode", mode="on", until="2199-01-01")
    assert (await visited.row(OWN, school("1")))["nightly_mode"] == "on"
    assert (await send(visited, f"{PATH}/mode", mode="paused", until="soon"))[0] == 422


async def test_a_school_is_set_up_and_taken_out_only_after_its_name_was_typed(visited: Dashboard) -> None:
    await visited.declare(north_with(schools=[{"source_id": "2"}]))
    assert "None: it is not synced" in await page(visited, PATH)
    await send(visited, f"{PATH}/place", target="main", timezone="Europe/London")
    own = await visited.row(OWN, school("1"))
    assert (own["target_id"], own["timezone"]) == ("main", "Europe/London")
    status, text = await send(visited, f"{PATH}/place", target="", timezone="Europe/London")
    assert status == 200 and "Stop syncing Ashgrove Primary?" in text
    assert (await send(visited, f"{PATH}/place", target="", timezone="", confirm="Ashgrove"))[0] == 422
    assert (await visited.row(OWN, school("1")))["target_id"] == "main"
    await send(visited, f"{PATH}/place", target="", timezone="", confirm="Ashgrove Primary")
    own = await visited.row(OWN, school("1"))
    assert (own["target_id"], own["timezone"]) == (None, None)
    assert (await send(visited, f"{PATH}/place", target="main", timezone="Mars/Olympus"))[0] == 422
    audit = await page(visited, f"/schools/{school('1')}/audit")
    assert "Changed the school&#39;s settings" in audit
