"""The API's description as a page: from our own files, under a policy that lets nothing else in."""

import asyncio
import shutil
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from .surroundings import Dashboard

CHROMIUM: dict[str, Any] = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
"""The system's own; its sandbox does not work for root."""


async def test_the_page_and_its_files_come_from_us(dashboard: Dashboard) -> None:
    async with dashboard.http.get("/api/docs") as answer:
        page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "img-src 'self' data:;" in policy
    assert "unsafe" not in policy
    assert "//" not in page.replace("<!doctype", "")
    for name in ("vendor/swagger-ui-bundle.js", "vendor/swagger-ui.css", "api-docs.js"):
        assert f"/static/{name}?v=" in page
        async with dashboard.http.get(f"/static/{name}") as answer:
            assert answer.status == 200, name
    async with dashboard.http.get("/") as answer:
        assert "data:" not in answer.headers["Content-Security-Policy"]


@pytest.mark.timeout(120)
async def test_a_browser_shows_the_operations_and_obeys_the_policy(dashboard: Dashboard) -> None:
    complaints, shown = await asyncio.to_thread(visit, dashboard.url)
    assert complaints == []
    assert "listSchools" in shown


def visit(url: str) -> tuple[list[str], str]:
    """What the browser complains of, and the page's text."""
    complaints: list[str] = []
    with sync_playwright() as playwright, playwright.chromium.launch(**CHROMIUM) as browser:
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(f"{url}/api/docs")
        page.get_by_text("listSchools").wait_for()
        page.get_by_text("orderDistrictRuns").first.click()
        page.get_by_text("Idempotency-Key").first.wait_for()
        return complaints, page.inner_text("main")
