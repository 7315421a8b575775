"""The tables `run_error_code`, `run_error`, `error_look` and `school_error`: data errors that runs met, and that stand.

A part of a run's errors may be told twice, late, and after the run's end. So each statement here comes to the same,
whatever came before: an error that stands is the one told last, and what a later look did not find goes at once.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from common.db import Connection
from common.event_model import Phase
from common.events import SyncErrorsFound

TOLD = ("run_id", "part", "seq", "severity", "value", "detail", "seen_at")
"""What the latest run that found an error says of it."""

STAND = f"""
    INSERT INTO run_error (district_id, run_id, phase, part, seq, school_id,
                           code, severity, entity, source_key, field, value, detail, seen_at, first_seen_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
    ON CONFLICT (district_id, school_id, phase, code, entity, source_key, field) DO UPDATE
    SET first_seen_at = least(run_error.first_seen_at, excluded.first_seen_at),
        {", ".join(f"{c} = CASE WHEN excluded.seen_at > run_error.seen_at THEN excluded.{c} ELSE run_error.{c} END"
                   for c in TOLD)}
"""  # fmt: skip


async def add(conn: Connection, event: SyncErrorsFound, at: datetime) -> None:
    """Keep a part of a run's errors, told at that moment; a part that is known changes nothing."""
    by_code = Counter((error.code, error.severity) for error in event.errors)
    await conn.executemany(
        """
        INSERT INTO run_error_code (district_id, run_id, phase, part, code, severity, occurrences)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """,
        [(*_part(event), code, severity, n) for (code, severity), n in by_code.items()],
    )
    await conn.executemany(
        STAND,
        [
            (
                *(*_part(event), seq, event.school_id, e.code, e.severity, e.entity, e.source_id, e.field, e.value),
                *(e.detail, at),
            )
            for seq, e in enumerate(event.errors)
        ],
    )
    await _forget_solved(conn, event.district_id, event.school_id)


async def note_look(
    conn: Connection, district_id: str, school_id: UUID, run_id: UUID, phases: Sequence[Phase], at: datetime
) -> None:
    """A run that looked at everything in these phases has ended: what only earlier ones found is solved."""
    await conn.execute(
        """
        INSERT INTO error_look (district_id, school_id, phase, run_id, ended_at)
        SELECT $1, $2, phase, $3, $4 FROM unnest($5::text[]) AS phase
        ON CONFLICT (district_id, school_id, phase) DO UPDATE
        SET run_id = excluded.run_id, ended_at = excluded.ended_at WHERE error_look.ended_at < excluded.ended_at
        """,
        district_id,
        school_id,
        run_id,
        at,
        phases,
    )
    await _forget_solved(conn, district_id, school_id)


async def _forget_solved(conn: Connection, district_id: str, school_id: UUID) -> None:
    """Let go of what the latest looks did not find, and count what stands."""
    await conn.execute(
        """
        DELETE FROM run_error e USING error_look l
        WHERE l.district_id = $1 AND l.school_id = $2 AND e.district_id = $1 AND e.school_id = $2
          AND e.phase = l.phase AND e.run_id <> l.run_id AND e.seen_at < l.ended_at
        """,
        district_id,
        school_id,
    )
    await conn.execute(
        """
        WITH stands AS (
            SELECT code, severity, count(*) AS records, min(first_seen_at) AS since FROM run_error
            WHERE district_id = $1 AND school_id = $2 GROUP BY code, severity
        ), gone AS (
            DELETE FROM school_error WHERE district_id = $1 AND school_id = $2
              AND (code, severity) NOT IN (SELECT code, severity FROM stands)
        )
        INSERT INTO school_error (district_id, school_id, code, severity, records, since)
        SELECT $1, $2, code, severity, records, since FROM stands
        ON CONFLICT (district_id, school_id, code, severity) DO UPDATE
        SET records = excluded.records, since = excluded.since
        WHERE (school_error.records, school_error.since) <> (excluded.records, excluded.since)
        """,
        district_id,
        school_id,
    )


def _part(event: SyncErrorsFound) -> tuple[str, UUID, str, int]:
    return event.district_id, event.run_id, event.phase, event.part
