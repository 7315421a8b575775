"""Two processes of dashboard-api behind one balancer: each page hears what the other process was told."""

from playwright.async_api import Browser, expect

from ..support.system import System
from .district import CALM, BusyDistrict
from .person import PATIENCE, Person
from .test_story import EMAIL, PASSWORD


async def test_a_page_of_one_process_follows_what_was_ordered_at_the_other(
    system: System, district: BusyDistrict, chromium: Browser
) -> None:
    await system.operator(EMAIL, PASSWORD)
    async with system.another_dashboard() as url:
        assert url != system.url
        context = await chromium.new_context(base_url=url)
        person = Person(await context.new_page())
        await person.enters(EMAIL, PASSWORD)
        await person.opens(f"/schools/{district.schools[CALM]}")
        table = person.page.locator("#main")
        before = await table.get_by_role("link", name="Refresh of counts").count()
        await system.sync("refresh", schools=[district.schools[CALM]])
        await expect(table.get_by_role("link", name="Refresh of counts")).to_have_count(before + 1, timeout=PATIENCE)
        await context.close()
    assert person.mishaps == []


async def test_a_session_of_one_process_holds_at_the_other(
    system: System, district: BusyDistrict, chromium: Browser
) -> None:
    await system.operator(EMAIL, PASSWORD)
    async with system.another_dashboard() as url:
        context = await chromium.new_context()
        person = Person(await context.new_page())
        await person.opens(f"{system.url}/sign-in")
        await person.signs_in(EMAIL, PASSWORD)
        await person.is_at("Schools")
        await person.opens(f"{url}/schools")
        await person.is_at("Schools")
        await context.close()
