"""A district with several Moodle sites on pages: added, chosen for schools, moved between, and taken out."""

from typing import Any
from uuid import uuid4

import pytest

from common.events import TargetChecked
from common.target_report import TargetReport

from .surroundings import NORTH, Dashboard, school
from .test_settings_pages import was
from .visiting import page, send, signed_in

AT = "?district=north"
SITES, SCHOOLS = f"/settings/targets{AT}", f"/settings/schools{AT}"
PLACE = f"/schools/{school('1')}/settings"
OTHER = {
    "name": "South Moodle", "base_url": "https://south.example", "token": "south-token-value", "user_auth": "manual",
    "roles.student": "5", "roles.teacher": "3", "max_parallel": "2",
}  # fmt: skip


@pytest.fixture
async def one(north: Dashboard) -> Dashboard:
    """With the one Moodle site that its declaration has."""
    return await signed_in(north)


@pytest.fixture
async def two(one: Dashboard) -> Dashboard:
    """With a second one that can be used, and no school for it yet."""
    check_id = await added(one)
    report = TargetReport(usable=True, site_name="South", release="4.5", allowed=30)
    await one.handle(TargetChecked(district_id="north", check_id=check_id, report=report))
    return one


async def added(dashboard: Dashboard) -> Any:
    """The id of the check that comes with it."""
    status, to = await send(dashboard, f"/settings/targets/add{AT}", **OTHER)
    assert status == 303 and to.startswith("/settings/checks/target/")
    return to.split("/")[-1].partition("?")[0]


async def places(dashboard: Dashboard) -> list[str | None]:
    rows = await dashboard.pool.fetch("SELECT target_id FROM school ORDER BY source_school_id")
    return [row["target_id"] for row in rows]


async def test_with_one_site_nothing_is_asked_that_needs_no_answer(one: Dashboard) -> None:
    text = await page(one, SITES)
    assert "Add a Moodle site" in text and "Take out" not in text and "Choose schools" not in text
    text = await page(one, SCHOOLS)
    assert "Set up for North Moodle" in text and "<select" not in text
    assert "2 set up for North Moodle" in await page(one, "/schools")


async def test_a_site_is_added_looked_at_and_then_schools_are_chosen_for_it(one: Dashboard) -> None:
    assert 'type="password"' in await page(one, f"/settings/targets/add{AT}")
    check_id = await added(one)
    text = await page(one, f"/settings/checks/target/{check_id}{AT}")
    assert "The Moodle site is added, and being looked at." in text and "Choose its schools" not in text
    report = TargetReport(usable=True, site_name="South", release="4.5", allowed=30)
    await one.handle(TargetChecked(district_id="north", check_id=check_id, report=report))
    assert "into=moodle-2" in await page(one, f"/settings/checks/target/{check_id}{AT}")
    assert '<option value="moodle-2" selected>' in await page(one, f"{SCHOOLS}&into=moodle-2")
    text = await page(one, SITES)
    assert "https://south.example · 0 schools" in text and "Choose schools for South Moodle" in text
    assert "Can be used" in text and "south-token-value" not in text
    assert "Added a Moodle site" in await page(one, f"/settings/audit{AT}")
    assert one.context.box.open(await one.pool.fetchval("SELECT secrets FROM target WHERE id = 'moodle-2'")) == {
        "token": "south-token-value"
    }


async def test_what_is_wrong_with_a_new_site_stands_beside_it_and_nothing_is_added(one: Dashboard) -> None:
    path = f"/settings/targets/add{AT}"
    for wrong, sentence in (
        ({"base_url": "south"}, "Write a web address that begins with https://"),
        ({"token": ""}, "Fill this in."),
        ({"roles.student": "", "roles.teacher": ""}, "Name the id of at least one role"),
        ({"user_auth": "OAuth 2"}, "Write the plugin&#39;s name in lower-case letters"),
        ({"base_url": NORTH["target"]["base_url"]}, "there already, as North Moodle (main)"),
    ):
        status, text = await send(one, path, **OTHER | wrong)
        assert status == 422 and sentence in text and "Nothing was saved yet." in text, wrong
        assert 'value="South Moodle"' in text and "south-token-value" not in text, wrong
    assert await one.pool.fetchval("SELECT count(*) FROM target") == 1


async def test_a_site_that_somebody_else_changed_meanwhile_is_shown_before_it_is_saved(two: Dashboard) -> None:
    path = f"/settings/targets/moodle-2{AT}"
    began = await was(two, path)
    wanted = {**OTHER, "token": "", "max_parallel": "4"}
    await two.pool.execute("UPDATE target SET name = 'South High' WHERE id = 'moodle-2'")
    status, text = await send(two, path, **wanted, was=began)
    assert status == 409 and "Somebody else changed this meanwhile" in text and "South High" in text
    assert (await send(two, path, **wanted, was=await was(two, path)))[0] == 303
    kept = await two.row("SELECT name, max_parallel FROM target WHERE id = 'moodle-2'")
    assert kept == {"name": "South Moodle", "max_parallel": 4}


