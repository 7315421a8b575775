"""Rows of delta files by their sourcedId, the latest of each, to be put over those of the bulk file they follow.

Kept on disk, so that memory stays flat however many rows changed.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from roster_fetcher.sources.oneroster_csv.lookups import in_lots
from roster_fetcher.sources.oneroster_csv.wire import Arguments
from roster_fetcher.values import text

ROWS_AT_ONCE = 2000

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Arguments).decode


def key_of(row: Sequence[str | None]) -> str | None:
    """A row's sourcedId, its first value; None if it has none, or consists of nothing but what is wrong with it."""
    return (text(row[0]) or None) if len(row) > 1 else None


class ChangedRows:
    """A temporary database, which vanishes with the process at the latest."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", check_same_thread=False)
        self._db.execute(
            "CREATE TABLE changed (place INTEGER PRIMARY KEY, key TEXT UNIQUE, row BLOB, used INTEGER DEFAULT 0)"
        )

    def add(self, rows: Iterable[Arguments]) -> None:
        """Take in rows; a later row of the same sourcedId takes an earlier one's place."""
        self._db.executemany(
            "INSERT INTO changed (key, row) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET row = excluded.row",
            ((key_of(row), _encode(row)) for row in rows),
        )

    def put_over(self, rows: Sequence[Arguments]) -> list[Arguments]:
        """The same rows, those that changed as they are now."""
        keys = [key_of(row) for row in rows]
        now: dict[str, Arguments] = {}
        for some, marks in in_lots({key for key in keys if key}):
            found = self._db.execute(f"SELECT key, row FROM changed WHERE key IN ({marks})", some).fetchall()
            now.update((key, _decode(row)) for key, row in found)
        self._db.executemany("UPDATE changed SET used = 1 WHERE key = ?", ((key,) for key in now))
        return [now.get(key, row) if key else row for key, row in zip(keys, rows, strict=True)]

    def rest(self) -> Iterator[list[Arguments]]:
        """The rows that were put over none, in the order in which they came first."""
        found = self._db.execute("SELECT row FROM changed WHERE used = 0 ORDER BY place")
        while some := found.fetchmany(ROWS_AT_ONCE):
            yield [_decode(row) for (row,) in some]

    def close(self) -> None:
        """Delete the database."""
        self._db.close()
