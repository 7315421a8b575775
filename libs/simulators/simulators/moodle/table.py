"""A table in memory: rows by id, indexes kept up to date, and changes that can be taken back."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar


class HasId(Protocol):
    """A row: anything with a number of its own."""

    @property
    def id(self) -> int:
        """The row's number, unique in its table."""


Row = TypeVar("Row", bound=HasId)


class UndoLog:
    """What the open transaction has changed so far, shared by all tables of a site."""

    def __init__(self) -> None:
        self._entries: list[tuple[Table[Any], int, Any]] | None = None

    def note(self, table: "Table[Any]", row_id: int, before: HasId | None) -> None:
        """Remember how a row was before a change; outside a transaction nothing is remembered."""
        if self._entries is not None:
            self._entries.append((table, row_id, before))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes made inside are taken back if an exception leaves the block. Does not nest."""
        assert self._entries is None, "transactions do not nest"
        self._entries = []
        try:
            yield
        except BaseException:
            entries, self._entries = self._entries, None
            for table, row_id, before in reversed(entries):
                table.restore(row_id, before)
            raise
        finally:
            self._entries = None


class Table(Generic[Row]):
    """Rows by id, and by each key named at construction.

    Ids that a rolled-back transaction took are handed out again (a real database leaves gaps), so that
    replaying only what succeeded gives the same ids.
    """

    def __init__(self, log: UndoLog, **keys: Callable[[Row], Hashable]) -> None:
        self._log = log
        self._keys = keys
        self._rows: dict[int, Row] = {}
        self._indexes: dict[str, dict[Hashable, dict[int, None]]] = {name: {} for name in keys}
        self.next_id = 1

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self._rows.values()))

    def get(self, row_id: int) -> Row | None:
        """The row with this id, if there is one."""
        return self._rows.get(row_id)

    def find(self, key: str, value: Hashable) -> list[Row]:
        """All rows whose key has this value, in the order of their ids."""
        return [self._rows[row_id] for row_id in sorted(self._indexes[key].get(value, ()))]

    def first(self, key: str, value: Hashable) -> Row | None:
        """The row with the lowest id whose key has this value, if there is one."""
        ids = self._indexes[key].get(value)
        return self._rows[min(ids)] if ids else None

    def put(self, row: Row) -> Row:
        """Insert the row, or replace the one with the same id."""
        before = self._rows.get(row.id)
        self._log.note(self, row.id, before)
        if before is not None:
            self._unindex(before)
        self._rows[row.id] = row
        self._index(row)
        self.next_id = max(self.next_id, row.id + 1)
        return row

    def remove(self, row_id: int) -> None:
        """Delete the row; one that isn't there is left alone."""
        before = self._rows.pop(row_id, None)
        if before is not None:
            self._log.note(self, row_id, before)
            self._unindex(before)

    def restore(self, row_id: int, before: Row | None) -> None:
        """Put a row back as it was before a change (None: it did not exist)."""
        current = self._rows.pop(row_id, None)
        if current is not None:
            self._unindex(current)
        if before is None:
            self.next_id = row_id
        else:
            self._rows[row_id] = before
            self._index(before)

    def _index(self, row: Row) -> None:
        for name, key in self._keys.items():
            self._indexes[name].setdefault(key(row), {})[row.id] = None

    def _unindex(self, row: Row) -> None:
        for name, key in self._keys.items():
            ids = self._indexes[name][key(row)]
            del ids[row.id]
            if not ids:
                del self._indexes[name][key(row)]
