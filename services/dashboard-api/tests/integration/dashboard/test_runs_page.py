"""The page with the runs of a district."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

from common.events import SyncFailed, SyncRequested

from .asking import get, south_too
from .surroundings import Dashboard, completed, fetched, school
from .visiting import page, send, signed_in

PREVIEW: dict[str, Any] = {"district_id": "north", "run_id": uuid4(), "school_id": school("1")}
FAILED = {"district_id": "north", "school_id": school("2"), "mode": "nightly", "phase": "fetching"}


def csv_of(text: str) -> str:
    """Where a page's link to its CSV leads."""
    (address,) = re.findall(r'href="(/api/v1/runs\.csv[^"]*)"', text)
    return unescape(address)


async def test_the_runs_of_all_schools_are_filtered_by_what_they_are(north: Dashboard) -> None:
    await signed_in(north)
    run_id = uuid4()
    for event in (fetched(run_id), completed(run_id), SyncRequested(**PREVIEW, mode="full", dry_run=True)):
        await north.handle(event)
    await north.handle(completed(PREVIEW["run_id"], outcome="previewed", actions={}))
    await north.handle(SyncFailed.model_validate({**FAILED, "run_id": uuid4(), "code": "SOURCE_UNREACHABLE"}))
    await north.handle(SyncRequested(district_id="north", run_id=uuid4(), school_id=school("2"), mode="partial"))
    everything = await page(north, "/runs")
    for words in (
        "4 runs in the last 24 hours",
        "1 under way",
        "1 failed",
        "Ashgrove Primary",
        "Partial sync of Beech",
    ):
        assert words in everything, words
    for query, there, missing in (
        ("standing=failed", "SOURCE_UNREACHABLE", "3,521"),
        ("standing=running", "Waiting for a worker", "SOURCE_UNREACHABLE"),
        ("what=preview", "Previewed", "SOURCE_UNREACHABLE"),
        ("what=nightly", "SOURCE_UNREACHABLE", "Previewed"),
        ("search=beech", "SOURCE_UNREACHABLE", f"/runs/{run_id}"),
        (f"school={school('1')}", f"/runs/{run_id}", "SOURCE_UNREACHABLE"),
    ):
        text = await page(north, f"/runs?{query}")
        assert there in text and missing not in text, query
        _, found = await get(north, f"/runs?{query}", await north.bearer())
        assert text.count('id="run-') == len(found["runs"]), query
    assert "No run fits." in await page(north, "/runs?standing=cancelled")


async def test_runs_come_in_pages_and_whole_as_csv(north: Dashboard) -> None:
    await signed_in(north)
    for _ in range(52):
        await north.handle(completed(uuid4()))
    first = await page(north, "/runs")
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "50 runs on this page" in first and "2 runs on this page" in await page(north, following)
    assert len((await page(north, csv_of(first))).splitlines()) == 53


async def test_the_csv_has_what_the_filter_leaves(north: Dashboard) -> None:
    await signed_in(north)
    await north.handle(completed(uuid4()))
    await north.handle(SyncFailed.model_validate({**FAILED, "run_id": uuid4(), "code": "SOURCE_UNREACHABLE"}))
    lines = (await page(north, csv_of(await page(north, "/runs?standing=failed&what=nightly")))).splitlines()
    assert len(lines) == 2 and "SOURCE_UNREACHABLE" in lines[1]


async def test_before_the_first_run_the_page_says_where_to_begin(north: Dashboard) -> None:
    await signed_in(north)
    assert "Nothing was run yet" in await page(north, "/runs")


async def test_runs_of_other_districts_are_in_no_list(north: Dashboard) -> None:
    await south_too(north)
    await north.handle(completed(uuid4()))
    await signed_in(north, districts=["south"], role="viewer")
    assert "Ashgrove" not in await page(north, "/runs")
    await page(north, "/runs?district=north", 404)
    assert (await send(north, f"/runs/{uuid4()}/cancel"))[0] == 404
