"""The district's SIS behind Clever: each change is shown to the app, as far as it is shared, and told as events."""

from collections.abc import Iterator
from typing import Any

from simulators.clever.feed import Feed
from simulators.clever.sharing import Sharing
from simulators.clever.store import COLLECTIONS, Store

Json = dict[str, Any]


class Publisher:
    """Keeps the store (what the app sees) in step with the SIS. `version` grows with every change.

    The SIS holds what the store holds, save for records that are not shown, or not wholly: these are in `hidden`.
    """

    def __init__(self, store: Store, feed: Feed, sharing: Sharing | None = None) -> None:
        self.store = store
        self.feed = feed
        self.sharing = sharing or Sharing()
        self.hidden: dict[str, dict[str, Json]] = {name: {} for name in COLLECTIONS}
        self.version = 0

    def find(self, collection: str, record_id: str) -> Json | None:
        """Find a record in the SIS."""
        return self.hidden[collection].get(record_id) or self.store[collection].get(record_id)

    def all(self, collection: str) -> Iterator[Json]:
        """Give all records of the SIS."""
        for record in self.store[collection].records():
            yield self.hidden[collection].get(record["id"]) or record
        yield from [one for one in self.hidden[collection].values() if one["id"] not in self.store[collection]]

    def put(self, collection: str, record: Json) -> None:
        """Add a record to the SIS, or replace the one with its id."""
        self.version += 1
        shown = self.sharing.shown(collection, record, self._sees)
        if shown == record:
            self.hidden[collection].pop(record["id"], None)
        else:
            self.hidden[collection][record["id"]] = record
        self._show(collection, record["id"], shown)

    def remove(self, collection: str, record_id: str) -> None:
        """Take a record from the SIS."""
        self.version += 1
        self.hidden[collection].pop(record_id, None)
        self._show(collection, record_id, None)

    def look_again(self, collection: str, record_id: str) -> None:
        """Show a record as it is to be seen by now."""
        record = self.find(collection, record_id)
        if record is not None:
            self.put(collection, record)

    def _sees(self, user_id: str) -> bool:
        return user_id in self.store["users"]

    def _show(self, collection: str, record_id: str, shown: Json | None) -> None:
        before = self.store[collection].get(record_id)
        if shown == before:
            return
        if shown is None:
            self.store[collection].drop(record_id)
            self.feed.note(collection, "deleted", before or {})
            return
        self.store[collection].put(shown)
        if before is None:
            self.feed.note(collection, "created", shown)
        elif previous := previous_attributes(before, shown):
            self.feed.note(collection, "updated", shown, previous)


def previous_attributes(before: Json, after: Json) -> Json:
    """Give the values that a record had in the fields that have others now; the time of the change is none."""
    names = dict.fromkeys([*before, *after])
    return {name: before.get(name) for name in names if name != "last_modified" and before.get(name) != after.get(name)}
