"""roster-fetcher's published views, one record at a time: each state that it had, and what was found wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from common.db import Pool, Row

RecordEntity = Literal["user", "class", "enrolment", "school"]
RUNS_LOOKED_AT = 40
"""Of each school, the newest ones whose findings are searched: they have no index by record."""


@dataclass(frozen=True, slots=True)
class RecordKey:
    """A record by its id at the source; `user_key` is set for an enrolment, of which `key` is then the class's."""

    entity: RecordEntity
    key: str
    user_key: str | None = None


async def states(pool: Pool, district_id: str, record: RecordKey, schools: Sequence[UUID]) -> list[Row]:
    """Each state of a record at these schools, the oldest first.

    `school_id, source_key, first_snapshot, last_snapshot, body`, with the runs that first saw it and first missed it:
    `seen_run_id, seen_at, missed_run_id, missed_at`.
    """
    if record.entity == "enrolment":
        condition = "r.body->>'class_key' = $3 AND r.body->>'user_key' = $5"
    else:
        condition = "r.source_key = $3 AND $5::text IS NULL"
    rows = " UNION ALL ".join(
        f"""SELECT * FROM roster.record r WHERE r.district_id = $1 AND r.school_id = ANY($2::uuid[]) AND r.entity = $4
            AND {condition} AND r.last_snapshot IS {index}"""
        for index in ("NULL", "NOT NULL")
    )
    return await pool.fetch(
        f"""
        SELECT r.school_id, r.source_key, r.first_snapshot, r.last_snapshot, r.body,
               seen.run_id AS seen_run_id, seen.taken_at AS seen_at,
               missed.run_id AS missed_run_id, missed.taken_at AS missed_at
        FROM ({rows}) r
        LEFT JOIN roster.snapshot seen ON seen.district_id = r.district_id AND seen.school_id = r.school_id
             AND seen.number = r.first_snapshot
        LEFT JOIN roster.snapshot missed ON missed.district_id = r.district_id AND missed.school_id = r.school_id
             AND missed.number = r.last_snapshot + 1
        ORDER BY r.school_id, r.source_key, r.first_snapshot
        """,
        district_id,
        list(schools),
        record.key,
        record.entity,
        record.user_key,
    )


async def findings(
    pool: Pool, district_id: str, entity: str, keys: Sequence[str], schools: Sequence[UUID]
) -> list[Row]:
    """What the schools' latest runs found about records with these keys, the newest first.

    `school_id, run_id, at, code, severity, field, value, detail`.
    """
    return await pool.fetch(
        """
        SELECT r.school_id, f.run_id, r.at, f.code, f.severity, f.field, f.value, f.detail
        FROM unnest($2::uuid[]) AS s (id)
        CROSS JOIN LATERAL (
            SELECT id, school_id, noted_at AS at FROM run
            WHERE district_id = $1 AND school_id = s.id ORDER BY noted_at DESC, id DESC LIMIT $5) r
        JOIN roster.finding f ON f.district_id = $1 AND f.run_id = r.id
        WHERE f.entity = $3 AND f.source_key = ANY($4::text[])
        ORDER BY r.at DESC, f.seq
        """,
        district_id,
        list(schools),
        entity,
        list(keys),
        RUNS_LOOKED_AT,
    )


async def class_of(pool: Pool, district_id: str, key: str, schools: Sequence[UUID]) -> tuple[str, str]:
    """Splits the key of an enrolment, `class/user`, where ids may have slashes: the class is one that is known."""
    cuts = [place for place, character in enumerate(key) if character == "/"]
    known = await pool.fetch(
        "SELECT DISTINCT source_key FROM roster.record WHERE district_id = $1 AND school_id = ANY($2::uuid[]) "
        "AND entity = 'class' AND source_key = ANY($3::text[])",
        district_id,
        list(schools),
        [key[:cut] for cut in cuts],
    )
    classes = {row["source_key"] for row in known}
    cut = next((cut for cut in cuts if key[:cut] in classes), cuts[0])
    return key[:cut], key[cut + 1 :]
