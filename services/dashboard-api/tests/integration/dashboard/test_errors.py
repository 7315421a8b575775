"""The data errors that stand: kept from run to run, gone when solved, across schools and by cause."""

import csv
import io
import random
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from common.events import Event, SyncCompleted, SyncErrorsFound, SyncRequested

from .asking import get, get_text, south_too
from .surroundings import BEGINNING, Dashboard, completed, found_error, school
from .test_command_line import rosterbus
from .workers import Workers, person

HOUR = timedelta(hours=1)
FIRST, SECOND = UUID(int=1), UUID(int=2)


def found(
    run_id: UUID, *ids: str, key: str = "1", phase: Literal["fetching", "applying"] = "fetching", **more: Any
) -> SyncErrorsFound:
    errors = [found_error(source_id=id_).model_copy(update=more) for id_ in ids]
    return SyncErrorsFound(
        district_id="north", run_id=run_id, school_id=school(key), phase=phase, part=0, errors=tuple(errors)
    )


async def stand(dashboard: Dashboard, key: str = "1") -> list[tuple[str, int]]:
    """Who is told of, and in which hour that was first."""
    rows = await dashboard.pool.fetch(
        "SELECT source_key, first_seen_at FROM run_error WHERE school_id = $1 ORDER BY 1", school(key)
    )
    return [(row["source_key"], round((row["first_seen_at"] - BEGINNING) / HOUR)) for row in rows]


async def tell(dashboard: Dashboard, *story: Event, start: int = 0) -> None:
    """An event each hour."""
    for hour, event in enumerate(story, start):
        await dashboard.handle(event, at=BEGINNING + hour * HOUR)


async def causes(dashboard: Dashboard, query: str = "", **caller: Any) -> list[tuple[str, str, int, int]]:
    _, body = await get(dashboard, f"/errors/causes{query}", await dashboard.bearer(**caller))
    return [(one["code"], one["severity"], one["records"], one["schools"]) for one in body["causes"]]


STORY = (
    found(FIRST, "u-1", "u-2"),
    completed(FIRST, errors=2, outcome="with_errors"),
    found(SECOND, "u-2", "u-3"),
    completed(SECOND, errors=2, outcome="with_errors"),
)


async def test_an_error_that_is_found_again_keeps_since_when_it_stands_and_a_solved_one_goes(north: Dashboard) -> None:
    await tell(north, *STORY)
    assert await stand(north) == [("u-2", 0), ("u-3", 2)]


@pytest.mark.parametrize("seed", range(4))
async def test_the_same_errors_stand_whatever_comes_first_and_however_often(north: Dashboard, seed: int) -> None:
    told = [(hour, event) for hour, event in enumerate(STORY)] * 2
    random.Random(seed).shuffle(told)
    for hour, event in told:
        await north.handle(event, at=BEGINNING + hour * HOUR)
    assert await stand(north) == [("u-2", 0), ("u-3", 2)]
    assert await causes(north) == [("MISSING_NAME", "error", 2, 1)]


async def test_errors_of_the_run_before_stand_until_the_next_has_ended(north: Dashboard) -> None:
    await tell(north, *STORY[:3])
    assert await stand(north) == [("u-1", 0), ("u-2", 0), ("u-3", 2)]


@pytest.mark.parametrize("outcome", ["refreshed", "previewed"])
async def test_a_run_that_only_looked_solves_what_is_of_the_roster_and_nothing_else(
    north: Dashboard, outcome: str
) -> None:
    await tell(north, found(FIRST, "u-1"), found(FIRST, "c-1", phase="applying"), completed(FIRST), start=0)
    await north.handle(completed(SECOND, outcome=outcome), at=BEGINNING + 9 * HOUR)
    assert await stand(north) == [("c-1", 1)]


@pytest.mark.parametrize("kind", ["undo", "rebuild"])
async def test_a_run_that_reads_no_roster_solves_nothing(north: Dashboard, kind: str) -> None:
    about = {"district_id": "north", "run_id": SECOND, "school_id": school("1")}
    await tell(
        north,
        found(FIRST, "u-1"),
        completed(FIRST),
        SyncRequested.model_validate({**about, "kind": kind, "mode": "full"}),
    )
    await north.handle(completed(SECOND), at=BEGINNING + 9 * HOUR)
    assert await stand(north) == [("u-1", 0)]


async def test_a_run_of_one_class_solves_nothing_that_moodle_said_of_the_others(north: Dashboard) -> None:
    narrow = SyncRequested.model_validate(
        {"district_id": "north", "run_id": SECOND, "school_id": school("1"), "mode": "full",
         "scope": {"entity": "class", "key": "c-2"}}
    )  # fmt: skip
    await tell(north, found(FIRST, "c-1", phase="applying"), narrow, completed(SECOND))
    assert await stand(north) == [("c-1", 0)]


async def test_a_cancelled_run_solves_nothing(north: Dashboard) -> None:
    cancelled = SyncCompleted.model_validate({**completed(SECOND).model_dump(), "outcome": "cancelled"})
    await tell(north, found(FIRST, "u-1"), completed(FIRST), cancelled)
    assert await stand(north) == [("u-1", 0)]


