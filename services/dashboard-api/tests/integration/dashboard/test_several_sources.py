"""A district whose schools come from several sources: declared, listed, shown, changed and taken away again."""

import asyncio
from pathlib import Path
from typing import Any

import yaml

from common.bus import Bus
from common.events import SchoolsListed, SchoolsNotListed, SettingsChanged
from common.testing.probe import EventProbe

from .surroundings import CLEVER, NORTH, TWO_SOURCES, Dashboard, publish, school
from .surroundings import north as north_with
from .test_command_line import rosterbus
from .test_declaring import put

EMAIL = "a.rossi@north.example"
BOTH = north_with(**TWO_SOURCES)


async def shared(dashboard: Dashboard) -> list[tuple[Any, ...]]:
    rows = await dashboard.pool.fetch(
        "SELECT source_id, source_school_id, name, target_id IS NOT NULL FROM school WHERE shared ORDER BY 1, 2"
    )
    return [tuple(row) for row in rows]


async def with_both(dashboard: Dashboard) -> None:
    """Both sources have told their schools; one id stands for a school at each."""
    await dashboard.declare(BOTH)
    await dashboard.list_schools({"1": "Ashgrove Primary", "2": "Beech Hill School"}, source_id="sis")
    await dashboard.list_schools({"1": "Hazelmere Primary"}, source_id="clever")


async def test_schools_are_those_of_all_sources_and_known_by_source_and_id(dashboard: Dashboard) -> None:
    await with_both(dashboard)
    assert await shared(dashboard) == [
        ("clever", "1", "Hazelmere Primary", True),
        ("sis", "1", "Ashgrove Primary", True),
        ("sis", "2", "Beech Hill School", True),
    ]
    ids = {row["id"] for row in await dashboard.pool.fetch("SELECT id FROM school WHERE source_school_id = '1'")}
    assert ids == {school("1", source_id="sis"), school("1", source_id="clever")}


async def test_a_listing_of_one_source_leaves_the_others_schools_alone(dashboard: Dashboard) -> None:
    await with_both(dashboard)
    await dashboard.list_schools({"2": "Beech Hill School"}, source_id="sis")
    assert [row[:2] for row in await shared(dashboard)] == [("clever", "1"), ("sis", "2")]


async def test_a_listing_that_names_no_source_is_about_all_of_them(dashboard: Dashboard) -> None:
    await dashboard.declare(BOTH)
    await dashboard.write_listing({"1": "Ashgrove Primary"}, source_id="sis")
    await dashboard.write_listing({"1": "Hazelmere Primary"}, source_id="clever")
    await dashboard.handle(SchoolsListed(district_id="north", schools=2, listing=1))
    assert [row[:2] for row in await shared(dashboard)] == [("clever", "1"), ("sis", "1")]
    assert await dashboard.pool.fetchval("SELECT listed_at IS NOT NULL FROM district_overview") is True


async def test_a_source_that_could_not_tell_does_not_hide_behind_one_that_could(dashboard: Dashboard) -> None:
    await dashboard.declare(BOTH)
    await dashboard.handle(
        SchoolsNotListed(district_id="north", source_id="clever", code="AUTH_INVALID", detail="The token was refused.")
    )
    await dashboard.list_schools({"1": "Ashgrove Primary"}, source_id="sis")
    status, district = await get(dashboard, "/api/v1/districts/north")
    assert (status, district["listed_at"], district["listing_error"]) == (200, None, "The token was refused.")
    told = {source["id"]: (source["schools"], source["listing_error_code"]) for source in district["sources"]}
    assert told == {"clever": (0, "AUTH_INVALID"), "sis": (1, None)}


async def test_a_failure_that_names_no_source_is_about_those_that_had_not_told(dashboard: Dashboard) -> None:
    await dashboard.declare(BOTH)
    await dashboard.list_schools({"1": "Ashgrove Primary"}, source_id="sis")
    await dashboard.handle(SchoolsNotListed(district_id="north", code="INTERNAL", detail="Something went wrong."))
    rows = await dashboard.pool.fetch("SELECT id FROM source WHERE listing_error IS NOT NULL")
    assert [row["id"] for row in rows] == ["clever"]


