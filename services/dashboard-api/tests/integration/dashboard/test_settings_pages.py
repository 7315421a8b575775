"""The pages of settings: what they show, what they save, and what they say about mistakes and late forms."""

import re
from html import unescape

from .surroundings import Dashboard
from .visiting import VIEWER, page, send, signed_in

AT = "?district=north"


async def was(dashboard: Dashboard, path: str) -> str:
    """What the first form of a page was filled with."""
    found = re.search(r'name="was" value="([^"]*)"', await page(dashboard, path))
    assert found
    return unescape(found[1])


async def test_a_district_is_renamed_and_keeps_what_was_typed_where_something_is_wrong(north: Dashboard) -> None:
    await signed_in(north)
    text = await page(north, f"/settings{AT}")
    assert "Known to commands and addresses as north." in text
    general = {"name": "North <b>", "timezone": "Europe/Paris", "locale": "nl", "max_parallel": "6", "pool": "shared"}
    status, text = await send(north, f"/settings{AT}", **general | {"max_parallel": "many", "timezone": "Mars/Base"})
    assert status == 422 and "Write a whole number from 1 to 100." in text
    assert "North &lt;b&gt;" in text and 'value="many"' in text and 'href="#f-max_parallel"' in text
    status, text = await send(north, f"/settings{AT}", **general | {"timezone": "Mars/Base"})
    assert status == 422 and "There is no such time zone." in text
    assert (await send(north, f"/settings{AT}", **general))[0] == 303
    kept = await north.row("SELECT name, timezone, locale, max_parallel FROM district")
    assert kept == {"name": "North <b>", "timezone": "Europe/Paris", "locale": "nl", "max_parallel": 6}


async def test_a_late_form_says_what_others_changed_and_loses_nothing(north: Dashboard) -> None:
    await signed_in(north)
    late = await was(north, f"/settings{AT}")
    general = {"name": "North district", "timezone": "Europe/Amsterdam", "locale": "en", "pool": "shared"}
    await send(north, f"/settings{AT}", **general, max_parallel="9")
    status, text = await send(
        north, f"/settings{AT}", **general | {"name": "Northern", "max_parallel": "4", "was": late}
    )
    assert status == 409 and "Somebody else changed this meanwhile" in text and "Syncs at once: 9" in text
    assert 'value="Northern"' in text and 'value="9"' in text
    newer = re.search(r'name="was" value="([^"]*)"', text)
    assert newer
    again = {**general, "name": "Northern", "max_parallel": "9", "was": unescape(newer[1])}
    assert (await send(north, f"/settings{AT}", **again))[0] == 303
    assert await north.row("SELECT name, max_parallel FROM district") == {"name": "Northern", "max_parallel": 9}


async def test_a_policy_keeps_only_what_is_not_usual(north: Dashboard) -> None:
    await signed_in(north)
    assert "Each class is a course" in await page(north, f"/settings/policy{AT}")
    usual = {
        "changes": "new", "leavers": "suspend", "account_days": "0", "courses": "class", "removals_count": "5",
        "removals_percent": "10", "ids_changed": "25", "class_turnover": "60", "values_lost": "25",
    }  # fmt: skip
    half = {**usual, "users_count": "3"}
    status, text = await send(north, f"/settings/policy{AT}", **half)
    assert status == 422 and "Give both the number and the percent, or neither." in text
    wished = {**half, "users_percent": "0", "changes": "all", "cohorts": "grade"}
    assert (await send(north, f"/settings/policy{AT}", **wished))[0] == 303
    kept = (await north.row("SELECT policy FROM district"))["policy"]
    assert kept == {"changes": "all", "cohorts": ["grade"], "limits": {"users": {"count": 3, "percent": 0}}}
    assert (await send(north, f"/settings/policy{AT}", **usual))[0] == 303
    assert (await north.row("SELECT policy FROM district"))["policy"] == {}


async def test_a_second_person_and_families_are_asked_for(north: Dashboard) -> None:
    await signed_in(north)
    second = {"undo": "1", "approvals_over_limit": "20"}
    assert (await send(north, f"/settings/policy/second-person{AT}", **second))[0] == 303
    kept = (await north.row("SELECT second_person FROM district"))["second_person"]
    assert (kept["undo"], kept["force"], kept["approvals_over_limit"]) == (True, False, 20)
    status, text = await send(north, f"/settings/families{AT}", families="1")
    assert status == 422 and "has no role for guardians yet" in text
    assert "North Moodle has no role for guardians yet." in text


async def test_who_may_only_look_sees_the_audit_log_and_no_settings(north: Dashboard) -> None:
    await signed_in(north, VIEWER, role="viewer", districts=["north"])
    await page(north, f"/settings/policy{AT}", 403)
    assert (await send(north, f"/settings{AT}", name="Mine"))[0] == 403
