"""The pages of sources, Moodle sites, schools, schedule and notifications, and what their forms come to."""

from typing import Any
from uuid import uuid4

from common.events import SourceChecked, TargetChecked
from common.source_report import SourceObstacle, SourceReport
from common.target_report import MissingFunction, TargetReport

from .surroundings import Dashboard, school
from .test_settings_pages import was
from .visiting import page, send, signed_in

AT = "?district=north"


async def test_a_source_is_changed_without_typing_its_secrets_again(north: Dashboard) -> None:
    await signed_in(north)
    assert "sis-secret-value" not in await page(north, f"/settings/sources/main{AT}")
    text = await page(north, f"/settings/sources{AT}")
    assert "OneRoster" in text and "Test connection" in text and "2 schools" in text
    before = await north.row("SELECT settings, secrets FROM source")
    wanted = {
        "name": "School system", "version": "1.2", "base_url": "https://sis.example/ims", "auth": "oauth2",
        "token_url": "https://sis.example/oauth/token", "signature_method": "HMAC-SHA256", "changes_only": "1",
        "full_every_days": "7", "page_size": "1000", "parallel": "1",
    }  # fmt: skip
    status, text = await send(north, f"/settings/sources/main{AT}", **wanted | {"base_url": "new"})
    assert status == 422 and "Write a web address that begins with https://" in text
    elsewhere = wanted | {"base_url": "https://new.example/ims"}
    status, text = await send(north, f"/settings/sources/main{AT}", **elsewhere)
    assert status == 422 and "give the secrets anew" in text
    assert (await send(north, f"/settings/sources/main{AT}", **wanted))[0] == 303
    after = await north.row("SELECT name, settings, secrets FROM source")
    assert after["name"] == "School system"
    assert after["settings"] == {**before["settings"], "base_url": "https://sis.example/ims"}
    assert north.context.box.open(after["secrets"])["client_secret"] == "sis-secret-value"
    status, _to = await send(north, f"/settings/sources/main{AT}", **elsewhere, client_id="us", client_secret="new")
    assert status == 303


async def test_a_source_is_added_tried_out_and_taken_out(north: Dashboard) -> None:
    await signed_in(north)
    assert "Wonde" in await page(north, f"/settings/sources/add{AT}")
    assert "Access token" in await page(north, f"/settings/sources/add{AT}&kind=wonde")
    about = {"full_every_days": "7", "page_size": "200", "changes_only": "1"}
    assert (await send(north, f"/settings/sources/add{AT}&kind=wonde", **about))[0] == 422
    about["was"] = await was(north, f"/settings/sources/add{AT}&kind=wonde")
    status, to = await send(
        north, f"/settings/sources/add{AT}&kind=wonde", **about, token="w-1", requests_per_minute="9"
    )
    assert status == 303 and to.startswith("/settings/checks/source/")
    assert "A worker is looking." in await page(north, to)
    check_id = to.split("/")[-1].partition("?")[0]
    report = SourceReport(usable=False, trouble=SourceObstacle(code="AUTH_INVALID", detail="401 from wonde.example."))
    await north.handle(SourceChecked(district_id="north", check_id=check_id, report=report))
    text = await page(north, to)
    assert "The source refuses the credentials" in text and "401 from wonde.example." in text
    question = await page(north, f"/settings/sources/wonde/remove{AT}")
    assert "Take out Wonde?" in question and "Take out the source" in question
    refusal = await page(north, f"/settings/sources/main/remove{AT}", 409)
    assert "of this source are set up" in refusal and "Take out the source" not in refusal
    assert (await send(north, f"/settings/sources/wonde/remove{AT}"))[0] == 303
    status, text = await send(north, f"/settings/sources/main/remove{AT}")
    assert status == 409 and "2 schools of this source are set up." in text


