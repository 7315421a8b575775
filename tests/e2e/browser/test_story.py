"""An operator's day, in a browser, on the whole system."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import expect

from ..support.system import System
from .district import CALM, HELD, PAUSED, ROSTER, BusyDistrict
from .person import PATIENCE, Person

OVER = re.compile("Completed|Nothing to do")
EMAIL, PASSWORD = "a.rossi@north.example", "correct horse battery"


async def test_a_day_at_the_schools_page(system: System, district: BusyDistrict, person: Person) -> None:
    await system.operator(EMAIL, PASSWORD)
    await person.opens("/schools")
    await person.is_at("Sign in")
    await person.signs_in(EMAIL, PASSWORD)
    await person.is_at("Schools")
    await person.sees("1 school is on hold.")
    await runs_are_ordered(system, person)
    await nights_are_changed(person)
    await person.page.get_by_label("Filter schools by name").fill(HELD[:4].lower())
    await expect(person.row(CALM)).to_have_count(0)
    await expect(person.row(HELD)).to_be_visible()
    assert "search=" in person.page.url


async def runs_are_ordered(system: System, person: Person) -> None:
    """Refresh, partial, full with its question, preview, and one school alone."""
    await person.presses("Refresh counts · 3")
    await person.sees("Refresh of counts ordered for 3 schools.")
    await person.presses("Run partial sync · 3")
    await person.sees("Partial sync ordered for 3 schools.")

    await person.presses("Full sync and preview of all schools")
    await person.presses("Run full sync · 3 schools")
    await person.sees("Full sync of 3 schools?")
    await person.page.keyboard.press("Escape")
    await expect(person.page.locator("#dialog")).not_to_be_visible()
    await person.presses("Full sync and preview of all schools")
    await person.presses("Preview · 3 schools")
    await person.sees("ordered for 3 schools.")

    await system.rest()
    await person.presses(f"Manual sync of {CALM}")
    await person.presses(f"Run full sync … of {CALM}")
    await person.sees(f"Full sync of {CALM}?")
    await person.presses("Run full sync of 1 school")
    await person.is_at(f"Full sync of {CALM}")
    await expect(person.page.locator("#standing")).to_contain_text(OVER, timeout=PATIENCE)


async def nights_are_changed(person: Person) -> None:
    """Pause and resume all, another time, and one school's switch."""
    await person.opens("/schools")
    await person.presses("Pause nightly sync · 2")
    await person.page.get_by_label("Reason").fill("holidays")
    await person.presses("Pause 2 schools")
    await person.sees("The nightly sync of 2 schools is paused.")
    await person.presses("Resume nightly sync · 3")
    await person.sees("The nightly sync of 3 schools is on again.")

    await person.presses(f"Nightly at 20:00: change the time of {CALM}")
    await person.presses(f"Sync {CALM} at 00:00")
    await person.sees(f"{CALM} syncs at 00:00 from now on.")
    await person.page.get_by_role("switch", name=f"Nightly sync of {PAUSED}").click()
    await person.sees("The nightly sync of 1 school is paused.")


async def test_a_hold_is_approved_in_part(system: System, district: BusyDistrict, person: Person) -> None:
    await system.operator(EMAIL, PASSWORD)
    await person.opens("/holds")
    await person.signs_in(EMAIL, PASSWORD)
    await person.presses(f"Look and decide about {HELD}")
    await person.sees("lose access to")
    rows = person.page.locator("tbody input[name=chosen]")
    for place in range(2):
        await rows.nth(place).check()
    await expect(person.page.locator("[data-selected] [data-count]")).to_have_text("2")
    await person.presses("Approve these")
    await answered(person, "two of them have left")
    await person.presses("Approve 2 operations")
    await person.sees("This run does what was approved.")
    await expect(person.page.locator("#standing")).to_contain_text(OVER, timeout=PATIENCE)
    await system.rest()
    assert sum(user.suspended for user in system.moodle.site.users()) == 2


