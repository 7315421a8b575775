"""The events: what was created, updated and deleted, oldest first, for thirty days."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct

from simulators.clever.behaviour import FEED_DAYS, Behaviour

Json = dict[str, Any]
Kind = Literal["created", "updated", "deleted"]


class Happening(Struct, frozen=True):
    """An event as it is served, and what it is looked up by. `at` is in unix seconds."""

    id: str
    at: float
    collection: str
    schools: tuple[str, ...]
    body: bytes


class Feed:
    """All events that are kept. `clock` tells the time; switched off, nothing new is noted."""

    def __init__(self, behaviour: Behaviour, clock: Callable[[], datetime], kept: list[Happening]) -> None:
        self.on = behaviour.events
        self._within_data = behaviour.previous == "data"
        self._clock = clock
        self._all = kept

    def note(self, collection: str, kind: Kind, record: Json, previous: Json | None = None) -> None:
        """Let a record have been created, updated (`previous` are the values that it had) or deleted."""
        if not self.on:
            return
        now = self._clock()
        event_id = f"{int(now.timestamp()):08x}{self._next_number():016x}"
        event: Json = {"id": event_id, "created": iso(now), "type": f"{collection}.{kind}", "data": {"object": record}}
        if previous is not None:
            (event["data"] if self._within_data else event)["previous_attributes"] = previous
        body = msgspec.json.encode(event)
        self._all.append(Happening(event_id, now.timestamp(), collection, schools_of(collection, record), body))

    def _next_number(self) -> int:
        return int(self._all[-1].id[8:], 16) + 1 if self._all else 1

    def all(self) -> list[Happening]:
        """List what is kept; older events are forgotten for good."""
        oldest = (self._clock() - timedelta(days=FEED_DAYS)).timestamp()
        if self._all and self._all[0].at < oldest:
            self._all = [event for event in self._all if event.at >= oldest]
        return self._all

    def chosen(self, record_types: Collection[str], school: str) -> list[Happening]:
        """List the events of these collections (all if none is named) and of one school (blank for any)."""
        return [
            event
            for event in self.all()
            if (not record_types or event.collection in record_types) and (not school or school in event.schools)
        ]


def schools_of(collection: str, record: Json) -> tuple[str, ...]:
    """Name the schools that a record belongs to as it is now; terms, courses, contacts and the district have none."""
    if collection == "schools":
        return (record["id"],)
    if collection == "sections":
        return (record["school"],)
    held = (record.get("roles") or {}).values() if collection == "users" else ()
    return tuple(dict.fromkeys(school for role in held for school in role.get("schools") or ()))


def iso(moment: datetime) -> str:
    """Write a moment as Clever does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
