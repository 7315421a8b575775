"""What can be checked only when all rows have come: on the staged rows, set by set, whatever their number.

A check puts what it finds into the table `found`. From there findings are noted, the rows concerned get their warning,
and the ledger learns how many rows of which endpoint ended otherwise than it thought.
"""

from collections.abc import Mapping

from common.catalogue import CATALOGUE
from common.db import Connection
from roster_fetcher.ledger import Entry

Ledger = Mapping[str, Entry]

FOUND_HERE = (
    *("USER_NOT_FOUND", "CLASS_WITHOUT_TEACHER", "CLASS_WITHOUT_STUDENTS", "USER_WITHOUT_CLASS"),
    "GUARDIAN_WITHOUT_STUDENT",
)
"""Codes that these checks find again each time, also on records that were carried over."""

_DROPPED = "endpoint, row, part, warned, hash, body"
_STAYS = "endpoint, row, true, warned, NULL::bytea, NULL::bytea"
_NOBODY_WITH_ROLE = """
    SELECT entity, source_key, '', '', {stays} FROM staged c
    WHERE c.entity = 'class' AND NOT EXISTS (
        SELECT FROM staged e WHERE e.entity = 'enrolment' AND e.target_key = c.source_key AND e.role = '{role}')
"""


async def drop_doubles(conn: Connection, ledger: Ledger) -> None:
    """Of records with the same id in one entity only the first stays."""
    await _find(
        conn,
        ledger,
        "DUP_SOURCED_ID",
        f"""
        DELETE FROM staged USING (
            SELECT seq AS double, row_number() OVER (PARTITION BY entity, source_key ORDER BY seq) AS n
            FROM staged JOIN (
                SELECT entity, source_key FROM staged GROUP BY entity, source_key HAVING count(*) > 1
            ) doubled USING (entity, source_key)
        ) numbered
        WHERE seq = double AND n > 1
        RETURNING entity, source_key, 'sourcedId', '', {_DROPPED}
        """,
    )


async def drop_enrolments_of_nobody(conn: Connection, ledger: Ledger) -> None:
    """Enrolments of people who did not come are left out, and kept in `staged_left_out` for the next reading."""
    await _find(
        conn,
        ledger,
        "USER_NOT_FOUND",
        f"""
        DELETE FROM staged e
        WHERE e.entity = 'enrolment'
          AND NOT EXISTS (SELECT FROM staged u WHERE u.entity = 'user' AND u.source_key = e.user_key)
        RETURNING entity, source_key, 'user', left(user_key, 100), {_DROPPED}
        """,
    )
    await conn.execute(
        "CREATE TEMP TABLE staged_left_out ON COMMIT DROP AS SELECT entity, source_key, hash, body FROM found"
    )


async def drop_loose_links(conn: Connection) -> None:
    """Links between a guardian and a student of whom one is not here are no fault: families reach over schools.

    Those of whom one is here are kept in `staged_left_out`, since the other may come.
    """
    await conn.execute(
        """
        WITH ends AS (
            SELECT l.seq, guardian.visiting, student.seq IS NOT NULL AS has_student
            FROM staged l
            LEFT JOIN staged guardian ON guardian.entity = 'user' AND guardian.source_key = l.user_key
            LEFT JOIN staged student ON student.entity = 'user' AND student.source_key = l.target_key
            WHERE l.entity = 'guardian_link' AND (guardian.seq IS NULL OR student.seq IS NULL)
        ), loose AS (
            DELETE FROM staged l USING ends WHERE l.seq = ends.seq
            RETURNING entity, source_key, hash, body, ends.visiting, ends.has_student
        )
        INSERT INTO staged_left_out
        SELECT entity, source_key, hash, body FROM loose WHERE has_student OR NOT visiting
        """
    )


