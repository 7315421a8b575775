"""The table `watched_package`: the newest package in each watched folder, and whether it has been told of."""

from typing import NamedTuple

from common.db import Connection
from common.registry import Source
from roster_fetcher.roster import context_digest


class State(NamedTuple):
    """Digests of packages' fingerprints: of the last that was told of, or the first ever seen; and of the last look."""

    kept: bytes
    seen: bytes


def after_look(before: State | None, now: bytes) -> tuple[State, bool]:
    """The state after another look, and whether a package has arrived: a new one, the same in two looks running.

    The first look ever only remembers what there is.
    """
    if before is None:
        return State(now, now), False
    arrived = now != before.kept and now == before.seen
    return State(now if arrived else before.kept, now), arrived


async def note(conn: Connection, source: Source, fingerprint: str) -> bool:
    """Note what a look has seen; whether a package has arrived. Inside a transaction: of two who look one is told so.

    Where the source's settings are others than before, the look is the first.
    """
    place, now = context_digest(source.settings), context_digest(fingerprint)
    row = await conn.fetchrow(
        """
        SELECT kept, seen FROM watched_package
        WHERE district_id = $1 AND source_id = $2 AND place = $3 FOR UPDATE
        """,
        source.district_id,
        source.id,
        place,
    )
    state, arrived = after_look(State(**row) if row else None, now)
    await conn.execute(
        """
        INSERT INTO watched_package (district_id, source_id, place, kept, seen) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district_id, source_id) DO UPDATE
        SET place = excluded.place, kept = excluded.kept, seen = excluded.seen
        """,
        source.district_id,
        source.id,
        place,
        *state,
    )
    return arrived
