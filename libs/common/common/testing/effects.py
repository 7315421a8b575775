"""Orders told through an outbox, and a handler's effect counted in a table: what proofs of delivery stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from common.db import Connection, Pool
from common.events import SyncOrdered
from common.testing.waiting import wait_for
from common.uow import UnitOfWork

TABLES = """
DROP TABLE IF EXISTS scheduler.effect, scheduler.beginning, scheduler.gate;
CREATE TABLE scheduler.effect (order_id uuid NOT NULL);
CREATE TABLE scheduler.beginning (order_id uuid NOT NULL);
CREATE TABLE scheduler.gate (opened_at timestamptz NOT NULL DEFAULT now());
GRANT ALL ON scheduler.effect, scheduler.beginning, scheduler.gate TO rosterbus_scheduler;
"""


def an_order() -> SyncOrdered:
    """An event that the scheduler takes."""
    return SyncOrdered(district_id="north", order_id=uuid4(), mode="full", ordered_by="operator-1")


@dataclass(frozen=True)
class Orders:
    """The dashboard's side. `pool` works as dashboard-api; somebody else runs the relay that `wake` wakes."""

    pool: Pool
    wake: Callable[[], None] = lambda: None

    async def tell(self, count: int = 1) -> list[SyncOrdered]:
        """Emit new orders, each in a transaction of its own."""
        return [await self.tell_one(an_order()) for _ in range(count)]

    async def tell_one(self, order: SyncOrdered) -> SyncOrdered:
        """Emit this order."""
        async with UnitOfWork(self.pool, "dashboard-api", wake_relay=self.wake) as uow:
            uow.emit(order)
        return order

    async def waiting(self) -> int:
        """How many orders are in the outbox."""
        return int(await self.pool.fetchval("SELECT count(*) FROM outbox"))


@dataclass(frozen=True)
class Effects:
    """The scheduler's side: what its handlers did, in tables without a constraint, so that a second effect shows."""

    pool: Pool

    @classmethod
    async def create(cls, owner: Connection, pool: Pool) -> "Effects":
        """Make the tables as the database's owner; `pool` works as scheduler."""
        await owner.execute(TABLES)
        return cls(pool)

    async def take(self, event: SyncOrdered, uow: UnitOfWork) -> None:
        """A handler: one effect, in its last transaction."""
        async with uow:
            await uow.conn.execute("INSERT INTO effect VALUES ($1)", event.order_id)

    async def begin(self, event: SyncOrdered, uow: UnitOfWork) -> int:
        """A handler's first step: note that it began, whatever becomes of it. How often it has begun by now."""
        async with uow.step() as step:
            await step.conn.execute("INSERT INTO beginning VALUES ($1)", event.order_id)
        return await self.beginnings(event)

    async def beginnings(self, event: SyncOrdered) -> int:
        """How many handlers have begun with the event."""
        return int(await self.pool.fetchval("SELECT count(*) FROM beginning WHERE order_id = $1", event.order_id))

    async def wait_for_gate(self) -> None:
        """A handler's work that lasts until the test opens the gate."""
        await wait_for(lambda: self.pool.fetchval("SELECT true FROM gate"), seconds=60, what="the gate opens")

    async def open_gate(self) -> None:
        """Let the handlers that wait go on."""
        await self.pool.execute("INSERT INTO gate DEFAULT VALUES")

    async def taken(self) -> list[UUID]:
        """The orders that took effect, as often as they did."""
        return [row["order_id"] for row in await self.pool.fetch("SELECT order_id FROM effect")]

    async def wait_for(self, *events: SyncOrdered, seconds: float = 30) -> None:
        """Wait until each of the events took effect. Raises AssertionError if one did twice."""
        wanted = {event.order_id for event in events}

        async def all_there() -> bool:
            return wanted <= set(await self.taken())

        await wait_for(all_there, seconds=seconds, what=f"the effects of {len(events)} events")
        taken = await self.taken()
        assert len(taken) == len(set(taken)), "an event took effect twice"