async def drop_visitors(conn: Connection, ledger: Ledger, *, guardians: bool) -> None:
    """Whoever belongs to the school only by an enrolment, or guardians only by a link, and has none: out of scope.

    What was found about them is no matter of this school.
    """
    reason = "'guardian_link'" if guardians else "'enrolment'"
    rows = await conn.fetch(
        f"""
        WITH away AS (
            DELETE FROM staged u
            WHERE u.entity = 'user' AND u.visiting AND (u.role = 'guardian') = $1
              AND NOT EXISTS (SELECT FROM staged e WHERE e.entity = {reason} AND e.user_key = u.source_key)
            RETURNING source_key, endpoint, warned
        ), judged AS (
            DELETE FROM staged_finding f USING away WHERE f.entity = 'user' AND f.source_key = away.source_key
        )
        SELECT endpoint, warned, count(*) AS rows FROM away GROUP BY 1, 2
        """,
        guardians,
    )
    for row in rows:
        if row["endpoint"]:
            ledger[row["endpoint"]].out_of_scope_after_all(warned=row["warned"], rows=row["rows"])


async def warn_of_classes(conn: Connection, ledger: Ledger) -> None:
    """Classes in which nobody teaches, or nobody learns."""
    await _find(conn, ledger, "CLASS_WITHOUT_TEACHER", _NOBODY_WITH_ROLE.format(stays=_STAYS, role="teacher"))
    await _find(conn, ledger, "CLASS_WITHOUT_STUDENTS", _NOBODY_WITH_ROLE.format(stays=_STAYS, role="student"))


async def warn_of_students(conn: Connection, ledger: Ledger) -> None:
    """Students who are in no class."""
    await _find(
        conn,
        ledger,
        "USER_WITHOUT_CLASS",
        f"""
        SELECT entity, source_key, '', '', {_STAYS} FROM staged u
        WHERE u.entity = 'user' AND u.role = 'student'
          AND NOT EXISTS (SELECT FROM staged e WHERE e.entity = 'enrolment' AND e.user_key = u.source_key)
        """,
    )


async def warn_of_guardians(conn: Connection, ledger: Ledger) -> None:
    """Guardians who are nobody's, where the source tells whose others are."""
    await _find(
        conn,
        ledger,
        "GUARDIAN_WITHOUT_STUDENT",
        f"""
        SELECT entity, source_key, '', '', {_STAYS} FROM staged u
        WHERE u.entity = 'user' AND u.role = 'guardian'
          AND NOT EXISTS (SELECT FROM staged l WHERE l.entity = 'guardian_link' AND l.user_key = u.source_key)
        """,
    )


async def _find(conn: Connection, ledger: Ledger, code: str, statement: str) -> None:
    """Note what a statement finds, which gives the columns of `found`.

    `part` means that the row itself stays, so that the finding is a mere warning.
    """
    await conn.execute("TRUNCATE found")
    with_ = f"WITH hit AS ({statement}) " if statement.lstrip().startswith("DELETE") else ""
    await conn.execute(f"{with_}INSERT INTO found {'TABLE hit' if with_ else statement}")
    await conn.execute(
        """
        INSERT INTO staged_finding (code, severity, entity, source_key, field, value, detail)
        SELECT $1, CASE WHEN part THEN 'warning' ELSE $2 END, entity, source_key, field, value, '' FROM found
        """,
        code,
        CATALOGUE[code].severity,
    )
    rows = await conn.fetch(
        """
        SELECT endpoint, part, warned, count(DISTINCT row) AS rows FROM found f
        WHERE endpoint <> '' AND NOT (part AND warned)
          AND NOT (part AND EXISTS (SELECT FROM found w WHERE NOT w.part AND w.endpoint = f.endpoint AND w.row = f.row))
        GROUP BY 1, 2, 3
        """
    )
    for row in rows:
        if row["part"]:
            ledger[row["endpoint"]].warn_after_all(row["rows"])
        else:
            ledger[row["endpoint"]].skip_after_all(warned=row["warned"], rows=row["rows"])
    if any(row["part"] for row in rows):
        await conn.execute(
            """
            UPDATE staged s SET warned = true FROM found f
            WHERE f.part AND f.endpoint <> '' AND s.endpoint = f.endpoint AND s.row = f.row AND NOT s.warned
            """
        )