async def test_a_moodle_site_is_changed_and_looked_at(north: Dashboard) -> None:
    await signed_in(north)
    wanted: dict[str, Any] = {
        "name": "North Moodle", "base_url": "https://moodle.example", "user_auth": "oauth2", "roles.student": "5",
        "roles.guardian": "11", "max_parallel": "3",
    }  # fmt: skip
    assert (await send(north, f"/settings/targets/main{AT}", **wanted))[0] == 303
    kept = await north.row("SELECT user_auth, roles, max_parallel, secrets FROM target")
    assert (kept["user_auth"], kept["roles"], kept["max_parallel"]) == ("oauth2", {"student": 5, "guardian": 11}, 3)
    assert north.context.box.open(kept["secrets"]) == {"token": "moodle-token-value"}
    _status, to = await send(north, f"/settings/targets/main/check{AT}")
    check_id = to.split("/")[-1].partition("?")[0]
    missing = MissingFunction(function="core_user_get_users", capability="moodle/user:viewdetails", needed=True)
    report = TargetReport(usable=False, site_name="North", release="4.5", allowed=20, missing=(missing,))
    await north.handle(TargetChecked(district_id="north", check_id=check_id, report=report))
    text = await page(north, to)
    assert "core_user_get_users" in text and "It cannot be used like this." in text
    assert "Cannot be used like this" in await page(north, f"/settings/targets{AT}")


async def test_many_schools_are_taken_out_once_that_is_confirmed(north: Dashboard) -> None:
    await signed_in(north)
    assert "Ashgrove Primary" in await page(north, f"/settings/schools{AT}")
    chosen = [str(school("1")), str(school("2"))]
    status, text = await send(north, f"/settings/schools{AT}", act="out", chosen=chosen)
    assert status == 200 and "Stop syncing 2 schools?" in text
    assert (await send(north, f"/settings/schools{AT}", act="out", chosen=chosen, confirmed="1"))[0] == 303
    assert (await north.row("SELECT count(target_id) AS n FROM school"))["n"] == 0
    await send(north, f"/settings/schools{AT}", act="target", target="main", chosen=chosen[:1])
    await send(north, f"/settings/schools{AT}", act="zone", zone="Europe/Dublin", chosen=chosen[:1])
    kept = await north.row("SELECT target_id, timezone FROM school WHERE id = $1", school("1"))
    assert kept == {"target_id": "main", "timezone": "Europe/Dublin"}
    assert (await send(north, f"/settings/schools{AT}", act="zone", zone="Mars/Base", chosen=chosen))[0] == 422
    assert (await send(north, f"/settings/schools{AT}", act="out", chosen=[str(uuid4())], confirmed="1"))[0] == 404


async def test_a_schedule_has_nights_and_dates_without_any(north: Dashboard) -> None:
    await signed_in(north)
    assert "No night comes" in await page(north, f"/settings/schedule{AT}")
    status, text = await send(north, f"/settings/schedule{AT}", nightly="20:00", spread_minutes="5")
    assert status == 422 and "Choose at least one night." in text
    wanted = {"nightly": "20:00", "spread_minutes": "5", "nights": ["mon", "tue"]}
    assert (await send(north, f"/settings/schedule{AT}", **wanted))[0] == 303
    assert (await north.row("SELECT nights FROM district"))["nights"] == [1, 2]
    dates = {"first": "2031-12-21", "last": "2032-01-03", "reason": "winter <b>break</b>"}
    assert (await send(north, f"/settings/schedule/dates{AT}", **dates | {"last": "2031-12-20"}))[0] == 422
    assert (await send(north, f"/settings/schedule/dates{AT}", **dates))[0] == 303
    text = await page(north, f"/settings/schedule{AT}")
    assert "winter &lt;b&gt;break" in text and "sync at 20:00" in text
    await send(north, f"/settings/schedule/dates/remove{AT}", first=dates["first"], last=dates["last"])
    assert (await north.row("SELECT count(*) AS n FROM blackout"))["n"] == 0


async def test_an_office_is_told_of_problems_of_one_school(north: Dashboard) -> None:
    await signed_in(north)
    assert "Nobody is told yet" in await page(north, f"/settings/notifications{AT}")
    office = {"email": "office@north.example", "outcomes": "problems", "school": str(school("1"))}
    assert (await send(north, f"/settings/notifications{AT}", **office | {"email": "office"}))[0] == 422
    assert (await send(north, f"/settings/notifications{AT}", **office))[0] == 303
    text = await page(north, f"/settings/notifications{AT}")
    assert "office@north.example" in text and "1 address is told of runs." in text
    await send(north, f"/settings/notifications/remove{AT}", email=office["email"], school=office["school"])
    assert (await north.row("SELECT count(*) AS n FROM recipient"))["n"] == 0
