import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from simulators.oneroster import OneRosterSimulator

from ..support.system import System
from .district import ROSTER, BusyDistrict, a_busy_district
from .person import Person

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
"""Root needs no sandbox of its own here, and nothing outside is asked for anything."""


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert path, "Chromium is missing. `make test` installs it with apt-get; elsewhere install it yourself."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*QUIET])
        yield browser
        await browser.close()


@pytest.fixture
async def district(system: System) -> AsyncIterator[BusyDistrict]:
    """Three schools, synced, with something of everything."""
    async with OneRosterSimulator(ROSTER, "1.2") as sis:
        yield await a_busy_district(system, sis)


@pytest.fixture
async def person(chromium: Browser, system: System) -> AsyncIterator[Person]:
    """Somebody at a desk, not signed in yet; nothing may go wrong in their console."""
    context = await chromium.new_context(base_url=system.url, viewport={"width": 1400, "height": 900})
    someone = Person(await context.new_page())
    yield someone
    await context.close()
    assert someone.mishaps == []
