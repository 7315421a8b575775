"""Errors on pages: across schools by cause, of one cause, of one school; and as CSV."""

from uuid import uuid4

import pytest

from .surroundings import Dashboard, completed, school
from .test_errors import found
from .visiting import page, signed_in

ASHGROVE = f"/schools/{school('1')}/errors"


@pytest.fixture
async def visited(north: Dashboard) -> Dashboard:
    """Two schools with errors, one of them with a warning, too."""
    first, second = uuid4(), uuid4()
    for event in (
        found(first, "u-1", "<b>u-2</b>"),
        found(first, "u-3", code="MISSING_EMAIL", severity="warning", field="email").model_copy(update={"part": 1}),
        completed(first, errors=2, outcome="with_errors"),
        found(second, "u-9", key="2"),
        completed(second, "2", errors=1, outcome="with_errors"),
    ):
        await north.handle(event)
    return await signed_in(north)


async def test_errors_across_schools_are_grouped_by_cause_with_what_to_do(visited: Dashboard) -> None:
    text = await page(visited, "/errors?district=north")
    for words in (
        "3 records could not be taken as they are", "at 2 schools", "1 warning", "Run sync again · 2 schools",
        "A name or title is blank", "Fill it in at the source", "Source administrator", "Ashgrove Primary",
    ):  # fmt: skip
        assert words in text, words
    assert text.index("A name or title is blank") < text.index("There is no e-mail address")


async def test_errors_are_filtered_by_severity_and_cause(visited: Dashboard) -> None:
    warnings = await page(visited, "/errors?district=north&severity=warning")
    assert "/errors/MISSING_EMAIL?" in warnings and "/errors/MISSING_NAME?" not in warnings
    assert "/errors/MISSING_NAME?" in await page(visited, "/errors?district=north&code=MISSING_NAME")
    assert "No error fits." in await page(visited, "/errors?district=north&code=MISSING_NAME&severity=warning")
    assert "/errors/MISSING_NAME?" in await page(visited, "/errors?district=north&severity=dreadful")


async def test_a_cause_has_a_page_with_its_schools_and_records(visited: Dashboard) -> None:
    text = await page(visited, "/errors/MISSING_NAME?district=north")
    for words in ("3 records", "at 2 schools", "Beech Hill School", "u-9", "&lt;b&gt;u-2", "familyName"):
        assert words in text, words
    assert "Nobody has this error now" in await page(visited, "/errors/SOURCE_UNREACHABLE?district=north")
    async with visited.http.get("/errors/NO_SUCH_CODE?district=north") as answer:
        assert (answer.status, "There is no such error." in await answer.text()) == (404, True)


async def test_a_school_has_its_errors_record_by_record_and_the_way_to_run_again(visited: Dashboard) -> None:
    text = await page(visited, ASHGROVE)
    for words in ("Run sync again", "u-1", "u-3", "3 records on this page", 'aria-current="page">Errors'):
        assert words in text, words
    assert "u-9" not in text
    narrowed = await page(visited, f"{ASHGROVE}?code=MISSING_EMAIL")
    assert "u-3" in narrowed and "u-1" not in narrowed


async def test_csv_has_what_the_page_is_filtered_by(visited: Dashboard) -> None:
    for path, there, lacking in (
        ("/errors.csv?district=north&bom=true", ("u-1", "u-3", "u-9"), ()),
        ("/errors.csv?district=north&severity=warning", ("u-3",), ("u-1", "u-9")),
        (f"{ASHGROVE}.csv?code=MISSING_NAME", ("u-1",), ("u-3", "u-9")),
    ):
        async with visited.http.get(path) as answer:
            assert (answer.status, answer.content_type) == (200, "text/csv"), path
            text = (await answer.read()).decode()
        assert all(key in text for key in there) and not any(key in text for key in lacking), path


async def test_without_errors_the_pages_say_so(north: Dashboard) -> None:
    await signed_in(north)
    assert "No record needs anybody." in await page(north, "/errors?district=north")
    assert "Nothing was synced yet" in await page(north, ASHGROVE)
    await north.handle(completed(uuid4()))
    assert "could be taken as it is" in await page(north, ASHGROVE)