async def test_the_errors_of_one_school_are_not_those_of_another(north: Dashboard) -> None:
    await tell(north, found(FIRST, "u-1"), found(uuid4(), "u-1", key="2"), completed(SECOND))
    assert (await stand(north), await stand(north, "2")) == ([], [("u-1", 1)])


async def test_rows_of_schools_count_errors_by_severity(north: Dashboard) -> None:
    await tell(north, found(FIRST, "u-1", "u-2"), found(FIRST, "u-3", code="EMAIL_INVALID", severity="warning"))
    _, body = await get(north, "/schools", await north.bearer())
    assert [one["errors_by_severity"] for one in body["schools"]] == [{"error": 2, "warning": 1}, {}]
    _, district = await get(north, "/districts/north", await north.bearer())
    assert district["errors_by_severity"] == {"error": 2, "warning": 1}


async def test_causes_add_up_over_schools_and_are_in_words(north: Dashboard) -> None:
    await tell(
        north, found(FIRST, "u-1", "u-2"), found(uuid4(), "u-1", key="2"),
        found(uuid4(), "u-9", key="2", code="EMAIL_INVALID", severity="warning"),
    )  # fmt: skip
    assert await causes(north) == [("MISSING_NAME", "error", 3, 2), ("EMAIL_INVALID", "warning", 1, 1)]
    assert await causes(north, "?severity=warning") == [("EMAIL_INVALID", "warning", 1, 1)]
    assert await causes(north, f"?school={school('1')}&code=MISSING_NAME") == [("MISSING_NAME", "error", 2, 1)]
    _, body = await get(north, "/errors/causes", await north.bearer())
    assert body["causes"][0]["since"].startswith("2026-11-22T12:00")
    assert all(body["causes"][0][words] for words in ("title", "cause", "remedy", "who"))


async def test_errors_are_paged_and_filtered_and_say_whose_they_are(north: Dashboard, workers: Workers) -> None:
    await workers.snapshot({("user", "u-1"): person("Ada")})
    await tell(north, found(FIRST, "u-1", "u-2", "u-3"), found(uuid4(), "u-4", key="2", code="EMAIL_INVALID"))
    headers = await north.bearer()
    pages, after = [], ""
    while after is not None:
        _, body = await get(north, f"/errors?limit=3&after={after}" if after else "/errors?limit=3", headers)
        pages.append([(one["code"], one["source_id"], one["school"], one["name"]) for one in body["errors"]])
        after = body["next"]
    first = [
        ("EMAIL_INVALID", "u-4", "Beech Hill School", ""),
        ("MISSING_NAME", "u-1", "Ashgrove Primary", "Ada Quill"),
    ]
    assert pages[0][:2] == first
    assert [len(page) for page in pages] == [3, 1]
    for query, n in (
        ("code=MISSING_NAME", 3),
        ("entity=class", 0),
        (f"school={school('2')}", 1),
        ("severity=error", 4),
    ):
        _, body = await get(north, f"/errors?{query}", headers)
        assert len(body["errors"]) == n, query


async def test_a_cursor_of_another_list_is_refused(north: Dashboard) -> None:
    status, problem = await get(north, "/errors?after=WyJhIl0", await north.bearer())
    assert (status, problem["code"]) == (400, "bad_cursor")


async def test_errors_as_csv_say_what_to_do(north: Dashboard) -> None:
    await tell(north, found(FIRST, "u-1", detail="=1+1"))
    kind, text = await get_text(north, f"/errors.csv?school={school('1')}", await north.bearer())
    (row,) = csv.DictReader(io.StringIO(text))
    assert (kind, row["school"], row["id at the source"], row["detail"]) == (
        "text/csv",
        "Ashgrove Primary",
        "u-1",
        "'=1+1",
    )
    assert row["what happened"] and row["what to do"] and row["who"]


async def test_errors_are_for_those_who_may_see_the_district(north: Dashboard) -> None:
    await south_too(north)
    await tell(north, found(FIRST, "u-1"))
    assert (await get(north, "/errors"))[0] == (await get(north, "/errors/causes"))[0] == 401
    south = ["south"]
    assert await causes(north, districts=south) == await causes(north, "?district=north", districts=south) == []
    _, body = await get(north, "/errors?district=north", await north.bearer(districts=south))
    assert body["errors"] == []


async def test_the_command_shows_causes_records_json_and_csv(north: Dashboard) -> None:
    await tell(north, found(FIRST, "u-1", "u-2"), found(uuid4(), "u-3", key="2"))
    shown = await rosterbus(north, "errors", COLUMNS="240")
    assert shown.code == 0, shown.err
    assert "MISSING_NAME" in shown.out
    listed = await rosterbus(north, "errors", "--records", "--school", "Ashgrove Primary", "--json")
    assert [one["source_id"] for one in listed.json()] == ["u-1", "u-2"]
    assert (await rosterbus(north, "errors", "--json")).json()[0]["records"] == 3
    assert len((await rosterbus(north, "errors", "--csv", "--code", "MISSING_NAME")).out.splitlines()) == 4
    assert (await rosterbus(north, "errors", "--code", "NOTHING")).out == "There are no errors.\n"
