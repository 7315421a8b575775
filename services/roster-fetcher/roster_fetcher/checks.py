"""What can be checked only when all rows have come: on the staged rows, set by set, whatever their number.

Each check notes its findings in `staged_finding` and says how many rows of which endpoint it moved to another outcome.
"""

from typing import NamedTuple
from uuid import UUID

from common.db import Connection
from roster_fetcher.catalogue import CATALOGUE


class Moved(NamedTuple):
    """So many rows of an endpoint, which had been kept with a warning or without."""

    endpoint: str
    warned: bool
    rows: int


async def drop_doubles(conn: Connection) -> list[Moved]:
    """Of records with the same id in one entity only the first stays."""
    return await _note_and_count(
        conn,
        "DUP_SOURCED_ID",
        """
        DELETE FROM staged USING (
            SELECT seq, row_number() OVER (PARTITION BY entity, source_key ORDER BY seq) AS n
            FROM staged JOIN (
                SELECT entity, source_key FROM staged GROUP BY entity, source_key HAVING count(*) > 1
            ) doubled USING (entity, source_key)
        ) numbered
        WHERE staged.seq = numbered.seq AND n > 1
        RETURNING entity, source_key, 'sourcedId' AS field, '' AS value, endpoint, warned
        """,
    )


async def drop_enrolments_of_nobody(
    conn: Connection, district_id: str, school_id: UUID, *, users_complete: bool
) -> list[Moved]:
    """Enrolments of people who did not come are left out; where the users are incomplete, the last snapshot's count."""
    return await _note_and_count(
        conn,
        "USER_NOT_FOUND",
        """
        DELETE FROM staged e
        WHERE e.entity = 'enrolment'
          AND NOT EXISTS (SELECT FROM staged u WHERE u.entity = 'user' AND u.source_key = e.user_key)
          AND ($5 OR NOT EXISTS (SELECT FROM record r
                                 WHERE r.district_id = $3 AND r.school_id = $4 AND r.entity = 'user'
                                   AND r.source_key = e.user_key AND r.last_snapshot IS NULL))
        RETURNING entity, source_key, 'user' AS field, left(user_key, 100) AS value, endpoint, warned
        """,
        district_id,
        school_id,
        users_complete,
    )


async def warn_of_classes_without_teacher(conn: Connection) -> list[Moved]:
    """Classes in which nobody teaches. Those moved had no warning before."""
    moved = await _note_and_count(
        conn,
        "CLASS_WITHOUT_TEACHER",
        """
        SELECT entity, source_key, '' AS field, '' AS value, endpoint, warned FROM staged c
        WHERE c.entity = 'class'
          AND NOT EXISTS (SELECT FROM staged e
                          WHERE e.entity = 'enrolment' AND e.class_key = c.source_key AND e.role = 'teacher')
        """,
    )
    return [rows for rows in moved if not rows.warned]


async def _note_and_count(conn: Connection, code: str, found: str, *args: object) -> list[Moved]:
    """Note the finding for each row that the statement `found` gives, which has $3 … as its own arguments."""
    rows = await conn.fetch(
        f"""
        WITH found AS ({found}), noted AS (
            INSERT INTO staged_finding (code, severity, entity, source_key, field, value, detail)
            SELECT $1, $2, entity, source_key, field, value, '' FROM found
        )
        SELECT endpoint, warned, count(*) AS rows FROM found GROUP BY endpoint, warned
        """,
        code,
        CATALOGUE[code].severity,
        *args,
    )
    return [Moved(row["endpoint"], row["warned"], row["rows"]) for row in rows]
