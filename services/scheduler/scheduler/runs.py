"""The table `run`: who waits, who runs, who has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from common.db import Connection

ADMISSION_LOCK = 0x61646D6974  # "admit"


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the scheduler sees it."""

    district_id: str
    id: UUID
    order_id: UUID
    school_id: UUID
    target_id: str
    pool: str
    mode: str
    dry_run: bool
    trigger: str


COLUMNS = "district_id, id, order_id, school_id, target_id, pool, mode, dry_run, trigger"


async def add_waiting(conn: Connection, runs: Sequence[Run]) -> set[UUID]:
    """Let runs wait for admission; the ids of those that may. A school with an open run takes no second one."""
    rows = await conn.fetch(
        f"""
        INSERT INTO run ({COLUMNS})
        SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
                             $8::boolean[], $9::text[])
        ON CONFLICT DO NOTHING RETURNING id
        """,
        *([getattr(run, column) for run in runs] for column in COLUMNS.split(", ")),
    )
    return {row["id"] for row in rows}


async def open_runs(conn: Connection, district_id: str, school_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The open run of each of these schools that has one, by school."""
    rows = await conn.fetch(
        """
        SELECT school_id, id FROM run
        WHERE district_id = $1 AND school_id = ANY($2::uuid[]) AND state <> 'ended'
        """,
        district_id,
        school_ids,
    )
    return {row["school_id"]: row["id"] for row in rows}


async def count_late(conn: Connection, district_id: str, wanted: Sequence[Run]) -> int:
    """How many of these runs were never taken in because their school has another that will not do in their place.

    One that still waits and will sync does: it reads what the source gives when it begins.
    """
    late: int = await conn.fetchval(
        """
        SELECT count(*) FROM unnest($2::uuid[], $3::uuid[]) AS w (id, school_id)
        JOIN run r ON r.district_id = $1 AND r.school_id = w.school_id AND r.state <> 'ended' AND r.id <> w.id
        WHERE NOT EXISTS (SELECT FROM run WHERE run.id = w.id)
          AND (r.state = 'running' OR r.dry_run OR r.mode = 'refresh')
        """,
        district_id,
        [run.id for run in wanted],
        [run.school_id for run in wanted],
    )
    return late


async def admit(conn: Connection) -> list[Run]:
    """Let waiting runs begin, as far as each district's and each target's `max_parallel` allow; those that now run.

    Within a district the earlier order goes first; districts stand side by side, so none waits for another. One
    scheduler at a time decides (a transaction lock), since the limits are counted over all open runs.
    """
    await conn.execute("SELECT pg_advisory_xact_lock($1)", ADMISSION_LOCK)
    rows = await conn.fetch(
        f"""
        WITH running AS (
            SELECT district_id, target_id, count(*) AS n FROM run WHERE state = 'running' GROUP BY 1, 2
        ), of_target AS (
            SELECT w.id, w.district_id, w.ordered_at, d.max_parallel,
                   row_number() OVER (PARTITION BY w.district_id, w.target_id ORDER BY w.ordered_at, w.id)
                       + coalesce(r.n, 0) <= t.max_parallel AS fits
            FROM run w
            JOIN registry.district d ON d.id = w.district_id
            JOIN registry.target t ON t.district_id = w.district_id AND t.id = w.target_id
            LEFT JOIN running r ON r.district_id = w.district_id AND r.target_id = w.target_id
            WHERE w.state = 'waiting'
        ), of_district AS (
            SELECT id, row_number() OVER (PARTITION BY district_id ORDER BY ordered_at, id)
                       + coalesce((SELECT sum(n) FROM running r WHERE r.district_id = f.district_id), 0)
                       <= max_parallel AS fits
            FROM of_target f WHERE fits
        )
        UPDATE run SET state = 'running', requested_at = now()
        FROM of_district f WHERE f.fits AND run.id = f.id
        RETURNING {", ".join(f"run.{column}" for column in COLUMNS.split(", "))}
        """
    )
    return [Run(**row) for row in rows]


async def end(conn: Connection, district_id: str, run_id: UUID, outcome: str) -> bool:
    """End a run; False if it had ended or is not known."""
    status = await conn.execute(
        "UPDATE run SET state = 'ended', outcome = $3, ended_at = now() "
        "WHERE district_id = $1 AND id = $2 AND state <> 'ended'",
        district_id,
        run_id,
        outcome,
    )
    return status == "UPDATE 1"
