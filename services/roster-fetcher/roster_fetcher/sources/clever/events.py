"""Clever's events: what they tell of which records. Pure.

An event holds the whole record as it was then, and the same record may come several times; so the last one counts.
Created and deleted mean shared and unshared too.
"""

from collections.abc import Iterable

from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.decoding import decode_row
from roster_fetcher.sources.protocol import ChangesRefusedError
from roster_fetcher.values import text

MOST_EVENTS = 20_000
"""Events above which reading everything is less work, the feed being the whole district's."""
KINDS = ("created", "updated", "deleted")


class Told:
    """What the events of one collection come to, by record. `created` are the keys of records that are shared since."""

    def __init__(self, collection: str) -> None:
        self.collection = collection
        self.created: set[str] = set()
        self._latest: dict[str, wire.Change] = {}
        self._events = 0

    def take(self, events: Iterable[wire.Row | wire.Malformed]) -> None:
        """Take in events, in their order. Raises `ChangesRefusedError` for one that cannot be understood."""
        for event in events:
            self._events += 1
            self._take(event)
        if self._events > MOST_EVENTS:
            raise ChangesRefusedError(f"More than {MOST_EVENTS} changes are told of the district's {self.collection}.")

    def _take(self, event: wire.Row | wire.Malformed) -> None:
        if not isinstance(event, wire.Event):
            raise ChangesRefusedError("An event of the source is not shaped as described.")
        collection, _, kind = text(event.type).partition(".")
        if collection != self.collection:
            return
        row = decode_row(collection, event.data.object) if event.data else wire.Malformed("no data")
        key = "" if isinstance(row, wire.Malformed) else text(row.id)
        if isinstance(row, wire.Malformed) or not key or kind not in KINDS:
            raise ChangesRefusedError(f"An event of the source tells nothing usable ({collection}.{kind}).")
        if kind == "created":
            self.created.add(key)
        self._latest.pop(key, None)
        self._latest[key] = wire.Change(row, kind == "deleted")

    def changes(self) -> list[wire.Change]:
        """The latest of each record; contacts after the others, since it depends on students which of them count."""
        return sorted(self._latest.values(), key=lambda change: _is_contact(change.row))

    def __contains__(self, key: object) -> bool:
        return key in self._latest


def _is_contact(row: wire.Row) -> bool:
    return isinstance(row, wire.User) and bool(row.roles and row.roles.contact)
