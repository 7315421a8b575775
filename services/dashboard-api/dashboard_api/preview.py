"""The nights to come, in local time and in UTC, and how many schools have each. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from common.nights import Night, night

Plan = Mapping[str, Any]
"""A row of `registry.schedule`."""


@dataclass(frozen=True, slots=True)
class Blackout:
    """Dates without a nightly sync, both ends included; `school_id` None: for all."""

    first: date
    last: date
    school_id: UUID | None

    def hits(self, day: date, school_id: UUID) -> bool:
        """Whether a school has no night on this local date."""
        return self.first <= day <= self.last and self.school_id in (None, school_id)


@dataclass(frozen=True, slots=True)
class Coming:
    """A night that schools of one time zone and time have in common: how many run, and how many are kept from it."""

    night: Night
    timezone: str
    running: int
    paused: int
    blackout: int

    def as_json(self) -> dict[str, Any]:
        """For the API."""
        return {
            "date": self.night.date,
            "timezone": self.timezone,
            "local": self.night.at.astimezone(ZoneInfo(self.timezone)),
            "utc": self.night.at,
            "clocks": self.night.oddity,
            "schools": self.running,
            "paused": self.paused,
            "blackout": self.blackout,
        }


def coming(plans: Iterable[Plan], blackouts: Sequence[Blackout], now: datetime, count: int) -> list[Coming]:
    """The next `count` nights of each group of schools with the same zone, time and days; the earliest first."""
    groups: dict[tuple[str, time, tuple[int, ...]], list[Plan]] = {}
    for plan in plans:
        groups.setdefault((plan["timezone"], plan["wall"], tuple(plan["nights"])), []).append(plan)
    found = [
        _coming(one, zone, members, blackouts)
        for (zone, wall, days), members in groups.items()
        for one in islice(_nights(ZoneInfo(zone), wall, days, now), count)
    ]
    return sorted(found, key=lambda one: (one.night.at, one.timezone))


def load(nights: Iterable[Coming]) -> dict[datetime, int]:
    """How many runs begin in each hour (UTC) that has any."""
    hours: Counter[datetime] = Counter()
    for one in nights:
        if one.running:
            hours[one.night.at.replace(minute=0, second=0)] += one.running
    return dict(sorted(hours.items()))


def _nights(zone: ZoneInfo, wall: time, days: Sequence[int], now: datetime) -> Iterator[Night]:
    day = now.astimezone(zone).date() - timedelta(days=1)
    while True:
        found = night(zone, day, wall) if day.isoweekday() in days else None
        if found and found.at > now.astimezone(UTC):
            yield found
        day += timedelta(days=1)


def _coming(one: Night, zone: str, members: Sequence[Plan], blackouts: Sequence[Blackout]) -> Coming:
    fates = Counter(_fate(one.date, plan, blackouts) for plan in members)
    return Coming(one, zone, fates["running"], fates["paused"], fates["blackout"])


def _fate(day: date, plan: Plan, blackouts: Sequence[Blackout]) -> str:
    if any(one.hits(day, plan["school_id"]) for one in blackouts):
        return "blackout"
    resumed = plan["mode_until"] is not None and day >= plan["mode_until"]
    return "paused" if plan["mode"] == "paused" and not resumed else "running"
