"""The table `school_state`: what is shared for a school, and how its last sync ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.db import Connection
from dashboard_api.queries.runs import RunFact


@dataclass(frozen=True, slots=True)
class Ending:
    """How a sync ended. `health` is clean, with_errors or failed; `errors` None leaves the number as it was."""

    district_id: str
    school_id: UUID
    run_id: UUID
    health: str
    errors: int | None
    at: datetime


async def note_counts(conn: Connection, fact: RunFact, at: datetime) -> None:
    """Keep the counts of the newest snapshot; a fact without a snapshot changes nothing."""
    if fact.snapshot is None:
        return
    await conn.execute(
        """
        INSERT INTO school_state (district_id, school_id, snapshot, counts, counts_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district_id, school_id) DO UPDATE
        SET snapshot = excluded.snapshot, counts = excluded.counts,
            counts_at = greatest(school_state.counts_at, excluded.counts_at)
        WHERE school_state.snapshot IS NULL OR school_state.snapshot <= excluded.snapshot
        """,
        fact.district_id,
        fact.school_id,
        fact.snapshot,
        fact.counts,
        at,
    )


async def note_ending(conn: Connection, ending: Ending) -> None:
    """Keep how the latest sync ended, and since when syncs have ended so."""
    await conn.execute(
        """
        INSERT INTO school_state (district_id, school_id, last_run_id, health, errors, since, last_run_at)
        VALUES ($1, $2, $3, $4, coalesce($5, 0), $6, $6)
        ON CONFLICT (district_id, school_id) DO UPDATE
        SET since = CASE WHEN school_state.health = excluded.health THEN school_state.since ELSE excluded.since END,
            health = excluded.health, errors = coalesce($5, school_state.errors),
            last_run_id = excluded.last_run_id, last_run_at = excluded.last_run_at
        WHERE school_state.last_run_at IS NULL OR school_state.last_run_at < excluded.last_run_at
        """,
        ending.district_id,
        ending.school_id,
        ending.run_id,
        ending.health,
        ending.errors,
        ending.at,
    )


async def note_hold(conn: Connection, district_id: str, school_id: UUID, hold_id: UUID, at: datetime) -> None:
    """Operations of the school wait for a decision, unless that is over already."""
    await conn.execute(
        """
        INSERT INTO school_state (district_id, school_id, hold_id, held_at, held_since)
        SELECT $1, $2, $3, $4, $4
        WHERE NOT EXISTS (SELECT FROM hold_decision WHERE district_id = $1 AND hold_id = $3)
          AND NOT EXISTS (SELECT FROM plan.hold WHERE district_id = $1 AND id = $3 AND state <> 'open')
        ON CONFLICT (district_id, school_id) DO UPDATE
        SET hold_id = excluded.hold_id, held_at = excluded.held_at,
            held_since = coalesce(school_state.held_since, excluded.held_since)
        WHERE coalesce(school_state.hold_over_at < excluded.held_at, true)
          AND coalesce(school_state.held_at <= excluded.held_at, true)
        """,
        district_id,
        school_id,
        hold_id,
        at,
    )


async def lift_hold(conn: Connection, district_id: str, school_id: UUID, at: datetime) -> None:
    """Nothing of the school that was held before this moment waits any more."""
    await conn.execute(
        """
        INSERT INTO school_state (district_id, school_id, hold_over_at) VALUES ($1, $2, $3)
        ON CONFLICT (district_id, school_id) DO UPDATE
        SET hold_over_at = greatest(school_state.hold_over_at, excluded.hold_over_at),
            held_at = CASE WHEN school_state.held_at > excluded.hold_over_at THEN school_state.held_at END,
            held_since = CASE WHEN school_state.held_at > excluded.hold_over_at THEN school_state.held_since END
        """,
        district_id,
        school_id,
        at,
    )
