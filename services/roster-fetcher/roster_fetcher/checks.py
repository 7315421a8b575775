"""What can be checked only when all rows have come: on the staged rows, set by set, whatever their number."""

from common.db import Connection
from roster_fetcher.found import Ledger, find, warn
from roster_fetcher.staging import Summary

FOUND_HERE = (
    *("USER_NOT_FOUND", "CLASS_WITHOUT_TEACHER", "CLASS_WITHOUT_STUDENTS", "USER_WITHOUT_CLASS"),
    "GUARDIAN_WITHOUT_STUDENT",
)
"""Codes that these checks find again each time, also on records that were carried over."""

_DROPPED = "endpoint, row, part, warned, hash, body"
_STAYS = "endpoint, row, true, warned, NULL::bytea, NULL::jsonb"
_NOBODY_WITH_ROLE = f"""
    SELECT entity, source_key, '', '', {_STAYS} FROM staged c
    WHERE c.entity = 'class' AND NOT EXISTS (
        SELECT FROM staged e WHERE e.entity = 'enrolment' AND e.target_key = c.source_key AND e.role = '{{role}}')
"""
_NOT_IN_ANY = f"""
    SELECT entity, source_key, '', '', {_STAYS} FROM staged u
    WHERE u.entity = 'user' AND u.role = '{{role}}'
      AND NOT EXISTS (SELECT FROM staged o WHERE o.entity = '{{entity}}' AND o.user_key = u.source_key)
"""
_LONELY = {
    "CLASS_WITHOUT_TEACHER": _NOBODY_WITH_ROLE.format(role="teacher"),
    "CLASS_WITHOUT_STUDENTS": _NOBODY_WITH_ROLE.format(role="student"),
    "USER_WITHOUT_CLASS": _NOT_IN_ANY.format(role="student", entity="enrolment"),
}
_LONELY_GUARDIANS = {"GUARDIAN_WITHOUT_STUDENT": _NOT_IN_ANY.format(role="guardian", entity="guardian_link")}


async def check(conn: Connection, ledger: Ledger, came: Summary, *, people_known: bool = True) -> None:
    """Check the staged rows against each other. `came` are those that came; what came incompletely warns of nothing.

    Without `people_known` enrolments are not held against the people, of whom not all are staged.
    """
    incomplete = any(not entry.complete for entry in ledger.values())
    await drop_doubles(conn, ledger)
    if people_known:
        await drop_enrolments_of_nobody(conn, ledger)
    if came.has_visitors:
        await drop_visitors(conn, ledger, guardians=False)
    if came.has("guardian_link"):
        await drop_loose_links(conn)
    if came.has_visitors:
        await drop_visitors(conn, ledger, guardians=True)
    if incomplete:
        return
    await warn_of_the_lonely(conn, ledger, came)


async def drop_doubles(conn: Connection, ledger: Ledger) -> None:
    """Of records with the same id in one entity only the first stays."""
    if not await _may_have_doubles(conn):
        return
    await find(
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


async def _may_have_doubles(conn: Connection) -> bool:
    """Counting numbers is much faster than comparing ids. As many as there are records: every one has its own."""
    may_have: bool = await conn.fetchval(
        "SELECT count(DISTINCT hashtextextended(source_key, hashtext(entity))) < count(*) FROM staged"
    )
    return may_have


async def drop_enrolments_of_nobody(conn: Connection, ledger: Ledger) -> None:
    """Enrolments of people who did not come are left out, and kept in `staged_left_out` for the next reading."""
    await find(
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
    await conn.execute("INSERT INTO staged_left_out SELECT entity, source_key, hash, body FROM found")


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


async def warn_of_the_lonely(conn: Connection, ledger: Ledger, came: Summary) -> None:
    """Classes in which nobody teaches or nobody learns, students in no class.

    Where the source tells whose guardians are, also those who are nobody's.
    """
    await warn(conn, ledger, _LONELY | _LONELY_GUARDIANS if came.has("guardian_link") else _LONELY)
