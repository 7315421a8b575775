"""The table `hold`: operations that wait for a person's decision, one open hold a school."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID, uuid5

from common.db import Connection
from common.events import CountByEntity, HoldDecided
from moodle_sync.guards import Tripped
from moodle_sync.scope import Scope

HOLDS = UUID("c1f6c0f6-58b5-5b43-8f6b-6d0c3c0c9a51")


def hold_id(run_id: UUID) -> UUID:
    """The id of a run's hold: the same however often the run is planned."""
    return uuid5(HOLDS, str(run_id))


async def open_for(conn: Connection, scope: Scope, guards: Sequence[Tripped], counts: CountByEntity) -> str:
    """Open the run's hold in place of an older one of the school; the hash of the operations that wait."""
    await supersede(conn, scope.district_id, scope.school.id)
    plan_hash: str = await conn.fetchval(
        "SELECT md5(string_agg(encode(fingerprint(o), 'hex'), '' ORDER BY seq)) FROM operation o "
        "WHERE district_id = $1 AND run_id = $2 AND state = 'held'",
        *scope.run,
    )
    await conn.execute(
        "INSERT INTO hold (district_id, id, run_id, school_id, plan_hash, guards, operations) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        scope.district_id,
        hold_id(scope.run_id),
        scope.run_id,
        scope.school.id,
        plan_hash,
        [asdict(guard) for guard in guards],
        counts,
    )
    return plan_hash


async def supersede(conn: Connection, district_id: str, school_id: UUID) -> bool:
    """Close what is open: a newer plan stands in its place, or passed without one. Whether there was any."""
    status = await conn.execute(
        "UPDATE hold SET state = 'superseded', closed_at = now() "
        "WHERE district_id = $1 AND school_id = $2 AND state = 'open'",
        district_id,
        school_id,
    )
    return status != "UPDATE 0"


async def decide(conn: Connection, event: HoldDecided) -> bool:
    """Close the hold as decided; False if it is closed already, or other operations were seen than those that wait."""
    status = await conn.execute(
        """
        UPDATE hold SET state = 'decided', closed_at = now(), decision = $4, decided_by = $5, reason = $6
        WHERE district_id = $1 AND id = $2 AND plan_hash = $3 AND state = 'open'
        """,
        event.district_id,
        event.hold_id,
        event.plan_hash,
        event.decision,
        event.decided_by,
        event.reason,
    )
    return status == "UPDATE 1"


async def open_of(conn: Connection, district_id: str, school_id: UUID) -> UUID | None:
    """The id of the school's open hold."""
    found: UUID | None = await conn.fetchval(
        "SELECT id FROM hold WHERE district_id = $1 AND school_id = $2 AND state = 'open'", district_id, school_id
    )
    return found
