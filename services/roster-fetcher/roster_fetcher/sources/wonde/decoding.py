"""Wonde's answers: what is around the rows, and the rows decoded, the odd one by itself."""

from typing import Any

import msgspec
from msgspec import Struct

from roster_fetcher.sources.wonde import wire
from roster_fetcher.sources.wonde.wire import Malformed, Nothing, Row, Text


class Links(Struct, gc=False):
    """How a list goes on."""

    next: str | None = None
    more: Text = None


class Meta(Struct, gc=False):
    """What an answer says of itself. Without `pagination` everything is on one page."""

    pagination: Links | Nothing = None


class Body(Struct, gc=False):
    """An answer: its rows, or its one record, as they came."""

    data: msgspec.Raw
    meta: Meta | Nothing = None


class WrongShapeError(ValueError):
    """A body that is no answer of Wonde's at all. The text names the place, never the content."""


ROWS: dict[str, type[wire.Known]] = {
    "schools": wire.School,
    "classes": wire.Class,
    "employees": wire.Employee,
    "students": wire.Student,
    "contacts": wire.Contact,
    "deletions": wire.Deletion,
}
"""The lists that a roster is read from, and their objects."""

_BODY = msgspec.json.Decoder(Body)
_RAW = msgspec.json.Decoder(list[msgspec.Raw])
_LISTS: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(list[row] | None)  # type: ignore[valid-type]
    for name, row in ROWS.items()
}
_SINGLES: dict[str, msgspec.json.Decoder[Any]] = {name: msgspec.json.Decoder(row) for name, row in ROWS.items()}


def open_body(body: bytes) -> Body:
    """The parts of an answer. Raises `WrongShapeError`."""
    try:
        return _BODY.decode(body)
    except msgspec.MsgspecError as error:
        raise WrongShapeError(str(error)) from None


def decode(name: str, data: bytes) -> list[Row]:
    """The rows of a list. Raises `WrongShapeError`."""
    try:
        return _LISTS[name].decode(data) or []
    except msgspec.MsgspecError:
        pass
    try:
        return [_decode_row(name, raw) for raw in _RAW.decode(data)]
    except msgspec.MsgspecError as error:
        raise WrongShapeError(str(error)) from None


def decode_one(name: str, data: bytes) -> Row:
    """A single record."""
    return _decode_row(name, data)


def _decode_row(name: str, raw: msgspec.Raw | bytes) -> Row:
    try:
        row: Row = _SINGLES[name].decode(raw)
    except msgspec.MsgspecError as error:
        return Malformed(str(error))
    return row