async def test_two_sites_have_two_names(two: Dashboard) -> None:
    path = f"/settings/targets/moodle-2{AT}"
    status, text = await send(two, path, **{**OTHER, "name": "north moodle"}, was=await was(two, path))
    assert status == 422 and "Another Moodle site of the district has this name." in text


async def test_a_school_moves_to_another_site_once_that_is_confirmed(two: Dashboard) -> None:
    form = {"target": "moodle-2", "timezone": "Europe/London"}
    status, text = await send(two, f"{PLACE}/place", **form)
    assert status == 200 and "Move Ashgrove Primary to South Moodle?" in text
    assert "What it has in North Moodle stays there as it is" in text and await places(two) == ["main", "main"]
    assert (await send(two, f"{PLACE}/place", **form, confirm="1"))[0] == 303
    assert await places(two) == ["moodle-2", "main"]
    assert (await send(two, f"{PLACE}/place", target="moodle-2"))[0] == 303
    assert (await send(two, f"{PLACE}/place", target="moodle-3"))[0] == 422
    assert "2 set up · 2 Moodle sites" in await page(two, "/schools")


async def test_several_schools_get_a_site_at_once_and_are_found_by_it(two: Dashboard) -> None:
    chosen = [str(school("1")), str(school("2"))]
    await send(two, SCHOOLS, act="out", chosen=chosen[:1], confirmed="1")
    status, text = await send(two, SCHOOLS, act="target", target="moodle-2", chosen=chosen)
    assert status == 200 and "Move 1 school to South Moodle?" in text and "<li>Beech Hill School</li>" in text
    assert "Set up 2 schools for South Moodle" in text
    assert (await send(two, SCHOOLS, act="target", target="moodle-2", chosen=chosen[:1]))[0] == 303
    assert await places(two) == ["moodle-2", "main"]
    text = await page(two, f"{SCHOOLS}&target=moodle-2")
    assert "Ashgrove Primary" in text and "Beech Hill School" not in text
    await send(two, SCHOOLS, act="target", target="moodle-2", chosen=chosen, confirmed="1")
    assert await places(two) == ["moodle-2", "moodle-2"]
    assert (await send(two, SCHOOLS, act="target", target="moodle-3", chosen=chosen))[0] == 422


async def test_a_site_in_use_says_why_it_stays_and_one_that_is_not_is_taken_out(two: Dashboard) -> None:
    text = await page(two, f"/settings/targets/main/remove{AT}", 409)
    assert "North Moodle cannot be taken out yet" in text and "2 schools are set up for this Moodle site." in text
    assert "target=main" in text and 'class="danger"' not in text
    assert (await send(two, f"/settings/targets/main/remove{AT}"))[0] == 409
    await two.pool.execute(
        "INSERT INTO device (district_id, id, school_id, name, target_id) VALUES ('north', $1, $2, 'Box', 'moodle-2')",
        *(uuid4(), school("1")),
    )
    text = await page(two, f"/settings/targets/moodle-2/remove{AT}", 409)
    assert "1 device syncs with this Moodle site." in text and "/devices?district=north" in text
    await two.pool.execute("DELETE FROM device")
    text = await page(two, f"/settings/targets/moodle-2/remove{AT}")
    assert "Take out South Moodle?" in text and "stays as it is" in text and "shared later" not in text
    assert (await send(two, f"/settings/targets/moodle-2/remove{AT}"))[0] == 303
    assert await two.pool.fetchval("SELECT count(*) FROM target") == 1
    await page(two, f"/settings/targets/moodle-2/remove{AT}", 404)
    await send(two, SCHOOLS, act="out", chosen=[str(school("1")), str(school("2"))], confirmed="1")
    assert "shared later" in await page(two, f"/settings/targets/main/remove{AT}")


async def test_the_assistant_asks_for_which_site_schools_are_set_up(two: Dashboard) -> None:
    await two.pool.execute("UPDATE school SET target_id = NULL")
    text = await page(two, f"/settings/new{AT}")
    assert "Which schools take part?" in text and "South Moodle" in text
    path = f"/settings/new/schools{AT}"
    assert (await send(two, path, target="moodle-3", which="all"))[0] == 422
    assert (await send(two, path, target="moodle-2", chosen=str(school("1"))))[0] == 303
    assert await places(two) == ["moodle-2", None]
    await send(two, path, target="moodle-2", which="all")
    await two.list_schools({"1": "Ashgrove Primary", "2": "Beech Hill School", "3": "Cedar House"})
    assert await places(two) == ["moodle-2", "moodle-2", "moodle-2"]


async def test_lists_of_schools_are_narrowed_to_a_site_by_the_api_too(two: Dashboard) -> None:
    await send(two, SCHOOLS, act="target", target="moodle-2", chosen=[str(school("1"))], confirmed="1")
    async with two.http.get("/api/v1/schools?target=moodle-2", headers=await two.bearer()) as answer:
        assert [one["name"] for one in (await answer.json())["schools"]] == ["Ashgrove Primary"]
