"""Lists of Wonde's that lack what was asked for, told apart from lists that are empty."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.protocol import ChangesRefusedError, Opening, Source, SourceTrouble
from roster_fetcher.sources.wonde import open_source
from roster_fetcher.sources.wonde.since import Since

from ..support.north import HURRIED

Answer = Callable[[web.Request], web.Response]


@asynccontextmanager
async def answering(answer: Answer, **settings: Any) -> AsyncIterator[Source]:
    """A source whose server gives these answers."""

    async def handle(request: web.Request) -> web.Response:
        return answer(request)

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    async with TestServer(app) as server:
        opening = Opening({"base_url": str(server.make_url("/v1.0"))} | settings, {"token": "key"}, HURRIED)
        async with open_source(opening) as source:
            yield source


async def read(source: Source, list_name: str, since: str | None = None) -> Entry:
    """What is noted of a list that is read to its end."""
    reader = source.school("A1", since)
    endpoint = next(each for each in reader.endpoints if each.name == list_name)
    entry = Entry(*endpoint)
    async for _ in reader.pages(endpoint, entry, ()):
        pass
    return entry


def rows(*given: dict[str, Any]) -> Answer:
    return lambda request: web.json_response({"data": given})


LACKING = [
    ("classes", "students", {"id": "K1", "name": "8x", "employees": {"data": []}}),
    ("classes", "employees", {"id": "K1", "name": "8x", "students": []}),
    ("employees", "employment_details", {"id": "E1"}),
    ("students", "contacts", {"id": "S1"}),
]


@pytest.mark.parametrize(("list_name", "include", "row"), LACKING)
async def test_a_part_that_did_not_come_with_a_row_is_not_an_empty_one(
    list_name: str, include: str, row: dict[str, Any]
) -> None:
    async with answering(rows(row), families=True) as source:
        entry = await read(source, list_name)
    assert not entry.complete
    assert f"{list_name} without the include {include}" in entry.reason


async def test_a_part_that_came_empty_leaves_the_list_complete() -> None:
    async with answering(rows({"id": "K1", "name": "8x", "students": None, "employees": []})) as source:
        assert (await read(source, "classes")).complete


async def test_among_changes_a_part_that_did_not_come_has_everything_read() -> None:
    since = Since(datetime(2026, 11, 1, tzinfo=UTC), []).value()
    async with answering(rows({"id": "E1"})) as source:
        with pytest.raises(ChangesRefusedError, match="employment_details"):
            await read(source, "employees", since)


async def test_where_no_include_is_refused_the_page_size_is_named() -> None:
    def picky(request: web.Request) -> web.Response:
        return web.json_response({"data": []}, status=200 if int(request.query["per_page"]) <= 50 else 422)

    async with answering(picky) as source:
        with pytest.raises(SourceTrouble, match="Lower page_size"):
            await read(source, "classes")
    async with answering(picky, page_size=50) as source:
        assert (await read(source, "classes")).complete


async def test_a_key_that_lists_no_school_may_be_asked_in_the_wrong_region() -> None:
    async with answering(rows()) as source:
        with pytest.raises(SourceTrouble, match="in another region than") as caught:
            await source.schools()
    assert caught.value.code == "SOURCE_EMPTY"
