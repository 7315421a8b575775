"""The assistant: a district is set up step by step, left in between, and synced for the first time."""

from common.event_model import FoundError
from common.events import PlanMade, SyncCompleted, SyncErrorsFound, TargetChecked
from common.target_report import TargetReport

from .surroundings import Dashboard
from .test_settings_pages import was
from .visiting import VIEWER, page, send, signed_in

AT = "?district=east"
SOURCE = {
    "version": "1.2", "base_url": "https://sis.example/ims", "auth": "oauth2", "token_url": "https://sis.example/token",
    "client_id": "c", "client_secret": "s-3", "signature_method": "HMAC-SHA256", "full_every_days": "7",
    "page_size": "1000", "parallel": "1",
}  # fmt: skip
MOODLE = {
    "name": "East Moodle", "base_url": "https://moodle.east.example", "token": "t-7", "user_auth": "manual",
    "roles.student": "5", "roles.teacher": "3", "max_parallel": "2",
}  # fmt: skip


async def test_a_district_is_set_up_step_by_step(dashboard: Dashboard) -> None:
    await signed_in(dashboard)
    assert "Step 1 of 8." in await page(dashboard, "/settings/new")
    east = {"name": "East district", "id": "East", "timezone": "Europe/London", "locale": "en"}
    status, text = await send(dashboard, "/settings/new", **east)
    assert status == 422 and "Write lower-case letters" in text and 'value="East district"' in text
    assert await send(dashboard, "/settings/new", **east | {"id": "east"}) == (303, f"/settings/new{AT}")

    assert "Where do the rosters come from?" in await page(dashboard, f"/settings/new{AT}")
    assert "Client secret" in await page(dashboard, f"/settings/new{AT}&kind=oneroster")
    status, text = await send(dashboard, f"/settings/new/source{AT}&kind=oneroster", **SOURCE | {"base_url": "sis"})
    assert status == 422 and "s-3" not in text
    began = await was(dashboard, f"/settings/new{AT}&kind=oneroster")
    assert (await send(dashboard, f"/settings/new/source{AT}&kind=oneroster", **SOURCE, was=began))[0] == 303

    assert "It is being asked which schools it shares." in await page(dashboard, f"/settings/new{AT}")
    await dashboard.list_schools({"1": "Wharf Lane Infants", "2": "Quay School"}, "east", "oneroster")

    assert "Where do courses and accounts go?" in await page(dashboard, f"/settings/new{AT}")
    began = await was(dashboard, f"/settings/new{AT}")
    assert (await send(dashboard, f"/settings/new/moodle{AT}", **MOODLE, was=began))[0] == 303
    assert "Being looked at" in await page(dashboard, f"/settings/new{AT}")
    check = await dashboard.row("SELECT id FROM target_check")
    report = TargetReport(usable=True, site_name="East", release="4.5", allowed=30)
    await dashboard.handle(TargetChecked(district_id="east", check_id=check["id"], report=report))

    text = await page(dashboard, f"/settings/new{AT}")
    assert "Step 6 of 8." in text and "Wharf Lane Infants" in text and "t-7" not in text
    await all_schools_are_chosen(dashboard)
    assert "A full sync of 2 schools is planned and shown" in await page(dashboard, f"/settings/new{AT}")

    assert (await send(dashboard, f"/settings/new/preview{AT}"))[0] == 303
    assert "2 schools are being planned." in await page(dashboard, f"/settings/new{AT}")
    await end_previews(dashboard)
    text = await page(dashboard, f"/settings/new{AT}")
    assert "Step 8 of 8." in text and "Approve: sync 2 schools now" in text
    assert "<dt>New accounts</dt><dd>14</dd>" in text and "<dt>Fit several accounts</dt><dd>2</dd>" in text

    status, to = await send(dashboard, f"/settings/new/approve{AT}")
    assert status == 303 and to.startswith("/schools?district=east&ordered=")
    assert (await dashboard.row("SELECT count(*) AS n FROM run WHERE NOT dry_run"))["n"] == 2
    assert "This district is set up." in await page(dashboard, f"/settings/new{AT}")


async def end_previews(dashboard: Dashboard) -> None:
    """The workers plan seven new accounts for each school, and find somebody who fits several."""
    for run in await dashboard.pool.fetch("SELECT id, school_id FROM run"):
        about = {"district_id": "east", "run_id": run["id"], "school_id": run["school_id"]}
        found = FoundError(code="AMBIGUOUS_MATCH", severity="error", entity="user", source_id="u-1")
        await dashboard.handle(PlanMade.model_validate({**about, "operations": {"user": {"create": 7}}}))
        await dashboard.handle(
            SyncErrorsFound.model_validate({**about, "phase": "planning", "part": 0, "errors": (found,)})
        )
        ended = {"mode": "full", "outcome": "previewed", "actions": {}, "courses": 0, "calls": 1, "duration_ms": 9}
        bytes_ = {"bytes_up": 1, "bytes_down": 1}
        await dashboard.handle(SyncCompleted.model_validate({**about, **ended, **bytes_}))


async def test_only_platform_operators_begin_a_district(north: Dashboard) -> None:
    await signed_in(north, VIEWER, role="district_admin", districts=["north"])
    await page(north, "/settings/new", 403)
    assert (await send(north, "/settings/new", name="Mine", id="mine"))[0] == 403


async def all_schools_are_chosen(dashboard: Dashboard) -> None:
    """Not by ticking none. Until then every page of settings leads back to the assistant."""
    status, text = await send(dashboard, f"/settings/new/schools{AT}")
    assert status == 422 and "No school is ticked." in text
    assert "This district is not set up yet" in await page(dashboard, f"/settings/sources{AT}")
    assert (await send(dashboard, f"/settings/new/schools{AT}", which="all"))[0] == 303
    assert "This district is not set up yet" not in await page(dashboard, f"/settings/sources{AT}")
