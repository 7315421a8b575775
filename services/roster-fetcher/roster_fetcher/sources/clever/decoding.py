"""Decodes Clever's pages: records in their double wrapping, and the link to the next page.

A row that is not shaped as described becomes `Malformed`, and the others of its page are not lost.
"""

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from roster_fetcher.sources.clever.wire import (
    Course,
    District,
    Event,
    Malformed,
    Row,
    School,
    Section,
    Term,
    Text,
    User,
)

R = TypeVar("R")


class Item(Struct, Generic[R], gc=False):
    """A record in its wrapping."""

    data: R


class Link(Struct, gc=False):
    """Where to go on; `uri` is relative to the server."""

    rel: Text = None
    uri: Text = None


class Links(Struct):
    """All that is read of a page that is known already."""

    links: list[Link] | None = None


class WrongShapeError(ValueError):
    """A body that is no page at all. The text names the place, never the content."""


ROWS: dict[str, type[Row]] = {
    "districts": District,
    "schools": School,
    "terms": Term,
    "courses": Course,
    "sections": Section,
    "users": User,
    "events": Event,
}
"""Clever's collections and their objects."""

_PAGES: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(
        msgspec.defstruct(f"{name}Page", [("data", list[Item[row]] | row)])  # type: ignore[valid-type]
    )
    for name, row in ROWS.items()
}
"""A list, or a single record."""
_RAW_PAGE = msgspec.json.Decoder(msgspec.defstruct("RawPage", [("data", list[Item[msgspec.Raw]])]))
_ROWS = {name: msgspec.json.Decoder(row) for name, row in ROWS.items()}
_LINKS = msgspec.json.Decoder(Links)


def decode_page(name: str, body: bytes) -> list[Row | Malformed]:
    """The rows of a page of this collection, or the one row of a single record. Raises `WrongShapeError`."""
    try:
        data: Any = _PAGES[name].decode(body).data
    except msgspec.MsgspecError:
        return _decode_one_by_one(name, body)
    return [item.data for item in data] if isinstance(data, list) else [data]


def _decode_one_by_one(name: str, body: bytes) -> list[Row | Malformed]:
    try:
        page: Any = _RAW_PAGE.decode(body)
    except msgspec.MsgspecError as error:
        raise WrongShapeError(str(error)) from None
    return [decode_row(name, item.data) for item in page.data]


def decode_row(name: str, raw: msgspec.Raw) -> Row | Malformed:
    """One record."""
    try:
        return _ROWS[name].decode(raw)
    except msgspec.MsgspecError as error:
        return Malformed(str(error))


def next_query(body: bytes) -> str | None:
    """The query of the next page's address; None after the last. Raises `WrongShapeError`.

    Only the query is used: the address below which we ask is the one that was set.
    """
    try:
        links = _LINKS.decode(body).links or ()
    except msgspec.MsgspecError as error:
        raise WrongShapeError(str(error)) from None
    uri = next((link.uri for link in links if link.rel == "next"), None)
    return str(uri).partition("?")[2] if uri else None
