"""Somebody who uses the dashboard with a browser: acts by the words that they see, as people do."""

import re
from pathlib import Path

from playwright.async_api import Locator, Page, Response, expect

import dashboard_api

AXE = (Path(dashboard_api.__path__[0]) / "static" / "vendor" / "axe.min.js").read_text()
PATIENCE = 30_000
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EXPECTED = ("the server responded with a status of 4",)
"""What Chromium notes in its console for pages that are refused on purpose."""


class Person:
    """Around a page. `mishaps` are errors in its console: exceptions, and what the content policy forbids."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.mishaps: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.mishaps.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))

    async def opens(self, path: str) -> Response:
        answer = await self.page.goto(path)
        assert answer is not None
        return answer

    async def signs_in(self, email: str, password: str) -> None:
        await self.page.get_by_label("E-mail address").fill(email)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def enters(self, email: str, password: str) -> None:
        """Sign in, whatever language the form speaks."""
        await self.page.goto("/sign-in")
        await self.page.fill("[name=email]", email)
        await self.page.fill("[name=password]", password)
        await self.page.click("form[action='/sign-in'] button.primary")
        await self.page.wait_for_url("**/schools*")

    async def presses(self, name: str, within: Locator | None = None) -> None:
        """Press a button or follow a link, by the beginning of its name."""
        place = within or self.page
        named = re.compile(f"^{re.escape(name)}")
        target = place.get_by_role("button", name=named).or_(place.get_by_role("link", name=named))
        await target.first.click()

    async def sees(self, words: str) -> None:
        await expect(self.page.locator("body")).to_contain_text(words, timeout=PATIENCE)

    async def is_at(self, title: str) -> None:
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(title, timeout=PATIENCE)

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has_text=name).first

    async def trouble(self, *rules: str) -> list[str]:
        """What axe finds against WCAG 2.2 A and AA and good practice, or against these rules; each with an element."""
        await self.page.evaluate(AXE)
        found = await self.page.evaluate(
            "only => axe.run({runOnly: only, resultTypes: ['violations']})", list(rules or STANDARDS)
        )
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not any(words in text for words in EXPECTED):
            self.mishaps.append(text)
