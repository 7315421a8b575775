"""The tables `run_error_code` and `run_error`: which data errors a run met."""

from collections import Counter
from uuid import UUID

from common.db import Connection
from common.events import SyncErrorsFound


async def add(conn: Connection, event: SyncErrorsFound) -> None:
    """Keep a part of a run's errors; a part that is known changes nothing."""
    by_code = Counter((error.code, error.severity) for error in event.errors)
    await conn.executemany(
        """
        INSERT INTO run_error_code (district_id, run_id, phase, part, code, severity, occurrences)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """,
        [(*_part(event), code, severity, n) for (code, severity), n in by_code.items()],
    )
    await conn.executemany(
        """
        INSERT INTO run_error (district_id, run_id, phase, part, seq, school_id,
                               code, severity, entity, source_key, field, value, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING
        """,
        [
            (*_part(event), seq, event.school_id, e.code, e.severity, e.entity, e.source_id, e.field, e.value, e.detail)
            for seq, e in enumerate(event.errors)
        ],
    )


async def forget_superseded(conn: Connection, district_id: str, school_id: UUID) -> None:
    """Of a school's runs that have errors, keep those of the latest; the numbers by code stay for all."""
    await conn.execute(
        """
        DELETE FROM run_error WHERE district_id = $1 AND school_id = $2 AND run_id <> (
            SELECT r.id FROM run r
            WHERE r.district_id = $1 AND r.school_id = $2
              AND EXISTS (SELECT FROM run_error e WHERE e.district_id = $1 AND e.run_id = r.id)
            ORDER BY r.noted_at DESC, r.id DESC LIMIT 1)
        """,
        district_id,
        school_id,
    )


async def forget_before(conn: Connection, district_id: str, school_id: UUID, run_id: UUID) -> None:
    """Forget the errors of a school's runs before this one, which met none."""
    await conn.execute(
        """
        DELETE FROM run_error e USING run r, run clean
        WHERE e.district_id = $1 AND e.school_id = $2 AND r.district_id = $1 AND r.id = e.run_id
          AND clean.district_id = $1 AND clean.id = $3 AND r.noted_at < clean.noted_at
        """,
        district_id,
        school_id,
        run_id,
    )


def _part(event: SyncErrorsFound) -> tuple[str, UUID, str, int]:
    return event.district_id, event.run_id, event.phase, event.part
