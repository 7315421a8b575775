"""What holds for every list: pages with links, and a CSV twin with the same filters."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from yarl import URL

from common.events import SyncErrorsFound
from dashboard_api.api.openapi import operation_id
from dashboard_api.csv_text import BOM

from .surroundings import Dashboard, completed, found_error, school
from .workers import Workers


@pytest.fixture
async def full(north: Dashboard, workers: Workers) -> dict[str, str]:
    """At least three rows in each list; their addresses by name."""
    headers = await north.bearer()
    await north.list_schools({str(n): f"=School {n}" for n in range(1, 4)})
    found = tuple(found_error(source_id=f"u-{n}") for n in range(3))
    runs = [uuid4() for _ in range(3)]
    for run_id in runs:
        about: dict[str, Any] = {"district_id": "north", "run_id": run_id, "school_id": school("1")}
        await north.handle(SyncErrorsFound(**about, phase="fetching", part=0, errors=found))
        await north.handle(completed(run_id))
        async with north.http.put(
            f"/api/v1/districts/north/devices/{uuid4()}",
            json={"name": f"Box {run_id}", "school": str(school("1"))},
            headers=headers,
        ) as answer:
            assert answer.status == 200
    for name in ("south", "west"):
        declaration = {"id": name, "name": name, "timezone": "UTC", "pool": name}
        from .surroundings import north as north_with

        await north.declare(north_with(district=declaration))
    return {
        "districts": "/districts?",
        "schools": "/schools?",
        "runs": f"/runs?school={school('1')}",
        "errors": f"/runs/{runs[-1]}/errors?",
        "devices": "/devices?",
        "acts": "/audit?",
        "pools": "/pools?",
    }


LISTS = ("districts", "schools", "runs", "errors", "devices", "acts", "pools")


@pytest.mark.parametrize("name", LISTS)
async def test_a_lists_pages_follow_each_other_by_link_and_its_csv_has_the_same_rows(
    north: Dashboard, full: dict[str, str], name: str
) -> None:
    headers = await north.bearer()
    whole = await page(north, f"/api/v1{full[name]}", headers, name)
    address, rows = f"/api/v1{full[name]}&limit=2", []
    while address:
        found, address = await linked(north, address, headers, name)
        assert len(found) <= 2
        rows += found
    assert rows == whole
    assert len(rows) >= 3
    lines = await table(north, full[name].replace("?", ".csv?"), headers)
    assert len(lines) == len(rows) + 1


async def page(dashboard: Dashboard, path: str, headers: dict[str, str], name: str) -> list[Any]:
    return (await linked(dashboard, path, headers, name))[0]


async def linked(dashboard: Dashboard, path: str, headers: dict[str, str], name: str) -> tuple[list[Any], str]:
    """The rows of a page, and the address of the next."""
    async with dashboard.http.get(path, headers=headers) as answer:
        body = await answer.json(content_type=None)
        assert answer.status == 200, body
        link = answer.links.get("next")
        assert (link is None) == (body["next"] is None)
        return body[name], URL(link["url"]).path_qs if link else ""


async def table(dashboard: Dashboard, path: str, headers: dict[str, str], **more: str) -> list[list[str]]:
    async with dashboard.http.get(f"/api/v1{path}", params=more, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "text/csv")
        text = (await answer.read()).decode()
    return list(csv.reader(io.StringIO(text.removeprefix(BOM)), delimiter=";" if "separator" in more else ","))


async def test_csv_is_filtered_as_the_list_is_and_holds_no_formula(north: Dashboard, full: dict[str, str]) -> None:
    headers = await north.bearer()
    heading, *rows = await table(north, "/schools.csv", headers, district="north", search="school 2")
    assert [row[heading.index("name")] for row in rows] == ["'=School 2"]
    heading, *rows = await table(north, "/schools.csv", headers, status="with_errors", district="north")
    assert rows == []


async def test_csv_suits_excel_where_that_is_asked_for(north: Dashboard) -> None:
    headers = {**await north.bearer(), "Accept": "text/csv"}
    async with north.http.get("/api/v1/schools?bom=true&separator=semicolon", headers=headers) as answer:
        text = (await answer.read()).decode()
    assert text.startswith(f"{BOM}district_id;id;source_id;")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="schools.csv"'


async def test_csv_goes_on_where_a_page_ends(north: Dashboard) -> None:
    await north.list_schools({str(n): f"School {n:04}" for n in range(1001)})
    heading, *rows = await table(north, "/schools.csv", await north.bearer())
    assert [row[heading.index("name")] for row in rows] == [f"School {n:04}" for n in range(1001)]


async def test_a_cursor_of_another_list_is_refused(north: Dashboard) -> None:
    headers = await north.bearer()
    await north.list_schools({str(n): f"School {n}" for n in range(3)})
    async with north.http.get("/api/v1/schools?limit=1", headers=headers) as answer:
        cursor = (await answer.json())["next"]
    for path in ("runs", "audit", "holds", "pools"):
        async with north.http.get(f"/api/v1/{path}?after={cursor}", headers=headers) as answer:
            assert (answer.status, (await answer.json(content_type=None))["code"]) == (400, "bad_cursor"), path


WHOLE = {
    *("/api/v1/errors/causes", "/api/v1/runs/{run_id}/ledger"),
    *("/api/v1/districts/{district_id}/sources", "/api/v1/districts/{district_id}/targets"),
    *("/api/v1/system/queues", "/api/v1/system/workers"),
}
"""Lists so short that they have no pages."""


def test_every_list_in_the_description_comes_as_csv_too() -> None:
    from fastapi import FastAPI

    from dashboard_api.api.openapi import describe
    from dashboard_api.api.routes import router

    app = FastAPI(generate_unique_id_function=operation_id)
    app.include_router(router)
    describe(app)
    gets = {path: methods["get"] for path, methods in app.openapi()["paths"].items() if "get" in methods}
    lists = {path for path, get in gets.items() if any(one["name"] == "after" for one in get.get("parameters", []))}
    with_csv = {path for path, get in gets.items() if "text/csv" in get["responses"]["200"]["content"]}
    assert with_csv - lists == WHOLE
    assert lists <= with_csv
    assert len(lists) >= 12