async def test_a_missing_student_is_found_and_explained(system: System, district: BusyDistrict, person: Person) -> None:
    await system.operator(EMAIL, PASSWORD)
    await person.opens("/schools")
    await person.signs_in(EMAIL, PASSWORD)
    await person.is_at("Schools")
    await person.page.keyboard.press("/")
    missing = next(user for user in ROSTER.users if user.id == district.missing)
    await person.page.keyboard.type(f"{missing.given_name} {missing.family_name}")
    await person.page.keyboard.press("Enter")
    await person.sees(missing.family_name)
    await person.page.locator(f"a[href*='{district.missing}']").first.click()
    await person.is_at(missing.family_name)
    await person.sees("decision")
    assert missing.family_name not in person.page.url


async def test_errors_become_a_file_and_are_tried_again(system: System, district: BusyDistrict, person: Person) -> None:
    await system.operator(EMAIL, PASSWORD)
    await person.opens("/errors")
    await person.signs_in(EMAIL, PASSWORD)
    await person.is_at("Errors")
    async with person.page.expect_download() as waiting:
        await person.presses("Download as CSV")
    assert "MISSING_EMAIL" in await asyncio.to_thread(_text_of, await (await waiting.value).path())
    await person.presses("There is no e-mail address")
    await person.is_at("There is no e-mail address")


async def test_a_device_has_its_page(system: System, district: BusyDistrict, person: Person) -> None:
    await system.operator(EMAIL, PASSWORD)
    await person.opens("/devices")
    await person.signs_in(EMAIL, PASSWORD)
    await person.presses("Library box")
    await person.is_at("Library box")
    await person.presses("Start sync now")
    await person.sees("Skipped: the device was offline.")
    for words in ("Enable sync", "Latest sync", "Scheduled sync", "Last syncs"):
        await person.sees(words)
    await expect(person.page.get_by_text("Force sync").first).not_to_be_visible()
    await person.page.locator("details summary").filter(has_text="Advanced").click()
    for words in ("Target server", "Sync notifications", "Force sync"):
        await expect(person.page.get_by_text(words).first).to_be_visible()


async def test_a_setting_is_changed_and_stands_in_the_audit_log(
    system: System, district: BusyDistrict, person: Person
) -> None:
    await system.operator(EMAIL, PASSWORD)
    await person.opens("/settings")
    await person.signs_in(EMAIL, PASSWORD)
    await person.is_at("Settings")
    await person.page.get_by_label("Syncs at once").fill("0")
    await person.presses("Save the district")
    await expect(person.page.locator("#main .mistake").first).to_be_visible()
    await person.page.get_by_label("Syncs at once").fill("3")
    await person.presses("Save the district")
    await expect(person.page.get_by_label("Syncs at once")).to_have_value("3")
    assert (await system.get("/api/v1/districts/north/settings"))["max_parallel"] == 3
    await person.presses("Audit log")
    await person.is_at("Audit")
    await person.sees("A.Rossi")


async def test_another_district_is_none_of_ones_business(
    system: System, district: BusyDistrict, person: Person
) -> None:
    await system.operator(EMAIL, PASSWORD, "district_admin", ["south"])
    await person.opens("/schools")
    await person.signs_in(EMAIL, PASSWORD)
    await person.sees("Your account has no district")
    for address in (f"/schools/{district.schools[CALM]}", f"/runs/{district.held_run}", "/schools?district=north"):
        answer = await person.opens(address)
        assert answer.status == 404
        await person.is_at("Not found")
        assert CALM not in await person.page.content()


def _text_of(path: Path) -> str:
    return path.read_text("utf-8-sig")


async def answered(person: Person, reason: str) -> None:
    """Fill in what a question asks for: why, and the school's name where it wants it typed."""
    question = person.page.locator("[data-dialog-content]")
    await question.get_by_label("Reason").fill(reason)
    typed = question.get_by_label("Type ")
    if await typed.count():
        await typed.fill(HELD)
