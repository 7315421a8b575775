"""Lists: a page at a time as JSON with cursor and `Link`, or all of it as CSV with the same filters.

A list is declared as a `Listing`, gets its addresses from `both` and its answer from `list_answer`.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from common.language import SOURCE, spoken
from dashboard_api.api.answers import MOST, Limit, bad_cursor, decode_cursor, encode_cursor, json_text, next_link
from dashboard_api.api.csv_answers import AsCsv, InStyle, csv_answer
from dashboard_api.csv_text import Cell, CsvStyle
from dashboard_api.queries.pages import Page
from dashboard_api.words.workers import told

Json = dict[str, Any]
Key = tuple[Any, ...]
Fetch = Callable[[Any, int], Awaitable[Page]]
"""A page of so many rows, after the row with this sort key (None: from the first row on)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list. `key`: what each part of its sort key is read with. `each` changes a row before it is shown.

    `columns` are those of CSV: `counts.student` is `student` in the object `counts`.
    """

    name: str
    key: tuple[Callable[[str], Any], ...]
    columns: tuple[str, ...]
    each: Callable[[Json], Json] | None = None

    def read(self, cursor: str | None) -> Key | None:
        """The sort key in a cursor. Raises `Problem` 400 for one that is not of this list."""
        parts = decode_cursor(cursor, len(self.key))
        if parts is None:
            return None
        try:
            return self._typed(parts)
        except (ValueError, OverflowError):
            raise bad_cursor() from None

    def following(self, page: Page) -> Key | None:
        """The sort key after which the next page begins."""
        return self._typed([str(part) for part in page.next]) if page.next else None

    def rows(self, page: Page) -> list[Json]:
        """The rows as they are shown."""
        return [self.each(row) for row in page.rows()] if self.each else page.rows()

    def lines(self, page: Page) -> list[list[Cell]]:
        """The rows as CSV has them, with what workers told in the reader's language."""
        return _lines(self.rows(page), self.columns)

    def _typed(self, parts: Sequence[str]) -> Key:
        return tuple(read(part) for read, part in zip(self.key, parts, strict=True))


def number(text: str) -> int:
    """A part of a sort key that is a bigint. Raises `ValueError`."""
    found = int(text)
    if not -(2**63) <= found < 2**63:
        raise ValueError("out of range")
    return found


def small_number(text: str) -> int:
    """A part of a sort key that is an int. Raises `ValueError`."""
    found = int(text)
    if not -(2**31) <= found < 2**31:
        raise ValueError("out of range")
    return found


def plain(text: str) -> str:
    """A part of a sort key that is a text. Raises `ValueError` for what no column can hold."""
    if "\x00" in text:
        raise ValueError("NUL")
    text.encode()
    return text


def moment(text: str) -> datetime:
    """A part of a sort key that is a time with its zone. Raises `ValueError`."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or not 1900 < found.year < 9000:
        raise ValueError("out of range")
    return found


BY_NAME = (plain, UUID)
NEWEST = (moment, UUID)
"""Sort keys that several lists have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a list is wanted."""

    request: Request
    as_csv: bool
    style: CsvStyle
    limit: int
    after: str | None


async def asked(
    request: Request,
    as_csv: AsCsv,
    style: InStyle,
    limit: Limit = 100,
    after: Annotated[str | None, Query(description="The cursor `next` of the page before; CSV knows no pages")] = None,
) -> Asked:
    """What the address and `Accept` say."""
    return Asked(request, as_csv, style, limit, after)


InPages = Annotated[Asked, Depends(asked)]


@dataclass(frozen=True, slots=True)
class Whole:
    """How a list is wanted that is short, and comes whole."""

    as_csv: bool
    style: CsvStyle

    def csv(self, name: str, columns: Sequence[str], rows: list[Json]) -> Response:
        """The rows as a file of that name, columns as in `Listing`."""

        async def once() -> AsyncIterator[list[list[Cell]]]:
            yield _lines(rows, columns)

        return csv_answer(name, self.style, columns, once())


async def whole(as_csv: AsCsv, style: InStyle) -> Whole:
    """What the address and `Accept` say."""
    return Whole(as_csv, style)


InWhole = Annotated[Whole, Depends(whole)]


def both(router: APIRouter, path: str, **description: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Serve a list at its address, and with `.csv` behind it as CSV; the description of the API has the first."""

    def serve(handler: Callable[..., Any]) -> Callable[..., Any]:
        router.get(f"{path}.csv", include_in_schema=False, name=f"{handler.__name__}_csv")(handler)
        router.get(path, **description)(handler)
        return handler

    return serve


async def list_answer(asked: Asked, listing: Listing, fetch: Fetch, *, file: str | None = None) -> Response:
    """The page that is wanted, `{name: [...], "next": cursor or null}`; or a CSV file of all rows."""
    if asked.as_csv:
        first = await fetch(None, MOST)
        return csv_answer(file or listing.name, asked.style, listing.columns, _csv(listing, fetch, first))
    page = await fetch(listing.read(asked.after), asked.limit)
    items = json.dumps(listing.rows(page), ensure_ascii=False) if listing.each else page.items
    cursor = encode_cursor(page.next)
    body = f'{{"{listing.name}":{items},"next":{json.dumps(cursor)}}}'
    return json_text(body, headers=next_link(asked.request, cursor))


async def _csv(listing: Listing, fetch: Fetch, first: Page) -> AsyncIterator[list[list[Cell]]]:
    """Page after page, so that neither memory nor a transaction is needed for long."""
    page = first
    while True:
        yield listing.lines(page)
        key = listing.following(page)
        if key is None:
            return
        page = await fetch(key, MOST)


def _lines(rows: list[Json], columns: Sequence[str]) -> list[list[Cell]]:
    """With what workers told in the reader's language."""
    rows = rows if spoken() == SOURCE else told(rows)
    return [[cell(row, column) for column in columns] for row in rows]


def cell(row: Json, column: str) -> Cell:
    """A value in a row of JSON, as CSV has it; what is no plain value is JSON again."""
    value: Any = row
    for part in column.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None or isinstance(value, str | int):
        return value
    return json.dumps(value, ensure_ascii=False)
