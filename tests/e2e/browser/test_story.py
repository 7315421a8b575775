"""An operator's day, in a browser, on the whole system."""

import re

from playwright.async_api import expect

from ..support.system import System
from .district import CALM, HELD, PAUSED, BusyDistrict
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
    await person.presses(f"Run full sync of {CALM}")
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
