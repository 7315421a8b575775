"""The pages of one school: how it stands, whom it has, its runs, and who did what."""

from typing import Any
from uuid import uuid4

from common.events import Event, SyncErrorsFound, SyncFailed, SyncProgressed
from common.orders import SyncOrdered
from common.testing.probe import EventProbe

from .asking import south_too
from .surroundings import Dashboard, completed, fetched, found_error, school
from .surroundings import north as north_with
from .visiting import page, send, signed_in
from .workers import Workers, person

RUN = uuid4()
ABOUT: dict[str, Any] = {"district_id": "north", "run_id": RUN, "school_id": school("1")}
PATH = f"/schools/{school('1')}"

STORIES: list[tuple[list[Event], list[str]]] = [
    ([], ["It was never synced.", "Nothing was run yet", "Not read yet"]),
    (
        [SyncProgressed(**ABOUT, phase="fetching", done=1200)],
        ["A run is under way: Reading the roster · 1,200 records.", f'href="/runs/{RUN}"', "Cancel the running sync"],
    ),
    (
        [
            fetched(RUN),
            SyncErrorsFound(**ABOUT, phase="fetching", part=0, errors=(found_error(),)),
            completed(RUN, outcome="with_errors", errors=1),
        ],
        ["but 1 record could not be taken as it is", "A name or title is blank", "402", f"{PATH}/errors", "Since"],
    ),
    (
        [SyncFailed(**{**ABOUT, "run_id": uuid4()}, mode="full", phase="fetching", code="SOURCE_UNREACHABLE")],
        ["The last sync failed: The source does not answer. What is in Moodle stays as it was."],
    ),
    ([completed(uuid4())], ["The last sync went through without errors.", "3,521 created"]),
]  # fmt: skip


async def test_a_school_says_in_a_sentence_how_it_stands(north: Dashboard) -> None:
    await signed_in(north)
    for events, sentences in STORIES:
        for event in events:
            await north.handle(event)
        text = await page(north, PATH)
        for sentence in sentences:
            assert sentence in text, sentence


async def test_a_school_says_when_it_syncs_next_or_why_not(north: Dashboard) -> None:
    await signed_in(north)
    assert "No time is set, so it syncs only by hand." in await page(north, PATH)
    await north.pool.execute("UPDATE district SET nightly = '20:00'")
    assert " CET" in (text := await page(north, PATH)) or " CEST" in text
    await north.pool.execute("UPDATE school SET nightly_mode = 'paused', mode_reason = 'new <building>'")
    text = await page(north, PATH)
    assert "paused until somebody resumes it" in text and "new &lt;building&gt;" in text
    await north.declare(north_with(schools=[{"source_id": "2"}]))
    text = await page(north, PATH)
    assert "it has no Moodle yet" in text and "Choose its Moodle" in text


async def test_what_waits_is_counted_and_leads_to_the_decision(north: Dashboard, workers: Workers) -> None:
    await signed_in(north)
    run_id = await workers.plan(uuid4())
    hold = await workers.hold(run_id, operations={"enrolment": {"suspend": 31}})
    for event in (fetched(run_id), hold, completed(run_id, outcome="held", actions={})):
        await north.handle(event)
    text = await page(north, PATH)
    assert "31 operations wait for a decision" in text and f'href="/holds/{hold.hold_id}"' in text
    assert "Held" in text and ">31<" in text


async def test_people_are_found_without_their_names_in_an_address(north: Dashboard, workers: Workers) -> None:
    await signed_in(north)
    await workers.snapshot({("user", "u-1"): person("Zoë"), ("class", "c/1"): {"title": "Zoology"}})
    await workers.snapshot({("user", "u-2"): person("Zora")}, "2")
    status, text = await send(north, f"{PATH}/find", text="zo")
    assert status == 200 and "2 records found" in text and "Zora" not in text
    assert f'href="/records/class/c/1?district=north&amp;school={school("1")}"' in text
    assert "Student" in text and "Zoë Quill" in text and "not there" in text
    assert "Nobody and no class of" in (await send(north, f"{PATH}/find", text="<nobody>"))[1]


async def test_the_history_of_a_school_comes_in_pages(north: Dashboard) -> None:
    await signed_in(north)
    for _ in range(51):
        await north.handle(completed(uuid4()))
    await north.handle(completed(uuid4(), "2", actions={"user": {"create": 17}}))
    first = await page(north, f"{PATH}/runs")
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert "17 created" not in first and "1 run on this page" in await page(north, following)


async def test_the_audit_of_a_school_has_what_concerns_it_and_no_more(north: Dashboard) -> None:
    await signed_in(north)
    assert "Nobody did anything yet" in await page(north, f"{PATH}/audit")
    acts = "/schools/act?district=north"
    await send(north, acts, act="preview", chosen=str(school("1")))
    await send(north, acts, act="pause", chosen=str(school("1")), reason="new building")
    await send(north, acts, act="refresh", chosen=str(school("2")))
    text = await page(north, f"{PATH}/audit")
    for words in ("Ordered a preview: Full sync", "Changed the nightly sync", "new building", "<ins>paused</ins>"):
        assert words in text, words
    assert "Refresh of counts" not in text


async def test_links_are_found_anew_after_a_question(delivering: Dashboard, probe: EventProbe) -> None:
    await signed_in(delivering)
    assert "Nothing in Moodle is changed." in await page(delivering, f"{PATH}/rebuild")
    assert (await send(delivering, f"{PATH}/rebuild", reason="restored"))[0] == 303
    (event,) = await probe.wait_for(SyncOrdered)
    assert (event.kind, event.reason) == ("rebuild", "restored")


async def test_schools_of_others_are_not_there_and_viewers_only_look(north: Dashboard) -> None:
    await south_too(north)
    await signed_in(north, "s@south.example", role="viewer", districts=["south"])
    for path in ("", "/runs", "/audit", "/settings"):
        await page(north, f"{PATH}{path}", 404)
    await signed_in(north, "v@north.example", role="viewer", districts=["north"])
    assert "Run partial sync" not in await page(north, PATH)
    for path, fields in (("rebuild", {}), ("settings/schedule", {}), ("settings/mode", {"mode": "paused"})):
        assert (await send(north, f"{PATH}/{path}", **fields))[0] == 403, path
