"""Rows as a reading stages them, for tests of what becomes of them."""

from uuid import UUID, uuid4

from roster_fetcher import records, snapshots
from roster_fetcher.outcomes import stage
from roster_fetcher.roster import Body, Class, User
from roster_fetcher.snapshots import Snapshot
from roster_fetcher.staging import Staged, staging

from .north import North

HILL, LAKE = UUID(int=1), UUID(int=2)
ANNA = User("student", "Anna", "Berg", username="anna")
BEN = User("teacher", "Ben", "Okafor", username="ben")
MATHS = Class("Maths")


def staged_row(key: str, body: Body, endpoint: str, warned: bool = False) -> Staged:
    """A record of its own row; rows of these tests have no numbers that matter."""
    return stage(key, body, endpoint, sum(key.encode()), warned)


async def keep(
    north: North, district: str, school: UUID, *rows: tuple[str, Body], closable: tuple[str, ...] = ()
) -> None:
    """Let these be what came of a school, as its next snapshot."""
    async with north.fetcher.acquire() as conn, staging(conn) as staged, conn.transaction():
        await staged.add([staged_row(key, body, "all", False) for key, body in rows], [])
        await staged.complete()
        last = await snapshots.latest(conn, district, school)
        number = last["number"] + 1 if last else 1
        if await records.compare(conn, district, school, closable):
            await records.apply_difference(conn, district, school, number)
        await snapshots.add(conn, district, school, Snapshot(number, uuid4(), True, {}, {}, 0))
