"""The session's own tables, in which the rows of one reading wait until all have come.

They are temporary: a killed worker leaves nothing behind, and nothing of a half-read roster can be taken for a whole.
Staged rows lie apart by entity, since most checks look at one or two of them, and each look is a scan. Their bodies are
made jsonb as they come: PostgreSQL would otherwise be idle then, and has to do it at the end while everybody waits.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence, Set
from contextlib import asynccontextmanager

from common.db import Connection
from roster_fetcher.findings import Finding
from roster_fetcher.records import with_roles

DROP = """
    DROP TABLE IF EXISTS pg_temp.staged, pg_temp.staged_finding, pg_temp.staged_page, pg_temp.staged_left_out,
                         pg_temp.mentioned, pg_temp.found, pg_temp.enrolled
"""
MEMORY = "SET temp_buffers = '192MB'"
"""Taken as rows come: what 400,000 of them need. More goes to disk, and is written and read again at every check.

PostgreSQL allows the change only before a session's first use, and to the same value later.
"""
CREATE = """
    CREATE TEMP TABLE staged (
        seq        bigserial,                     -- before PostgreSQL 17 partitioned tables know no identity
        entity     text NOT NULL,
        source_key text NOT NULL,
        hash       bytea NOT NULL,
        role       text,                          -- of users and enrolments
        user_key   text,                          -- of enrolments the person, of guardian links the guardian
        target_key text,                          -- of enrolments the class, of guardian links the student
        endpoint   text NOT NULL,                 -- blank: carried over from the last snapshot
        row        int NOT NULL,                  -- its number within the endpoint
        part       boolean NOT NULL,              -- of a row that is about another record
        warned     boolean NOT NULL,              -- the row has a finding
        visiting   boolean,                       -- of users
        body       jsonb                          -- null: only its hash came, and the body stands in `record`
    ) PARTITION BY LIST (entity);
    CREATE TEMP TABLE staged_enrolment PARTITION OF staged FOR VALUES IN ('enrolment');
    CREATE TEMP TABLE staged_user PARTITION OF staged FOR VALUES IN ('user');
    CREATE TEMP TABLE staged_other PARTITION OF staged DEFAULT;
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
    CREATE TEMP TABLE staged_page (
        endpoint text, first int, digest bytea, context bytea, enrolled bytea, outcome bytea
    );
    ALTER TABLE staged_page ALTER outcome SET STORAGE EXTERNAL;
    CREATE TEMP TABLE staged_left_out (entity text, source_key text, hash bytea, body jsonb);
    CREATE TEMP TABLE mentioned (entity text, source_key text);  -- what a reading of changes spoke of
    CREATE TEMP TABLE found (                     -- what one check found; see checks.py
        entity text, source_key text, field text, value text, endpoint text, row int, part boolean, warned boolean,
        hash bytea, body jsonb
    );
"""

COLUMNS = (
    *("entity", "source_key", "hash", "role", "user_key", "target_key"),
    *("endpoint", "row", "part", "warned", "visiting", "body"),
)
Staged = tuple[str, str, bytes, str | None, str | None, str | None, str, int, bool, bool, bool | None, bytes]
"""A record that waits: the values of `COLUMNS`."""
StagedBare = tuple[str, str, bytes, str | None, str | None, str | None, str, int, bool, bool, bool | None]
"""The same without its body, which stands in the table `record`."""


Mention = tuple[str, str]
"""Entity and key of a record that a row is about."""


class Summary:
    """How many records of which entity are staged."""

    def __init__(self, rows: Sequence[tuple[str, str | None, bool | None, int]]) -> None:
        self._rows = rows

    @property
    def counts(self) -> dict[str, int]:
        """By entity, and of users by role as well."""
        return with_roles((entity, role, records) for entity, role, _, records in self._rows)

    @property
    def has_visitors(self) -> bool:
        """Whether there are users who belong here only by others."""
        return any(visiting for _, _, visiting, _ in self._rows)

    def has(self, what: str) -> bool:
        """Whether there are records of this entity, or users of this role."""
        return what in self.counts


class Staging:
    """The tables of one connection."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._created = False
        self._enrolled_known = False
        self._enrolled_digest = b""

    async def add(
        self,
        rows: Sequence[Staged | StagedBare],
        findings: Sequence[Finding],
        mentioned: Sequence[Mention] = (),
    ) -> None:
        """Add a page's records and findings. The first page makes the tables: an unchanged roster needs none."""
        if not self._created:
            await self._conn.execute(f"{MEMORY}; {DROP}; {CREATE}")
            self._created = True
        if mentioned:
            await self._conn.copy_records_to_table("mentioned", records=mentioned)
        if rows:
            await self._conn.copy_records_to_table("staged", records=rows, columns=COLUMNS[: len(rows[0])])
        if findings:
            await self._conn.copy_records_to_table("staged_finding", records=findings, columns=Finding._fields)

    async def complete(self) -> None:
        """All rows have come: let PostgreSQL know what there is. Inside the transaction that works on them."""
        await self.add([], [])
        await self._conn.execute(
            """
            SET LOCAL work_mem = '64MB';
            SET LOCAL default_statistics_target = 10;
            ANALYZE staged (entity, source_key, role, user_key, target_key, part);
            """
        )

    async def summary(self) -> Summary:
        """What has been staged, counted."""
        rows = await self._conn.fetch(
            "SELECT entity, CASE entity WHEN 'user' THEN role END, visiting, count(*) FROM staged GROUP BY 1, 2, 3"
        )
        return Summary([tuple(row) for row in rows])

    async def findings(self) -> Counter[tuple[str, str]]:
        """How often each code and severity was found."""
        rows = await self._conn.fetch("SELECT code, severity, count(*) FROM staged_finding GROUP BY 1, 2")
        return Counter({(code, severity): number for code, severity, number in rows})

    async def enrolled(self, user_keys: Sequence[str]) -> Set[str]:
        """Those of the users who have an enrolment here. All enrolments must have been added before."""
        if not user_keys:
            return frozenset()
        await self._know_enrolled()
        rows = await self._conn.fetch("SELECT user_key FROM enrolled WHERE user_key = ANY($1::text[])", user_keys)
        return {row["user_key"] for row in rows}

    async def enrolled_digest(self) -> bytes:
        """A digest of who has an enrolment here. All enrolments must have been added before."""
        if not self._enrolled_digest:
            await self._know_enrolled()
            self._enrolled_digest = await self._conn.fetchval(
                "SELECT decode(md5(coalesce(string_agg(user_key, E'\\n' ORDER BY user_key), '')), 'hex') FROM enrolled"
            )
        return self._enrolled_digest

    async def _know_enrolled(self) -> None:
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


@asynccontextmanager
async def staging(conn: Connection) -> AsyncIterator[Staging]:
    """Empty tables on this connection, from the first page on, while the context lasts."""
    try:
        yield Staging(conn)
    finally:
        if not conn.is_closed():
            await conn.execute(DROP)
