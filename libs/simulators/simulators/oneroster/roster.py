"""The simulated server's records, with the indexes that its endpoints need."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from simulators.generate import District
from simulators.generate.model import Record

COLLECTIONS = {
    "orgs": "orgs",
    "academicSessions": "sessions",
    "courses": "courses",
    "classes": "classes",
    "users": "users",
    "enrollments": "enrolments",
    "demographics": "demographics",
}
"""OneRoster's names for collections, and a district's."""

Keys = Callable[[Any], Iterable[str]]


class Row:
    """A place for one record, and for its JSON once that has been asked for."""

    __slots__ = ("json", "record")

    def __init__(self, record: Any) -> None:
        self.record = record
        self.json: bytes | None = None


class Collection:
    """Records of one kind in the order of loading; of records with the same id, the first is found by it."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.rows = [Row(record) for record in records]
        self.by_id: dict[str, Row] = {}
        for row in self.rows:
            self.by_id.setdefault(row.record.id, row)


class Roster:
    """All collections. `version` grows with every change, so that whoever derives something can tell."""

    def __init__(self, district: District) -> None:
        self.version = 0
        self._district = district
        self._collections = {name: Collection(getattr(district, ours)) for name, ours in COLLECTIONS.items()}
        self._indexes: dict[tuple[str, Keys], dict[str, list[Row]]] = {}

    def rows(self, collection: str) -> list[Row]:
        """All rows of a collection."""
        return self._collections[collection].rows

    def find(self, collection: str, record_id: str) -> Row | None:
        """Find a record's row by its sourcedId."""
        return self._collections[collection].by_id.get(record_id)

    def index(self, collection: str, keys: Keys) -> dict[str, list[Row]]:
        """Group a collection's rows by the keys that a function finds in a record; made once per version."""
        place = (collection, keys)
        if place not in self._indexes:
            groups: dict[str, list[Row]] = defaultdict(list)
            for row in self.rows(collection):
                for key in keys(row.record):
                    groups[key].append(row)
            self._indexes[place] = dict(groups)
        return self._indexes[place]

    def add(self, collection: str, record: Record) -> None:
        """Add a record at the end."""
        row = Row(record)
        self._collections[collection].rows.append(row)
        self._collections[collection].by_id.setdefault(record.id, row)
        self._changed()

    def replace(self, collection: str, record: Record) -> None:
        """Put a record in the place of the one with its id; KeyError if there is none."""
        row = self._collections[collection].by_id[record.id]
        row.record, row.json = record, None
        self._changed()

    def remove(self, collection: str, record_id: str) -> None:
        """Let a record vanish; KeyError if there is none."""
        row = self._collections[collection].by_id.pop(record_id)
        self._collections[collection].rows.remove(row)
        self._changed()

    def district(self) -> District:
        """Give the records as they are now as a district."""
        now = {ours: [row.record for row in self.rows(name)] for name, ours in COLLECTIONS.items()}
        return District(
            name=self._district.name, version=self._district.version, findings=self._district.findings, **now
        )

    def _changed(self) -> None:
        self.version += 1
        self._indexes.clear()
