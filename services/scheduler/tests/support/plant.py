"""A controlled clock, districts of any size in the registry, and the scheduler's tick without its broker."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from common import registry
from common.db import Pool
from common.envelope import Envelope, decode
from common.events import Event, SyncCompleted, SyncRequested
from common.uow import UnitOfWork
from scheduler import clock
from scheduler.__main__ import ROUTES
from scheduler.admission import AT_ONCE, admit_in

E = TypeVar("E", bound=Event)
ABOUT = {"district_id", "pool", "run_id", "school_id", "mode", "dry_run"}


@dataclass
class HandClock:
    """A clock that stands still until it is put elsewhere."""

    now: datetime

    def put(self, text: str) -> datetime:
        """Put it to a moment in UTC, such as `2027-03-02 19:00`."""
        self.now = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return self.now

    def forward(self, **span: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**span)
        return self.now


def school_of(district: str, name: str) -> UUID:
    """Our id of a school."""
    return registry.school_id(district, "sis", name)


async def plant(
    dashboard: Pool,
    district: str,
    schools: int | list[str],
    *,
    zone: str = "Europe/Amsterdam",
    nightly: time | None = time(20),
    parallel: int = 1000,
    pool: str = "shared",
) -> None:
    """A district whose schools sync at this time, all to one Moodle, from 2020 on."""
    names = schools if isinstance(schools, list) else [f"{district}-{n}" for n in range(schools)]
    await dashboard.execute(
        "INSERT INTO district (id, name, timezone, nightly, spread_minutes, max_parallel, pool) "
        "VALUES ($1, $1, $2, $3, 0, $4, $5)",
        district, zone, nightly, parallel, pool,
    )  # fmt: skip
    await dashboard.execute("INSERT INTO source VALUES ($1, 'sis', 'oneroster', '{}', '')", district)
    await dashboard.execute(
        "INSERT INTO target (district_id, id, name, base_url, roles, secrets, max_parallel) "
        "VALUES ($1, 'm', 'M', 'http://m', '{}', '', $2)",
        district, parallel,
    )  # fmt: skip
    await dashboard.executemany(
        "INSERT INTO school (district_id, id, source_id, source_school_id, target_id, name, scheduled_since) "
        "VALUES ($1, $2, 'sis', $3, 'm', $3, '2020-01-01')",
        [(district, school_of(district, name), name) for name in names],
    )


@dataclass
class Plant:
    """The scheduler at work, a tick at a time; what it tells stays in the outbox until it is read."""

    dashboard: Pool
    scheduler: Pool
    clock: HandClock
    told: list[Event] = field(default_factory=list)

    def work(self, event: Event | None = None, at: datetime | None = None) -> UnitOfWork:
        """A unit of work, caused by the event if there is one."""
        cause = (Envelope(event, "test", time=at) if at else Envelope(event, "test")) if event else None
        return UnitOfWork(self.scheduler, "scheduler", cause=cause)

    async def handle(self, event: Event, at: datetime | None = None) -> None:
        """Hand an event to its handler."""
        await ROUTES[type(event)](event, self.work(event, at))

    async def tick(self, *, in_flight: int = 100_000) -> None:
        """What the leader does for the nights and for who waits."""
        await clock.note_nights(self.work(), self.clock.now)
        while await clock.start_nights(self.work(), self.clock.now):
            pass
        while await admit_in(self.work(), in_flight) == AT_ONCE:
            pass

    async def new(self, type_: type[E]) -> list[E]:
        """The events of a type that were told since the last look; others are kept for theirs."""
        rows = await self.scheduler.fetch(
            "WITH gone AS (DELETE FROM outbox RETURNING *) SELECT * FROM gone ORDER BY id"
        )
        self.told += [decode(row["body"]).event for row in rows]
        found = [event for event in self.told if isinstance(event, type_)]
        self.told = [event for event in self.told if not isinstance(event, type_)]
        return found

    async def end(
        self, run: SyncRequested, outcome: str = "clean", at: datetime | None = None, *, lifts_hold: bool = False
    ) -> None:
        """The workers are done with a run."""
        about: dict[str, Any] = run.model_dump(include=ABOUT)
        await self.handle(SyncCompleted.model_validate(about | {"outcome": outcome, "lifts_hold": lifts_hold}), at)

    async def end_all(self) -> list[SyncRequested]:
        """The workers are done with all that were told since the last look."""
        runs = await self.new(SyncRequested)
        for run in runs:
            await self.end(run)
        return runs

    async def nights(self) -> dict[str, int]:
        """How many occurrences there are, by what became of them."""
        rows = await self.scheduler.fetch(
            "SELECT coalesce(reason, state) AS fate, count(*) AS n FROM occurrence GROUP BY 1"
        )
        return {row["fate"]: row["n"] for row in rows}
