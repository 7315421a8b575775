"""Two runs of a school compared, on a page."""

from uuid import UUID, uuid4

import pytest

from .surroundings import Dashboard, fetched
from .visiting import page, signed_in
from .workers import Workers, person


@pytest.fixture
async def compared(north: Dashboard, workers: Workers) -> tuple[UUID, UUID]:
    """Somebody came, somebody left, and somebody has a new name that could be markup."""
    await signed_in(north)
    stays = {("user", f"u-{n}"): person(f"Stays{n}") for n in range(3)}
    old = await workers.snapshot({**stays, ("user", "u-8"): person("Ada"), ("user", "u-9"): person("Leaver")})
    new = await workers.snapshot({**stays, ("user", "u-8"): person("<b>Ada</b>"), ("class", "c-1"): {"title": "Maths"}})
    for number, run_id in (old, new):
        await north.handle(fetched(run_id, snapshot=number))
    return old[1], new[1]


async def test_what_differs_is_said_record_by_record_and_field_by_field(
    north: Dashboard, compared: tuple[UUID, UUID]
) -> None:
    before, after = compared
    text = await page(north, f"/runs/compare?before={before}&after={after}")
    for words in (
        "3 records differ", "First name", "<del>Ada</del>", "<ins>&lt;b&gt;Ada&lt;/b&gt;</ins>", "Maths", "Leaver",
        "removed", "added", f"/api/v1/runs/{before}/compare/{after}?format=csv", "/records/user/u-8?district=north",
    ):  # fmt: skip
        assert words in text, words
    classes = await page(north, f"/runs/compare?before={before}&after={after}&entity=class")
    assert "Maths" in classes and "Leaver" not in classes


async def test_a_run_compared_with_itself_differs_in_nothing(north: Dashboard, compared: tuple[UUID, UUID]) -> None:
    text = await page(north, f"/runs/compare?before={compared[0]}&after={compared[0]}")
    assert "Both runs read the same snapshot" in text and "Nothing differs" in text


async def test_only_runs_of_one_school_that_read_it_are_compared(north: Dashboard, compared: tuple[UUID, UUID]) -> None:
    other = uuid4()
    await north.handle(fetched(other, "2"))
    assert "different schools" in await page(north, f"/runs/compare?before={compared[0]}&after={other}", 409)
    await page(north, f"/runs/compare?before={compared[0]}&after={uuid4()}", 404)
