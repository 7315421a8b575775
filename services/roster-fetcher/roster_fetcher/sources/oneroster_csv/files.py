"""One file of a roster: as it lies in a package, or a bulk file with the deltas that follow it put over it.

Merged, rows stay where the bulk file has them and new ones come behind, so that what did not change comes as it came
before. A tombstone stands in its row's place and ends it there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from typing import IO, Any, NamedTuple

import msgspec

from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster_csv.blocks import blocks, parse, read_header
from roster_fetcher.sources.oneroster_csv.changed_rows import ChangedRows
from roster_fetcher.sources.oneroster_csv.wire import (
    BEHIND,
    FILES,
    Arguments,
    Columns,
    columns_of,
    required_of,
    row_maker,
    wrong_width,
)

MERGED = b"merged"


class Part(NamedTuple):
    """A file of one package. `title` is what people know it by, `version` is the package's."""

    name: str
    title: str
    version: str
    open: Callable[[], AbstractContextManager[IO[bytes]]]


class OpenFile(NamedTuple):
    """A file while it is read: its blocks, and what goes into their digests beside them; and how to decode them.

    `parse` takes a block apart, given the number of its first row; `make` turns what comes of it into a row. Both work
    when the file is closed too. `quirks` are complete when all blocks were read.
    """

    blocks: Iterator[bytes]
    salt: bytes
    parse: Callable[[bytes, int], list[Any]]
    make: Callable[[Any], wire.Row]
    quirks: list[str]


def open_file(parts: Sequence[Part]) -> AbstractContextManager[OpenFile]:
    """Open a file: its bulk, and its deltas in order. Raises `SourceTrouble`, as does reading it."""
    return _open_plain(parts[0]) if len(parts) == 1 else _open_merged(parts)


@contextmanager
def _open_plain(part: Part) -> Iterator[OpenFile]:
    with part.open() as file:
        header, columns = _begin(file, part, ())

        def parse_block(block: bytes, first: int) -> list[list[str]]:
            return parse(block, part.title, first)

        yield OpenFile(blocks(file, part.title), header, parse_block, row_maker(columns), columns.quirks)


@contextmanager
def _open_merged(parts: Sequence[Part]) -> Iterator[OpenFile]:
    kind, quirks = FILES[parts[0].name].row, list[str]()
    decoder = msgspec.msgpack.Decoder(list[Arguments])

    def make(row: Arguments) -> wire.Row:
        return kind(*row) if len(row) > 1 else wire.Malformed(str(row[0]))

    with closing(ChangedRows()) as changed:
        merged = _merged_blocks(parts, changed, quirks)
        yield OpenFile(merged, MERGED, lambda block, _: decoder.decode(block), make, quirks)


def _merged_blocks(parts: Sequence[Part], changed: ChangedRows, quirks: list[str]) -> Iterator[bytes]:
    bulk, *deltas = parts
    encode = msgspec.msgpack.Encoder().encode
    for delta in deltas:
        for rows in _rows(delta, quirks):
            changed.add(rows)
    for rows in _rows(bulk, quirks):
        yield encode(changed.put_over(rows))
    for rows in changed.rest():
        yield encode(rows)


def _rows(part: Part, quirks: list[str]) -> Iterator[list[Arguments]]:
    """A file's rows, block by block: the values of their struct, or for a row that is none what is wrong with it."""
    with part.open() as file:
        _, columns = _begin(file, part, ("sourcedId",))
        quirks += columns.quirks
        first = 1
        for block in blocks(file, part.title):
            cells = parse(block, part.title, first)
            yield [_arguments(row, columns, part, number) for number, row in enumerate(cells, first)]
            first += len(cells)


def _arguments(cells: list[str], columns: Columns, part: Part, number: int) -> Arguments:
    if len(cells) != columns.width:
        return (f"{wrong_width(len(cells), columns.width)} (row {number} of {part.title})",)
    return columns.pick([*cells, *BEHIND])


def _begin(file: IO[bytes], part: Part, required: tuple[str, ...]) -> tuple[bytes, Columns]:
    header, names = read_header(file, part.title)
    return header, columns_of(part.name, names, part.title, required_of(part.name, part.version) + required)
