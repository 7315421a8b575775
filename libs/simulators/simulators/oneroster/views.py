"""Lists as an endpoint serves them: found, filtered and sorted once, kept until a record changes."""

from collections.abc import Iterable

from simulators.oneroster.behaviour import Behaviour
from simulators.oneroster.endpoints import Endpoint, Ids
from simulators.oneroster.filters import field_values
from simulators.oneroster.query import Query
from simulators.oneroster.roster import Roster, Row
from simulators.oneroster.shape import Shape

DELETED = ("tobedeleted", "inactive")
KEPT_VIEWS = 5_000

Key = tuple[object, ...]


class Views:
    """The lists in use, so that a page costs a slice."""

    def __init__(self, roster: Roster, shape: Shape, behaviour: Behaviour) -> None:
        self._roster = roster
        self._shape = shape
        self._behaviour = behaviour
        self._lists: dict[Key, list[Row]] = {}
        self._version = roster.version

    def rows(self, endpoint: Endpoint, ids: Ids, query: Query) -> list[Row]:
        """All rows of a list, in order; limit and offset do not matter here."""
        if self._version != self._roster.version or len(self._lists) > KEPT_VIEWS:
            self._lists.clear()
            self._version = self._roster.version
        key = (endpoint.path, tuple(ids.values()), query.sort, query.descending, query.filter)
        if key not in self._lists:
            self._lists[key] = self._make(endpoint, ids, query)
        return self._lists[key]

    def visible(self, row: Row) -> bool:
        """Tell whether a record is served at all."""
        return self._behaviour.show_deleted or row.record.status.casefold() not in DELETED

    def _make(self, endpoint: Endpoint, ids: Ids, query: Query) -> list[Row]:
        collection, chosen = endpoint.collection, query.filter
        rows: Iterable[Row] = filter(self.visible, endpoint.rows(self._roster, ids))
        if chosen is not None:
            rows = (row for row in rows if chosen.keeps(row.record, collection, self._shape))
        return self._ordered(list(rows), collection, query)

    def _ordered(self, rows: list[Row], collection: str, query: Query) -> list[Row]:
        if not query.sort and self._behaviour.default_order == "loaded":
            return rows
        if query.sort in ("", "sourcedId"):
            descending = query.descending if query.sort else True
            return sorted(rows, key=lambda row: str(row.record.id), reverse=descending)
        return sorted(
            rows,
            key=lambda row: field_values(row.record, query.sort, collection, self._shape),
            reverse=query.descending,
        )
