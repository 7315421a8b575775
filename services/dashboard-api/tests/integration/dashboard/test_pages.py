"""What the pages say, for schools and runs that stand in every way they can."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

from common.events import (
    Event,
    NoticeFailed,
    NoticeSent,
    PlanMade,
    SyncErrorsFound,
    SyncFailed,
    SyncProgressed,
    SyncRefused,
    SyncRequested,
)
from dashboard_api.api.answers import encode_cursor

from .surroundings import Dashboard, completed, fetched, found_error, school
from .surroundings import north as north_with
from .visiting import send

EMAIL = "a.rossi@north.example"
RUN = uuid4()
ABOUT: dict[str, Any] = {"district_id": "north", "run_id": RUN, "school_id": school("1")}
OTHER = uuid4()

RUNS: dict[str, tuple[list[Event], list[str]]] = {
    "waiting for a worker": (
        [SyncRequested(**ABOUT, mode="full")],
        ["Waiting for a worker", "it begins as soon as a worker is free", "so far"],
    ),
    "reading an unknown number": (
        [SyncProgressed(**ABOUT, phase="fetching", done=1200)],
        ["Reading the roster · 1,200 records. This page follows it."],
    ),
    "applying": (
        [
            fetched(RUN),
            PlanMade(**ABOUT, operations={"user": {"create": 588}}),
            SyncProgressed(**ABOUT, phase="applying", done=340, total=588),
        ],
        ["340 of 588 operations", '<progress max="588" value="340"', "588 operations planned"],
    ),
    "refused": (
        [SyncRefused(**ABOUT, reason="already_running", running_run_id=OTHER)],
        ["Not started", "Another run of this school was under way.", f'href="/runs/{OTHER}"', "not reached"],
    ),
    "failed": (
        [SyncFailed(**ABOUT, mode="full", phase="fetching", code="AUTH_INVALID", detail="401 from sis.example.")],
        ["Failed", "The source refuses the credentials. 401 from sis.example.", "What to do: Renew the credentials"],
    ),
    "failed with a code of another version": (
        [SyncFailed(**ABOUT, mode="full", phase="applying", code="NEW_CODE")],
        ["An error that this version has no words for"],
    ),
    "completed with errors": (
        [
            fetched(RUN),
            SyncErrorsFound(**ABOUT, phase="fetching", part=0, errors=(found_error(), found_error("<b>NEW</b>"))),
            completed(RUN, outcome="with_errors", errors=2),
            NoticeSent(**ABOUT, channel="email", recipient_id="a"),
            NoticeFailed(**ABOUT, channel="email", recipient_id="b", detail="no such mailbox"),
        ],
        ["Completed with errors", "2 records could not be taken", "A name or title is blank", "Source administrator",
         "u-17", "&lt;b&gt;NEW&lt;/b&gt;", "1 e-mail sent", "1 could not be delivered",
         "3,521 actions performed in Moodle"],
    ),
    "nothing to do": (
        [completed(RUN, outcome="nothing_to_do", actions={})],
        ["Moodle holds what is shared already; nothing was sent."],
    ),
    "previewed": ([completed(RUN, outcome="previewed", actions={})], ["A dry run: this is what would be done."]),
    "previewed, with nothing to do": (
        [PlanMade(**ABOUT, operations={}), completed(RUN, outcome="previewed", actions={})],
        ["nothing would change, since Moodle holds what is shared already", "Run full sync …"],
    ),
    "held": (
        [PlanMade(**ABOUT, operations={"user": {"suspend": 64}}), completed(RUN, outcome="held", actions={})],
        ["Removals wait for a decision.", "waits for a decision</span>", "nothing yet"],
    ),
    "refreshed": (
        [completed(RUN, mode="refresh", outcome="refreshed", actions={})], ["The roster was read and counted."]
    ),
}  # fmt: skip


async def page(dashboard: Dashboard, path: str) -> str:
    async with dashboard.http.get(path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def test_a_run_page_says_how_the_run_stands(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    for story, (events, sentences) in RUNS.items():
        run_id = uuid4()
        for event in events:
            await north.handle(event.model_copy(update={"run_id": run_id}))
        text = await page(north, f"/runs/{run_id}")
        for sentence in sentences:
            assert sentence in text, (story, sentence)


async def test_the_schools_page_says_how_each_school_stands(north: Dashboard) -> None:
    names = {"1": "Ashgrove", "2": "Beech Hill", "3": "Calder", "4": "Dunmore", "5": "Eastfield", "6": "Gone"}
    await north.declare(north_with(schools=[{"source_id": key} for key in ("1", "2", "3", "4", "6")]))
    await north.list_schools(names)
    await north.list_schools({key: name for key, name in names.items() if key != "6"})
    for event in (fetched(uuid4()), completed(uuid4()), completed(uuid4(), "2", errors=17, outcome="with_errors")):
        await north.handle(event)
    failed = {"district_id": "north", "run_id": uuid4(), "school_id": school("3"), "mode": "full", "phase": "fetching"}
    await north.handle(SyncFailed.model_validate({**failed, "code": "SOURCE_UNREACHABLE"}))
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    text = await page(north, "/schools")
    for words in (
        "17 records to look at", "last sync failed: The source does not answer",
        "run its first full sync",
        "Choose its Moodle", "No longer shared", "Run partial sync · 4", "Run full sync · 4 schools",
        "The last sync of 1 school failed.",
    ):  # fmt: skip
        assert words in text, words
    assert "Calder" in await page(north, "/schools?status=with_errors")
    assert "Ashgrove" not in await page(north, "/schools?status=with_errors")
    assert "No school fits." in await page(north, "/schools?search=nowhere")


async def test_the_schools_page_tells_runs_that_wait_from_those_at_work(north: Dashboard) -> None:
    for key, event in {
        "1": SyncRequested(district_id="north", run_id=uuid4(), school_id=school("1"), mode="full"),
        "2": SyncProgressed(district_id="north", run_id=uuid4(), school_id=school("2"), phase="fetching", done=1),
    }.items():
        await north.handle(completed(uuid4(), key, outcome="held", actions={}))
        await north.handle(event)
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    text = await page(north, "/schools")
    for words in ("It begins when it is its turn.", "</span>waiting</a>", "</span>running</a>", "<progress"):
        assert text.count(words) == 1, words
    assert "1 of the last sync was not clean" in text


async def test_families_that_are_not_synced_are_said_to_be_only_counted(north: Dashboard) -> None:
    await north.handle(fetched(uuid4(), counts={"user": 9, "student": 4, "guardian": 5}))
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    words = "Families are counted, but not synced: family sharing is off."
    assert words in await page(north, "/schools")
    await north.pool.execute("""UPDATE district SET policy = '{"families": true}'""")
    assert words not in await page(north, "/schools")


async def test_a_district_without_a_source_leads_to_its_set_up(north: Dashboard) -> None:
    await north.pool.execute("DELETE FROM school")
    await north.pool.execute("DELETE FROM source")
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    text = await page(north, "/schools")
    assert "no source yet" in text and 'href="/settings/new?district=north"' in text
    assert "This takes a moment" not in text


async def test_names_are_text_wherever_they_come_from(north: Dashboard) -> None:
    await north.list_schools({"1": "<script>alert(1)</script>"})
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    assert "<script>alert" not in await page(north, "/schools?search=<script>alert(2)</script>")


async def test_every_page_of_the_frame_says_what_comes_first_while_there_is_no_district(dashboard: Dashboard) -> None:
    await dashboard.operator(EMAIL)
    await dashboard.sign_in(EMAIL)
    for path in ("/schools", "/runs", "/holds", "/consents", "/errors", "/devices", "/find", "/devices/new"):
        assert "Set up a district" in await page(dashboard, path), path
    assert "Settings" in await page(dashboard, "/settings")


async def test_all_that_match_are_more_than_those_that_are_ticked(north: Dashboard) -> None:
    await north.list_schools({"1": "Ashgrove", "2": "Beech Hill", "3": "Calder"})
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    ticked = f"/schools/act?district=north&act=full&chosen={school('1')}&status=&search="
    assert "Full sync of Ashgrove?" in await page(north, ticked)
    assert "Full sync of 3 schools?" in await page(north, f"{ticked}&matching=1")
    assert "Full sync of Beech Hill?" in await page(north, f"{ticked}beech&matching=1")


async def test_pausing_and_resuming_are_about_the_schools_that_they_change(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    acts, first = "/schools/act?district=north", school("1")
    status, text = await send(north, acts, act="resume", chosen=str(first))
    assert (status, "is not paused, so there is nothing to resume" in text) == (409, True)
    await send(north, acts, act="pause", chosen=str(first))
    both = f"&chosen={first}&chosen={school('2')}"
    text = await page(north, f"{acts}&act=pause{both}")
    for words in ("Pause the nightly sync of Beech Hill School?", "Pause 1 school", "1 more school is paused already"):
        assert words in text, words
    _, address = await send(north, acts, act="pause", matching="1")
    assert "The nightly sync of 1 school is paused." in await page(north, address)
    for form, words in (
        ({"chosen": str(first)}, "The nightly sync of Ashgrove Primary is paused already."),
        ({"matching": "1"}, "The nightly sync of all these 2 schools is paused already."),
        ({}, "The nightly sync of all these 2 schools is paused already."),
    ):
        status, text = await send(north, acts, act="pause", **form)
        assert (status, words in text) == (409, True), form
    assert "Resume the nightly sync of 2 schools?" in await page(north, f"{acts}&act=resume&matching=1")
    _, address = await send(north, acts, act="resume")
    assert "The nightly sync of 2 schools is on again." in await page(north, address)


async def test_a_school_of_others_cannot_be_asked_about(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    async with north.http.get(f"/schools/act?district=north&act=full&chosen={uuid4()}") as answer:
        assert answer.status == 404


async def test_colours_can_follow_the_device_again(north: Dashboard) -> None:
    for theme, shown in (("dark", 'data-theme="dark"'), ("", "<html lang")):
        async with north.http.post("/theme", data={"theme": theme, "back": "/sign-in"}) as answer:
            text = await answer.text()
            assert (answer.status, shown in text, "data-theme" in text) == (200, True, theme == "dark")


async def test_a_form_with_strange_characters_is_refused_and_breaks_nothing(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    async with north.http.post("/sign-out", data={"csrf": "１２３"}) as answer:
        assert answer.status == 403


async def test_the_way_through_the_audit_log_stays_in_it(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    await north.pool.execute(
        """
        INSERT INTO audit (district_id, actor, action, subject)
        SELECT 'north', 'somebody', 'order', 'order/' || n FROM generate_series(1, 120) n
        """
    )
    text = await page(north, "/settings/audit?district=north&what=order")
    (following,) = re.findall(r'href="([^"]+)" rel="next"', text)
    assert "Audit log" in await page(north, unescape(following))
    async with north.http.get(
        "/settings/audit", params={"district": "north", "after": str(encode_cursor(["9" * 30]))}
    ) as answer:
        assert answer.status == 400