async def test_a_list_sets_up_schools_by_source_and_id(dashboard: Dashboard) -> None:
    await with_both(dashboard)
    await dashboard.declare({**BOTH, "schools": [{"source_id": "1", "source": "clever"}]})
    assert [row[:2] for row in await shared(dashboard) if row[3]] == [("clever", "1")]


async def test_applying_again_writes_only_the_sources_that_differ(dashboard: Dashboard) -> None:
    async def sealed() -> dict[str, bytes]:
        return {row["id"]: row["secrets"] for row in await dashboard.pool.fetch("SELECT id, secrets FROM source")}

    await with_both(dashboard)
    before = await sealed()
    other = {**CLEVER, "token": "another-token-value"}
    await dashboard.declare({**BOTH, "sources": {**BOTH["sources"], "clever": other}})
    after = await sealed()
    assert after["sis"] == before["sis"]
    assert dashboard.context.box.open(after["clever"]) == {"token": "another-token-value"}
    detail = await dashboard.pool.fetchval("SELECT detail FROM audit ORDER BY id DESC LIMIT 1")
    assert (detail["changed_sources"], "another-token-value" in repr(detail)) == (["clever"], False)


async def test_a_source_whose_schools_are_set_up_is_not_taken_away(dashboard: Dashboard) -> None:
    await with_both(dashboard)
    status, problem = await put(dashboard, {**BOTH, "sources": {"clever": CLEVER}}, await dashboard.bearer())
    assert (status, problem["errors"][0]["key"]) == (422, "sources.sis")
    assert problem["errors"][0]["detail"].startswith(
        "sources.sis is not declared any more, but 2 schools of it are set up; put it back"
    )
    assert len(await shared(dashboard)) == 3


async def test_a_source_goes_with_its_schools_once_none_is_set_up(dashboard: Dashboard) -> None:
    await with_both(dashboard)
    await dashboard.declare({**BOTH, "schools": [{"source_id": "1", "source": "clever"}]})
    await dashboard.declare({**BOTH, "sources": {"clever": CLEVER}})
    assert [row[:2] for row in await shared(dashboard)] == [("clever", "1")]
    assert await dashboard.pool.fetchval("SELECT count(*) FROM source") == 1


async def test_a_source_whose_schools_are_all_unshared_may_go(dashboard: Dashboard) -> None:
    await with_both(dashboard)
    await dashboard.list_schools({}, source_id="sis")
    await dashboard.declare({**BOTH, "sources": {"clever": CLEVER}})
    assert await dashboard.pool.fetchval("SELECT count(*) FROM school") == 1


async def test_another_districts_sources_stay(dashboard: Dashboard) -> None:
    await with_both(dashboard)
    await dashboard.declare(north_with(district={**NORTH["district"], "id": "south"}))
    assert await dashboard.pool.fetchval("SELECT count(*) FROM source WHERE district_id = 'north'") == 2


async def test_pages_and_lists_say_where_each_school_is_from(dashboard: Dashboard) -> None:
    await with_both(dashboard)
    await dashboard.handle(
        SchoolsNotListed(district_id="north", source_id="clever", code="AUTH_INVALID", detail="The token was refused.")
    )
    await dashboard.operator(EMAIL)
    await dashboard.sign_in(EMAIL)
    async with dashboard.http.get("/schools") as answer:
        text = await answer.text()
    for words in (
        "3 schools · 2 sources · 3 set up for North Moodle", '"sub">Clever</span>', '"sub">OneRoster</span>',
        "Clever could not tell which schools it shares.</strong> The token was refused.",
    ):  # fmt: skip
        assert words in text, words
    listed = await rosterbus(dashboard, "schools")
    assert [line.split()[:4] for line in listed.out.splitlines()[1:]] == [
        ["Ashgrove", "Primary", "1", "sis"], ["Beech", "Hill", "School", "2"], ["Hazelmere", "Primary", "1", "clever"],
    ]  # fmt: skip
    _, page = await get(dashboard, "/api/v1/schools")
    assert [(s["source_id"], s["source"]) for s in page["schools"]] == [
        ("sis", "oneroster"), ("sis", "oneroster"), ("clever", "clever"),
    ]  # fmt: skip


