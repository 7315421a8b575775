"""Every page, in every language and both themes: nothing for axe to find, and nothing wider than a small phone."""

import pytest
from playwright.async_api import Browser

from ..support.system import System
from .district import BusyDistrict
from .pages import NO_PAGES, addresses, page_routes
from .person import Person
from .test_story import EMAIL, PASSWORD

NARROW = {"width": 320, "height": 700}


def test_each_page_is_looked_at_or_there_is_a_reason() -> None:
    assert set(NO_PAGES) <= page_routes()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("language", ["en", "nl", "fr"])
async def test_every_page_can_be_used_by_everybody(
    system: System, district: BusyDistrict, chromium: Browser, language: str
) -> None:
    await system.operator(EMAIL, PASSWORD)
    context = await chromium.new_context(base_url=system.url, bypass_csp=True)
    await context.add_cookies([{"name": "language", "value": language, "url": system.url}])
    person = Person(await context.new_page())
    trouble = {"/sign-in": await looked_at(person, "/sign-in")}
    await person.enters(EMAIL, PASSWORD)
    for pattern, address in (await addresses(system, district)).items():
        trouble[pattern] = await looked_at(person, address)
    await context.close()
    told = [f"{pattern}: {one}" for pattern, found in trouble.items() for one in found]
    assert not told, "\n".join(told)


async def looked_at(person: Person, address: str) -> list[str]:
    """What is wrong with a page: in light, in dark, and at 320 pixels. A question may say what is in its way."""
    answer = await person.opens(address)
    in_the_way = answer.status == 409 and await person.page.locator(".question").count()
    if answer.status != 200 and not in_the_way:
        return [f"{address} answers {answer.status}"]
    await person.page.emulate_media(color_scheme="light")
    found = await person.trouble()
    await person.page.emulate_media(color_scheme="dark")
    found += [f"dark {one}" for one in await person.trouble("color-contrast")]
    wide = dict(person.page.viewport_size or {"width": 1280, "height": 720})
    await person.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    if (width := await person.page.evaluate("document.documentElement.scrollWidth")) > NARROW["width"]:
        found.append(f"at 320 pixels it is {width} wide")
    await person.page.set_viewport_size(wide)  # type: ignore[arg-type]
    return found
