"""A CSV file in blocks of whole rows, so that memory stays flat however large the file is."""

import csv
import io
from collections.abc import Iterator
from typing import IO

from roster_fetcher.sources.protocol import SourceTrouble

BLOCK_BYTES = 256 * 1024
LONGEST_ROW = 16 * BLOCK_BYTES
"""Bytes without the end of a row after which a quote must have been left open."""


def read_header(file: IO[bytes], title: str) -> tuple[bytes, list[str]]:
    """The first line, as bytes and as column names: trimmed, case-folded, without a byte order mark.

    `title` is what people know the file by. Raises `SourceTrouble` CSV_HEADER_INVALID for a file without one, or with
    a column that comes twice, and CSV_ENCODING.
    """
    line = file.readline(LONGEST_ROW)
    rows = parse(line.removeprefix(b"\xef\xbb\xbf"), title, 0)
    if len(rows) > 1:
        message = f"The file {title} ends its lines in a way that is no longer used (CR). Save it as CSV again."
        raise SourceTrouble("CSV_ENCODING", message)
    columns = [column.strip().casefold() for column in rows[0]] if rows else []
    if not any(columns):
        raise SourceTrouble("CSV_HEADER_INVALID", f"The file {title} is empty. It needs at least its header.")
    doubled = sorted({column for column in columns if column and columns.count(column) > 1})
    if doubled:
        message = f"The header of {title} has {doubled[0]} twice. Correct the header."
        raise SourceTrouble("CSV_HEADER_INVALID", message)
    return line, columns


def blocks(file: IO[bytes], title: str) -> Iterator[bytes]:
    """The rest of the file in blocks that end with a row. Raises `SourceTrouble` CSV_ENCODING for an endless row."""
    rest = b""
    while chunk := file.read(BLOCK_BYTES):
        rest += chunk
        end = end_of_rows(rest)
        if end:
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > LONGEST_ROW:
            message = f"A quote in {title} is opened and never closed. Save the file as CSV again."
            raise SourceTrouble("CSV_ENCODING", message)
    if rest:
        yield rest


def end_of_rows(data: bytes) -> int:
    """Where the last whole row ends: behind a line end that an even number of quotes precedes; 0 for none."""
    end = data.rfind(b"\n") + 1
    within_quotes = data.count(b'"', 0, end) % 2
    while end and within_quotes:
        before = data.rfind(b"\n", 0, end - 1) + 1
        within_quotes ^= data.count(b'"', before, end) % 2
        end = before
    return end


def parse(block: bytes, title: str, first_row: int) -> list[list[str]]:
    """The rows of a block; blank lines are none. Raises `SourceTrouble` CSV_ENCODING, naming file and row.

    Rows are counted by lines there, so that a blank line or one within quotes makes the number a little too high.
    """
    try:
        content = block.decode()
    except UnicodeDecodeError as error:
        raise _unreadable(title, "is not UTF-8", first_row + block.count(b"\n", 0, error.start)) from None
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        row = first_row + max(reader.line_num - 1, 0)
        raise _unreadable(title, "has quotes that do not match", row) from None
    return [row for row in rows if row] if [] in rows else rows


def _unreadable(title: str, what: str, row: int) -> SourceTrouble:
    where = f"about row {row}" if row else "in its header"
    return SourceTrouble("CSV_ENCODING", f"The file {title} {what}, {where}. Save it as CSV in UTF-8.")