async def test_the_one_source_is_named_above_the_list(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    async with north.http.get("/schools") as answer:
        text = await answer.text()
    assert "2 schools from OneRoster" in text
    assert "Source" not in (await rosterbus(north, "schools")).out


async def test_a_school_is_named_with_its_source_where_ids_repeat(dashboard: Dashboard) -> None:
    await with_both(dashboard)
    unclear = await rosterbus(dashboard, "sync", "1")
    assert "1 may be several schools: Ashgrove Primary (sis/1), Hazelmere Primary (clever/1)" in unclear.err
    ordered = await rosterbus(dashboard, "sync", "clever/1")
    assert ordered.code == 0, ordered.err
    assert await dashboard.pool.fetchval("SELECT school_id FROM run") == school("1", source_id="clever")


def write_two(folder: Path) -> Path:
    """The district file of both sources."""
    whole = {**NORTH, "target": {**NORTH["target"], "token_env": "TOKEN"}}
    del whole["source"], whole["target"]["token"]
    sis = {**NORTH["source"], "client_id_env": "TOKEN", "client_secret_env": "TOKEN"}
    clever = {**CLEVER, "token_env": "TOKEN"}
    del sis["client_id"], sis["client_secret"], clever["token"]
    file = folder / "district.yaml"
    file.write_text(yaml.safe_dump({**whole, "sources": {"sis": sis, "clever": clever}}))
    return file


async def test_apply_waits_for_all_sources_and_names_each_schools(
    delivering: Dashboard, bus: Bus, probe: EventProbe, tmp_path: Path
) -> None:
    await delivering.list_schools({})
    command = asyncio.create_task(rosterbus(delivering, "apply", "-f", str(write_two(tmp_path)), TOKEN="value"))
    await probe.wait_for(SettingsChanged, 2)
    await delivering.write_listing({"1": "Ashgrove Primary"}, source_id="sis")
    await delivering.write_listing({"1": "Hazelmere Primary"}, source_id="clever")
    for source_id in ("sis", "clever"):
        await publish(bus, SchoolsListed(district_id="north", source_id=source_id, schools=1, listing=1))
    ended = await command
    assert ended.code == 0, ended.err
    assert [line.split()[2:4] for line in ended.out.splitlines()[1:3]] == [["sis", "1"], ["clever", "1"]]
    assert "2 schools shared, 2 set up" in ended.out


async def test_apply_says_which_source_could_not_tell_and_which_did_not(
    delivering: Dashboard, bus: Bus, probe: EventProbe, tmp_path: Path
) -> None:
    await delivering.list_schools({})
    arguments = ("apply", "-f", str(write_two(tmp_path)), "--timeout", "2")
    command = asyncio.create_task(rosterbus(delivering, *arguments, TOKEN="value"))
    await probe.wait_for(SettingsChanged, 2)
    refusal = {"source_id": "clever", "code": "AUTH_INVALID", "detail": "The token was refused."}
    await publish(bus, SchoolsNotListed(district_id="north", **refusal))
    ended = await command
    assert ended.code == 1
    assert "its source clever could not tell which schools it shares (AUTH_INVALID). The token was" in ended.err
    assert "roster-fetcher has not told which schools its source sis shares." in ended.err


async def get(dashboard: Dashboard, path: str) -> tuple[int, dict[str, Any]]:
    async with dashboard.http.get(path, headers=await dashboard.bearer()) as answer:
        return answer.status, await answer.json(content_type=None)
