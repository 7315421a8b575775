"""Turns at a Moodle site: who may call it now, and who may create which person, over all workers.

A turn is a database session with advisory locks. It ends with its holder: a killed worker's turns are free at once. The
sessions come from a pool of their own, so that waiting for a turn never takes the connections that work needs.

How many calls a site takes at once stands in the table `site` (`load.py` says how it changes). It is read by the same
statement that takes a slot, and written with what a call taught, unless another changed it since that call began.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b
from typing import NamedTuple, TypeVar

import stamina
import structlog
from prometheus_client import Histogram

from common.db import Connection, Pool, spare_reset
from common.delivery import NotNow
from moodle_sync.load import Load, Pace, Timed, after_answer, after_trouble
from moodle_sync.moodle.errors import LONGEST_WAIT, NoAnswer, is_worth_repeating

IN_FLIGHT = Histogram(
    "rosterbus_moodle_in_flight",
    "Calls that a Moodle site was allowed at once, whenever one began",
    buckets=(1, 2, 3, 4, 6, 8, 16),
)

T = TypeVar("T")

log = structlog.get_logger()


class Site(NamedTuple):
    """Names a Moodle site among all."""

    district_id: str
    target_id: str

    def number(self, *what: str) -> int:
        """The number of a lock at this site."""
        what_for, *which = what
        return _number(what_for, f"{self.district_id}/{self.target_id}", *which)


class Slot(NamedTuple):
    """One of the calls that the site takes at once: its lock, and what the row said when it was taken."""

    lock: int
    load: Load


def no_times() -> Sequence[Timed]:
    """Of a call that is not measured."""
    return ()


class Turn:
    """A session that may hold locks until its context ends."""

    def __init__(self, conn: Connection, site: Site, most: int) -> None:
        self._conn = conn
        self._site = site
        self._most = most
        self._locks = [site.number("slot", str(n)) for n in range(most)]
        self._slot: Slot | None = None

    async def hold_persons(self, keys: Sequence[str]) -> None:
        """Be the only one, at this site, that may create these people. Locks are taken in one order by all."""
        await self._hold([self._site.number("person", key) for key in keys])

    async def hold_accounts(self, ids: Sequence[int]) -> None:
        """Be the only one, at this site, that may take over these accounts. Locks are taken in one order by all."""
        await self._hold([self._site.number("account", str(id_)) for id_ in ids])

    async def hold_course_creation(self) -> None:
        """Be the only one that creates courses at this site: Moodle gets slow when two do."""
        await self._hold([self._site.number("courses")])

    async def hold_slot(self) -> Slot:
        """One of the calls that the site takes at once; the one that is held already, if there is one."""
        waited: int | None = None
        while self._slot is None:
            load, quiet, lock = await self._try_slot()
            if lock is not None:
                self._slot = Slot(lock, load)
                IN_FLIGHT.observe(load.in_flight)
            if waited is not None:  # the lock that we waited for is ours twice now, or not within the number any more
                await self._unlock(waited)
                waited = None
            if lock is None and quiet > 0:
                await asyncio.sleep(quiet)
            elif lock is None:
                waited = random.choice(self._locks[: load.in_flight])  # noqa: S311 - spreading, not secrecy
                await self._hold([waited])
        return self._slot

    async def insist(
        self, ask: Callable[[int], Awaitable[T]], attempts: int, times: Callable[[], Sequence[Timed]] = no_times
    ) -> T:
        """What `ask`, given the number of the attempt, brings; asked again while there is no answer.

        Each attempt has a slot of its own, so that repeats are as few at once as the site then bears. `times` are those
        of the calls that were answered. Raises `NoAnswer` after the last attempt, and what `ask` raises.
        """
        async for attempt in stamina.retry_context(on=is_worth_repeating, attempts=attempts, timeout=None, wait_max=20):
            with attempt:
                return await self._ask(ask, attempt.num, times)
        raise AssertionError("stamina returns or raises")

    async def _ask(self, ask: Callable[[int], Awaitable[T]], number: int, times: Callable[[], Sequence[Timed]]) -> T:
        slot = await self.hold_slot()
        try:
            answer = await ask(number)
        except NoAnswer as trouble:
            await self._give_back(slot, after_trouble(slot.load), trouble.wait or 0)
            raise
        await self._give_back(slot, after_answer(slot.load, self._most, times()))
        return answer

    async def _give_back(self, slot: Slot, load: Load, quiet: float = 0) -> None:
        """Note what was learnt, then let another have the slot: nobody shall take it by the old number."""
        if load != slot.load:
            noted = await self._note(slot.load.changes, load, quiet if quiet <= LONGEST_WAIT else 0)
            if noted and load.in_flight != slot.load.in_flight:
                log.info("the site gets another number of calls at once", in_flight=load.in_flight, **self._site_named)
        self._slot = None
        await self._unlock(slot.lock)

    @property
    def _site_named(self) -> dict[str, str]:
        return {"district": self._site.district_id, "target": self._site.target_id}

    async def _try_slot(self) -> tuple[Load, float, int | None]:
        """What the row says, the seconds for which the site wants quiet, and the lock of a slot if one was free."""
        row = await self._conn.fetchrow(TAKE, *self._site, self._locks)
        assert row is not None
        if row["in_flight"] is None:
            return Load(self._most), 0, row["lock"]
        paces = {function: Pace(*pace) for function, pace in row["paces"].items()}
        load = Load(min(row["in_flight"], self._most), row["good"], row["changes"], paces)
        return load, row["quiet"], row["lock"]

    async def _note(self, changes: int, load: Load, quiet: float) -> bool:
        row = load._replace(paces=dict(load.paces))
        return bool(await self._conn.fetchval(NOTE, *self._site, *row, quiet, changes))

    async def _hold(self, numbers: Sequence[int]) -> None:
        await self._conn.execute(
            "SELECT pg_advisory_lock(n) FROM (SELECT DISTINCT n FROM unnest($1::bigint[]) AS n ORDER BY n) AS ordered",
            numbers,
        )

    async def _unlock(self, number: int) -> None:
        await self._conn.execute("SELECT pg_advisory_unlock($1)", number)


class Turns:
    """Gives turns; `locks` is the pool kept for them, `in_flight` the most calls that any site takes at once."""

    def __init__(self, locks: Pool, in_flight: int) -> None:
        self._locks = locks
        self.in_flight = in_flight

    @asynccontextmanager
    async def at(self, site: Site) -> AsyncIterator[Turn]:
        """A turn at a site until the context ends."""
        async with self._session() as conn:
            yield Turn(conn, site, self.in_flight)

    @asynccontextmanager
    async def job(self, name: str) -> AsyncIterator[None]:
        """Be the only worker on a job. Raises `NotNow` if another delivery of it is being worked on."""
        async with self._session() as conn:
            if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", _number("job", name)):
                raise NotNow
            yield

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Connection]:
        async with self._locks.acquire() as conn:
            try:
                yield conn
            finally:
                await conn.execute("SELECT pg_advisory_unlock_all()")
                spare_reset(conn)


def _number(*parts: str) -> int:
    digest = blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


# The filter is asked for one lock after the other, and no more once one was had: OFFSET keeps it outside.
TAKE = """
    SELECT s.in_flight, s.good, s.changes, s.paces, s.quiet, free.lock
    FROM (SELECT) one
    LEFT JOIN (SELECT in_flight, good, changes, paces,
                      greatest(extract(epoch FROM quiet_until - clock_timestamp()), 0)::float8 AS quiet
               FROM site WHERE district_id = $1 AND target_id = $2) s ON true
    LEFT JOIN LATERAL (
        SELECT lock FROM (SELECT lock FROM unnest($3::bigint[]) WITH ORDINALITY AS u (lock, n)
                          WHERE n <= coalesce(s.in_flight, n) ORDER BY n OFFSET 0) ordered
        WHERE coalesce(s.quiet, 0) = 0 AND pg_try_advisory_lock(lock) LIMIT 1
    ) free ON true
"""
"""$1 district, $2 target, $3 the locks of all slots that the setting allows."""

NOTE = """
    INSERT INTO site (district_id, target_id, in_flight, good, changes, paces, quiet_until)
    VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7))
    ON CONFLICT (district_id, target_id) DO UPDATE
    SET in_flight = excluded.in_flight, good = excluded.good, changes = excluded.changes, paces = excluded.paces,
        quiet_until = excluded.quiet_until
    WHERE site.changes = $8
    RETURNING true
"""
"""$1 district, $2 target, $3–$6 the new load, $7 seconds of quiet, $8 how often the number had changed before."""
