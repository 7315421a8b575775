"""Findings: what is wrong with which source row. And the table `finding`, where each run's are kept."""

from typing import NamedTuple
from uuid import UUID

from common.catalogue import CATALOGUE
from common.db import Connection, Row

PERSONAL = frozenset({"email", "givenName", "familyName", "username", "identifier", "name"})
"""Fields whose values name a person or lead to one."""
LONGEST_VALUE = 100


class Finding(NamedTuple):
    """One finding; the columns of the table `finding` behind `seq`. `value` is masked where it is personal."""

    code: str
    severity: str
    entity: str
    source_key: str
    field: str = ""
    value: str = ""
    detail: str = ""


def mask(value: str) -> str:
    """Enough of a personal value to find it again by eye: its first character, and an address's domain."""
    _, at, domain = value.rpartition("@")
    return f"{value[:1]}…{at}{domain if at else ''}" if value else ""


class Notes:
    """Collects the findings of one entity's rows. `row` is the number of the row in hand, for those without an id."""

    def __init__(self, entity: str) -> None:
        self.entity = entity
        self.items: list[Finding] = []
        self.row = 0

    def add(self, code: str, key: str, field: str = "", value: str = "", detail: str = "") -> None:
        """Note a finding about the record with this key."""
        shown = mask(value) if field in PERSONAL else value[:LONGEST_VALUE]
        where = detail or ("" if key else f"row {self.row}")
        self.items.append(Finding(code, CATALOGUE[code].severity, self.entity, key, field, shown, where))


async def keep_staged(conn: Connection, district_id: str, run_id: UUID) -> None:
    """Take over the findings that stand in the session's table `staged_finding`."""
    await conn.execute(
        """
        INSERT INTO finding (district_id, run_id, seq, code, severity, entity, source_key, field, value, detail)
        SELECT $1, $2, row_number() OVER (ORDER BY seq), code, severity, entity, source_key, field, value, detail
        FROM staged_finding
        """,
        district_id,
        run_id,
    )


async def repeat(conn: Connection, district_id: str, run_id: UUID, earlier: UUID) -> None:
    """The findings of an earlier run are this run's too, since it read the same rows."""
    await conn.execute(
        """
        INSERT INTO finding (district_id, run_id, seq, code, severity, entity, source_key, field, value, detail)
        SELECT district_id, $2, seq, code, severity, entity, source_key, field, value, detail
        FROM finding WHERE district_id = $1 AND run_id = $3
        """,
        district_id,
        run_id,
        earlier,
    )


async def count_errors(conn: Connection, district_id: str, run_id: UUID) -> int:
    """How many findings a run has that are no mere warnings."""
    number: int = await conn.fetchval(
        "SELECT count(*) FROM finding WHERE district_id = $1 AND run_id = $2 AND severity <> 'warning'",
        district_id,
        run_id,
    )
    return number


async def worst(conn: Connection, district_id: str, run_id: UUID, limit: int) -> list[Row]:
    """A run's findings, critical ones first, then errors, then warnings, each in the order of reading."""
    return await conn.fetch(
        """
        SELECT code, severity, entity, source_key, field, value, detail FROM finding
        WHERE district_id = $1 AND run_id = $2
        ORDER BY array_position(ARRAY['critical', 'error', 'warning'], severity), seq LIMIT $3
        """,
        district_id,
        run_id,
        limit,
    )
