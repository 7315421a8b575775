"""What a check finds goes into the table `found`: from there findings are noted, the rows concerned get their warning,
and the ledger learns how many rows of which endpoint ended otherwise than it thought.
"""

from collections.abc import Mapping

from common.catalogue import CATALOGUE
from common.db import Connection
from roster_fetcher.ledger import Entry

Ledger = Mapping[str, Entry]


async def find(conn: Connection, ledger: Ledger, code: str, statement: str) -> None:
    """Note what a statement finds, which gives the columns of `found`.

    `part` means that the row itself stays, so that the finding is a mere warning.
    """
    await conn.execute("TRUNCATE found")
    await _note(conn, code, statement)
    if await _tell(conn, ledger):
        await conn.execute(
            """
            UPDATE staged s SET warned = true FROM found f
            WHERE f.part AND f.endpoint <> '' AND s.endpoint = f.endpoint AND s.row = f.row AND NOT s.warned
            """
        )


async def warn(conn: Connection, ledger: Ledger, statements: Mapping[str, str]) -> None:
    """Note what the last checks find, a statement for each code: mere warnings, all of them `part`.

    Nobody asks after them which staged rows have a warning, so that these are not written to, which would be slow. All
    codes are in `found` together, so that a row counts once, whatever is found about it.
    """
    await conn.execute("TRUNCATE found")
    for code, statement in statements.items():
        await _note(conn, code, statement)
    await _tell(conn, ledger)


async def _note(conn: Connection, code: str, statement: str) -> None:
    await conn.execute(
        f"""
        WITH hit (entity, source_key, field, value, endpoint, row, part, warned, hash, body) AS (
            {statement}
        ), noted AS (
            INSERT INTO staged_finding (code, severity, entity, source_key, field, value, detail)
            SELECT $1, CASE WHEN part THEN 'warning' ELSE $2 END, entity, source_key, field, value, '' FROM hit
        )
        INSERT INTO found TABLE hit
        """,
        code,
        CATALOGUE[code].severity,
    )


async def _tell(conn: Connection, ledger: Ledger) -> bool:
    """Tell the ledger what became of the rows in `found`. Whether some have a warning now that had none."""
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
    return any(row["part"] for row in rows)
