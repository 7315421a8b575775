"""What differs between two runs, or two snapshots, of a school."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import pytest

from .asking import get, get_text, refused, south_too
from .surroundings import Dashboard, completed, fetched, school
from .workers import Records, Workers, person

FIRST: Records = {
    ("user", "u-1"): person("Ada"),
    ("user", "u-2"): person("Bo"),
    ("user", "u-3"): person("Cy"),
    ("class", "c-1"): {"title": "Maths 7A", "grades": ["07"]},
}
SECOND: Records = {
    ("user", "u-1"): person("Ada", "Byron", grade="08"),
    ("user", "u-3"): person("Cy"),
    ("user", "u-4"): person("Di"),
    ("class", "c-1"): {"title": "Maths 7A", "grades": ["07", "08"]},
}


@pytest.fixture
async def runs(north: Dashboard, workers: Workers) -> tuple[UUID, UUID]:
    """Two runs of a school that read different rosters; another district's school has moved too."""
    await south_too(north)
    for records in (SECOND, FIRST):
        await workers.snapshot(records, district_id="south")
    ids = []
    for number, records in enumerate((FIRST, SECOND), 1):
        _, run_id = await workers.snapshot(records)
        await north.handle(fetched(run_id, snapshot=number))
        ids.append(run_id)
    return ids[0], ids[1]


def brief(body: Any) -> list[Any]:
    return [(r["entity"], r["key"], r["change"], r["name"]) for r in body["records"]]


DIFFERENCES = [
    ("class", "c-1", "changed", "Maths 7A"),
    ("user", "u-1", "changed", "Ada Byron"),
    ("user", "u-2", "removed", "Bo Quill"),
    ("user", "u-4", "added", "Di Quill"),
]


async def test_two_runs_are_compared_record_by_record_and_field_by_field(
    north: Dashboard, runs: tuple[UUID, UUID]
) -> None:
    status, body = await get(north, f"/runs/{runs[0]}/compare/{runs[1]}", await north.bearer())
    assert (status, body["from"], body["to"], body["next"]) == (200, 1, 2, None)
    assert brief(body) == DIFFERENCES
    assert body["records"][1]["fields"] == [
        {"field": "family_name", "from": "Quill", "to": "Byron"},
        {"field": "grade", "from": None, "to": "08"},
    ]
    assert body["counts"] == {"class": {"changed": 1}, "user": {"changed": 1, "removed": 1, "added": 1}}


async def test_backwards_what_was_added_is_removed(north: Dashboard, runs: tuple[UUID, UUID]) -> None:
    _, body = await get(north, f"/schools/{school('1')}/compare?from=2&to=1", await north.bearer())
    assert body["counts"]["user"] == {"changed": 1, "removed": 1, "added": 1}
    assert [(r["key"], r["change"]) for r in body["records"] if r["change"] != "changed"] == [
        ("u-2", "added"),
        ("u-4", "removed"),
    ]


async def test_what_changed_and_changed_back_is_no_difference(
    north: Dashboard, workers: Workers, runs: tuple[UUID, UUID]
) -> None:
    await workers.snapshot(FIRST)
    headers = await north.bearer()
    _, same = await get(north, f"/schools/{school('1')}/compare?from=1&to=3", headers)
    _, itself = await get(north, f"/schools/{school('1')}/compare?from=2&to=2", headers)
    assert (same["records"], same["counts"], itself["records"]) == ([], {}, [])


async def test_differences_are_paged_and_filtered(north: Dashboard, runs: tuple[UUID, UUID]) -> None:
    path, headers = f"/runs/{runs[0]}/compare/{runs[1]}", await north.bearer()
    _, first = await get(north, f"{path}?limit=3", headers)
    _, rest = await get(north, f"{path}?limit=3&after={first['next']}", headers)
    assert brief(first) + brief(rest) == DIFFERENCES
    assert (rest["next"], rest["counts"]) == (None, None)
    _, classes = await get(north, f"{path}?entity=class", headers)
    assert brief(classes) == DIFFERENCES[:1]


async def test_as_csv_each_field_is_a_line(north: Dashboard, runs: tuple[UUID, UUID]) -> None:
    headers = {**await north.bearer(), "Accept": "text/csv"}
    _, text = await get_text(north, f"/runs/{runs[0]}/compare/{runs[1]}", headers)
    rows = [tuple(row.values()) for row in csv.DictReader(io.StringIO(text))]
    assert rows == [
        ("class", "c-1", "Maths 7A", "changed", "grades", '["07"]', '["07", "08"]'),
        ("user", "u-1", "Ada Byron", "changed", "family_name", "Quill", "Byron"),
        ("user", "u-1", "Ada Byron", "changed", "grade", "", "08"),
        ("user", "u-2", "Bo Quill", "removed", "", "", ""),
        ("user", "u-4", "Di Quill", "added", "", "", ""),
    ]


async def test_only_what_is_comparable_is_compared(north: Dashboard, runs: tuple[UUID, UUID]) -> None:
    headers, other, empty = await north.bearer(), uuid4(), uuid4()
    await north.handle(fetched(other, "2"))
    await north.handle(completed(empty))
    for path, status, code in (
        (f"/runs/{runs[0]}/compare/{other}", 409, "other_school"),
        (f"/runs/{runs[0]}/compare/{empty}", 409, "no_snapshot"),
        (f"/schools/{school('1')}/compare?from=1&to=9", 404, "not_found"),
    ):
        got, problem = await get(north, path, headers)
        assert (got, problem["code"]) == (status, code), path


async def test_comparisons_are_for_those_who_may_see_the_district(north: Dashboard, runs: tuple[UUID, UUID]) -> None:
    await refused(north, f"/runs/{runs[0]}/compare/{runs[1]}")
    await refused(north, f"/schools/{school('1')}/compare?from=1&to=2")
    own = await north.bearer(districts=["south"], scopes=["read"])
    _, body = await get(north, f"/schools/{school('1', 'south')}/compare?from=1&to=2", own)
    assert [(r["key"], r["change"]) for r in body["records"]][2:] == [("u-2", "added"), ("u-4", "removed")]
