"""What the pages of a large district cost the reader: `python -m bench pages`.

10,000 schools, three nights of runs, errors at each tenth school. Over HTTP, signed in: the time to the first byte of
the main pages. In Chromium: from a press on a heading of the schools' table to the new table. These are absolute times,
and hold for a quiet machine; the median of all rounds counts.
"""

import argparse
import asyncio
import logging
import shutil
from collections.abc import Sequence
from statistics import median
from time import monotonic

import aiohttp
import asyncpg
import structlog
from playwright.async_api import Page, async_playwright

from bench.lists import served, staged
from dashboard_api.auth.passwords import hash_password
from dashboard_api.queries import operators
from dashboard_api.queries.operators import NewOperator

FIRST_BYTE = 0.2
SWAP = 0.3
EMAIL, PASSWORD = "bench@bench.example", "a bench is for sitting"
PAGES = (
    "/schools",
    "/schools?sort=errors&direction=desc",
    "/schools?search=school+0099",
    "/schools?status=clean",
    "/runs",
    "/errors",
    "/holds",
    "/devices",
    "/settings/schools",
    "/settings/audit",
)
SORT = ("Errors", "Last sync", "School")
SWAPPED = """press => new Promise(done => {
    const began = performance.now();
    const drawn = () => requestAnimationFrame(() => done(performance.now() - began));
    document.addEventListener("htmx:afterSettle", drawn, {once: true});
    press.click();
})"""
FILL = """
    SET search_path = dashboard_api;
    INSERT INTO run (district_id, id, school_id, status, mode, kind, outcome, errors, noted_at, ended_at, counts)
        SELECT 'bench', gen_random_uuid(), id, 'completed', 'nightly', 'roster', 'clean', 0, ago, ago, '{}'::jsonb
        FROM school, generate_series(1, 2) night, LATERAL (SELECT now() - night * interval '1 day' AS ago) t;
    INSERT INTO school_error (district_id, school_id, code, severity, records, since)
        SELECT 'bench', id, code, 'warning', 3, now()
        FROM (SELECT id FROM school WHERE source_school_id LIKE '%7') s,
             unnest(ARRAY['DUP_EMAIL', 'USER_NO_NAME', 'CLASS_NO_TEACHER']) code;
    UPDATE school_state SET health = 'with_errors'
        WHERE school_id IN (SELECT school_id FROM school_error);
    ANALYZE;
"""


async def main(schools: int, rounds: int) -> None:
    """Measure, and print a line for each page and each press."""
    async with staged(schools) as servers:
        owner = await asyncpg.connect(servers.database_url)
        await owner.execute(FILL)
        await owner.execute("SET search_path = dashboard_api")
        await operators.add(owner, NewOperator(EMAIL, "Bench", "operator", None, hash_password(PASSWORD)))
        await owner.close()
        async with served(servers) as url:
            print(f"{schools:,} schools{'':<35} {'median ms':>10} {'at most':>8}")
            await first_bytes(url, rounds)
            await swaps(url, rounds)


async def first_bytes(url: str, rounds: int) -> None:
    """Of each page, over one connection."""
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}) as answer:
            assert answer.status == 200, answer.status
        for path in PAGES:
            tell(path, [await first_byte(http, path) for _ in range(rounds)], FIRST_BYTE)


async def first_byte(http: aiohttp.ClientSession, path: str) -> float:
    """Seconds until the answer begins."""
    began = monotonic()
    async with http.get(path) as answer:
        seconds = monotonic() - began
        assert answer.status == 200, path
        await answer.read()
    return seconds


async def swaps(url: str, rounds: int) -> None:
    """Of the schools' table, in a browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page()
        await page.goto(f"{url}/sign-in")
        await page.fill("[name=email]", EMAIL)
        await page.fill("[name=password]", PASSWORD)
        await page.click("form[action='/sign-in'] button.primary")
        await page.wait_for_url("**/schools*")
        for name in SORT:
            tell(f"sorted by {name}", [await swap(page, name) for _ in range(rounds)], SWAP)
        await browser.close()


async def swap(page: Page, name: str) -> float:
    """Seconds from the press on a heading until the table is there and drawn."""
    heading = await page.get_by_role("columnheader", name=name).get_by_role("link").element_handle()
    milliseconds: float = await page.evaluate(SWAPPED, heading)
    return milliseconds / 1000


def tell(name: str, seconds: Sequence[float], bound: float) -> None:
    """One line."""
    typical = median(seconds)
    print(f"{name:<50} {typical * 1000:6.0f} {bound * 1000:8.0f}  {'within' if typical <= bound else 'OVER'}")


def run(arguments: Sequence[str]) -> None:
    """Entry point, with options."""
    parser = argparse.ArgumentParser(prog="python -m bench pages")
    parser.add_argument("--schools", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(options.schools, options.rounds))
