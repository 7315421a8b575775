"""The page of a plan: what a run does, would do, or did, one by one."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common.events import SyncRequested

from .surroundings import Dashboard, completed, school
from .visiting import VIEWER, page, send, signed_in
from .workers import Workers


@pytest.fixture
async def run_id(north: Dashboard, workers: Workers) -> UUID:
    """A run of the first school with an account that was made, one that failed, and two places that end."""
    run_id = await workers.plan(uuid4(), messages=3)
    await workers.link("course", "c-1", 31, {"fullname": "Maths 7A"})
    await workers.link("user", "u-2", 18, {"firstname": "<b>Ada</b>", "lastname": "Quill"})
    await workers.operation(
        run_id, "user", "update", "u-1", state="done", before={"lastname": "Quill"},
        after={"firstname": "Zoë", "lastname": "Byron"},
    )  # fmt: skip
    await workers.operation(
        run_id, "user", "create", "u-3", state="failed", after={"firstname": "Max"}, code="LMS_WRITE_REJECTED",
        answer="invalid <e-mail>",
    )  # fmt: skip
    for key in ("u-2", "u-3"):
        await workers.operation(
            run_id, "enrolment", "unenrol", "c-1", user_key=key, graded=key == "u-2", after={"role_id": 5}
        )
    await north.handle(completed(run_id))
    return run_id


async def test_it_says_what_is_done_from_what_to_what_and_what_became_of_it(north: Dashboard, run_id: UUID) -> None:
    await signed_in(north)
    text = await page(north, f"/runs/{run_id}/plan")
    for words in (
        "2 students lose access to 1 course; 1 has graded work.", "Moodle may send 3 welcome messages.",
        "<del>Quill</del>", "<ins>Byron</ins>", "Family name", "Un-enrol", "Maths 7A", "&lt;b&gt;Ada&lt;/b&gt; Quill",
        "graded work", "Moodle: “invalid &lt;e-mail&gt;”", "operations.csv?bom=true",
        f"/records/user/u-1?district=north&amp;school={school('1')}", "/records/enrolment/c-1/u-2?",
        f"/runs/{run_id}/plan?entity=enrolment&amp;kind=unenrol#list",
    ):  # fmt: skip
        assert words in text, words


async def test_it_is_narrowed_by_address_and_searched_by_form(north: Dashboard, run_id: UUID) -> None:
    await signed_in(north)
    path = f"/runs/{run_id}/plan"
    for query, there, gone in (
        ("?entity=user&kind=&state=", "Byron", "Un-enrol ·"),
        ("?removals=true", "Maths 7A", "<ins>Byron"),
        ("?graded=true", "Maths 7A", "u-3</code>"),
        ("?state=failed", "invalid", "Maths 7A"),
        ("?kind=nonsense", "Byron", "Nothing fits."),
        ("?entity=user&removals=true", "Nothing fits.", "Byron"),
    ):
        text = (await page(north, path + query)).partition("</form>\n</div>")[2]
        assert (there in text, gone in text) == (True, False), query
    status, text = await send(north, f"{path}?entity=enrolment", text="quill")
    assert (status, "u-2</code>" in text, "u-3</code>" in text, "What fits “quill”" in text) == (200, True, False, True)
    assert "quill" not in text.partition("What fits")[0].partition("csv?")[2].partition('"')[0]


async def test_a_preview_leads_to_the_run_in_earnest(north: Dashboard, workers: Workers) -> None:
    await signed_in(north)
    scopes: list[tuple[dict[str, Any], str]] = [
        ({}, f"act=full&amp;chosen={school('1')}"),
        ({"scope": {"entity": "user", "key": "u-1"}}, "/records/sync?entity=user&amp;key=u-1"),
    ]
    for facts, link in scopes:
        run_id = await workers.plan(uuid4(), dry_run=True, **facts)
        await workers.operation(run_id, "user", "create", "u-1")
        await north.handle(completed(run_id, outcome="previewed", dry_run=True))
        text = await page(north, f"/runs/{run_id}/plan")
        for words in ("Nothing was sent to Moodle.", "Run it now", link):
            assert words in text, words
    await signed_in(north, VIEWER, role="viewer", districts=["north"])
    assert "Run it now" not in await page(north, f"/runs/{run_id}/plan")


async def test_a_run_without_a_plan_says_so(north: Dashboard, workers: Workers) -> None:
    await signed_in(north)
    run_id = uuid4()
    await north.handle(completed(run_id))
    text = await page(north, f"/runs/{run_id}/plan")
    assert "Nothing is planned for this run yet" in text and "Event id" in text
    await workers.plan(run_id)
    under_way = await workers.plan(uuid4(), planned_at=None)
    await north.handle(SyncRequested(district_id="north", run_id=under_way, school_id=school("1"), mode="full"))
    assert "The plan is being made" in await page(north, f"/runs/{under_way}/plan")
    text = await page(north, f"/runs/{run_id}/plan")
    assert "There is nothing to do" in text
    assert "Nothing changes." in text
