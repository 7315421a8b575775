"""The session's own tables, in which the rows of one reading wait until all have come.

They are temporary: a killed worker leaves nothing behind, and nothing of a half-read roster can be taken for a whole.
"""

from collections.abc import AsyncIterator, Sequence, Set
from contextlib import asynccontextmanager

from common.db import Connection
from roster_fetcher.findings import Finding

DROP = "DROP TABLE IF EXISTS pg_temp.staged, pg_temp.staged_finding, pg_temp.enrolled"
MEMORY = "SET temp_buffers = '64MB'"
"""Taken as rows come. PostgreSQL allows the change only before a session's first use, and to the same value later."""
CREATE = """
    CREATE TEMP TABLE staged (
        seq        bigint GENERATED ALWAYS AS IDENTITY,
        entity     text NOT NULL,
        source_key text NOT NULL,
        hash       bytea NOT NULL,
        body       bytea NOT NULL,                -- JSON; made jsonb only where the record changed
        role       text,                          -- of users and enrolments
        class_key  text,                          -- of enrolments
        user_key   text,                          -- of enrolments
        endpoint   text NOT NULL,
        warned     boolean NOT NULL
    );
    CREATE TEMP TABLE staged_finding (
        seq        bigint GENERATED ALWAYS AS IDENTITY,
        code       text NOT NULL,
        severity   text NOT NULL,
        entity     text NOT NULL,
        source_key text NOT NULL,
        field      text NOT NULL,
        value      text NOT NULL,
        detail     text NOT NULL
    );
"""


COLUMNS = ("entity", "source_key", "hash", "body", "role", "class_key", "user_key", "endpoint", "warned")
Staged = tuple[str, str, bytes, bytes, str | None, str | None, str | None, str, bool]
"""A record that waits: the values of `COLUMNS`."""


class Staging:
    """The tables of one connection."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._created = False
        self._enrolled_known = False

    async def add(self, rows: Sequence[Staged], findings: Sequence[Finding]) -> None:
        """Add a page's records and findings. The first page makes the tables: an unchanged roster needs none."""
        if not self._created:
            await self._conn.execute(f"{MEMORY}; {DROP}; {CREATE}")
            self._created = True
        if rows:
            await self._conn.copy_records_to_table("staged", records=rows, columns=COLUMNS)
        if findings:
            await self._conn.copy_records_to_table("staged_finding", records=findings, columns=Finding._fields)

    async def complete(self) -> None:
        """All rows have come: let PostgreSQL know what there is. Inside the transaction that works on them."""
        await self._conn.execute(
            """
            SET LOCAL work_mem = '64MB';
            SET LOCAL default_statistics_target = 10;
            ANALYZE staged (entity, source_key, role, class_key, user_key);
            """
        )

    async def enrolled(self, user_keys: Sequence[str]) -> Set[str]:
        """Those of the users who have an enrolment here. All enrolments must have been added before."""
        if not user_keys:
            return frozenset()
        if not self._enrolled_known:
            await self._conn.execute(
                """
                CREATE TEMP TABLE enrolled AS
                    SELECT DISTINCT user_key FROM staged WHERE entity = 'enrolment' AND length(user_key) <= 255;
                ALTER TABLE enrolled ADD PRIMARY KEY (user_key);
                ANALYZE enrolled;
                """
            )
            self._enrolled_known = True
        rows = await self._conn.fetch("SELECT user_key FROM enrolled WHERE user_key = ANY($1::text[])", user_keys)
        return {row["user_key"] for row in rows}


@asynccontextmanager
async def staging(conn: Connection) -> AsyncIterator[Staging]:
    """Empty tables on this connection, from the first page on, while the context lasts."""
    try:
        yield Staging(conn)
    finally:
        if not conn.is_closed():
            await conn.execute(DROP)
