"""What the app sees: records as the JSON that is served, and lists of ids, always in ascending order."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

Json = dict[str, Any]

COLLECTIONS = ("districts", "schools", "terms", "courses", "sections", "users")
"""Clever's names, each after those that its records refer to."""

ALL = ""
"""The key of the list of a whole collection."""


class Collection:
    """Records of one kind. Beside the whole list there is one for each key that `keys_of` gives their records."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._json: dict[str, bytes] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._lists: dict[str, list[str]] = defaultdict(list)

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._json

    def put(self, record: Json) -> None:
        """Add a record, or replace the one with its id."""
        record_id = record["id"]
        keys = (ALL, *keys_of(self.name, record))
        for key in self._keys.get(record_id, ()):
            if key not in keys:
                self._unlist(key, record_id)
        for key in keys:
            if key not in self._keys.get(record_id, ()):
                insort(self._lists[key], record_id)
        self._json[record_id], self._keys[record_id] = msgspec.json.encode(record), keys

    def drop(self, record_id: str) -> None:
        """Take a record away; KeyError if there is none."""
        for key in self._keys.pop(record_id):
            self._unlist(key, record_id)
        del self._json[record_id]

    def _unlist(self, key: str, record_id: str) -> None:
        ids = self._lists[key]
        del ids[bisect_left(ids, record_id)]
        if not ids:
            del self._lists[key]

    def ids(self, key: str = ALL) -> list[str]:
        """List the ids under a key, ascending. The list is the collection's own: it must not be changed."""
        return self._lists.get(key, [])

    def json(self, record_id: str) -> bytes | None:
        """Give a record as it is served; None if there is none."""
        return self._json.get(record_id)

    def get(self, record_id: str) -> Json | None:
        """Give a record to work on; None if there is none."""
        found = self._json.get(record_id)
        return None if found is None else msgspec.json.decode(found)

    def records(self) -> Iterator[Json]:
        """Give all records in ascending order of their ids."""
        for record_id in list(self.ids()):
            yield msgspec.json.decode(self._json[record_id])


class Store:
    """All collections."""

    def __init__(self) -> None:
        self._collections = {name: Collection(name) for name in COLLECTIONS}

    def __getitem__(self, name: str) -> Collection:
        return self._collections[name]


def keys_of(collection: str, record: Json) -> list[str]:
    """Name the lists that a record belongs in, such as `student` and `student school-1 primary` for a user."""
    if collection == "sections":
        members = dict.fromkeys([*(record["teachers"] or ()), *(record["students"] or ())])
        return [f"school {record['school']}", *(f"user {user_id}" for user_id in members)]
    if collection == "users":
        return list(dict.fromkeys(key for role in record["roles"] for key in _keys_of_role(role, record["roles"])))
    return []


def _keys_of_role(role: str, roles: Json) -> Iterator[str]:
    held = roles[role]
    yield role
    for school in held.get("schools") or ():
        yield f"{role} {school}"
        yield f"any {school}"
        if school == held.get("school", school):
            yield f"{role} {school} primary"
            yield f"any {school} primary"
    for link in held.get("student_relationships") or ():
        yield f"contact of {link['student']}"


def after(ids: list[str], cursor: str) -> int:
    """Give the place of the first id after the cursor, whether or not the cursor is among them."""
    return bisect_right(ids, cursor)


def before(ids: list[str], cursor: str) -> int:
    """Give the place behind the last id before the cursor."""
    return bisect_left(ids, cursor)
