"""What planning costs beside its SQL: `python -m bench plan`.

A school of 100,000 people, all of whom differ from what Moodle has, and 300,000 enrolments that are new. The floor is
the very same statements and COPYs, recorded once and sent again with nothing around them; both sides take turns, the
median of all rounds counts.
"""

import argparse
import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import structlog
from pydantic import SecretStr

from bench.fetch import FOLDER, Line
from common import db
from common.migrate import migrate
from common.registry import School, Target
from common.uow import UnitOfWork
from moodle_sync.moodle.client import MoodleClient
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.planning import make_plan
from moodle_sync.scope import Scope
from rosterbus_local.postgres import PrivatePostgres

BOUND = 1.5
SCHOOL = UUID("7d0b1b43-3a5e-5d1c-9a0d-3f6f2a1c9e10")
Statement = tuple[str, tuple[Any, ...], dict[str, Any]]


class Recorder(db.Session):
    """A connection that remembers what was asked of it, while there is a tape."""

    tape: list[Statement] | None = None

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        """As asyncpg's."""
        self._note("execute", (query, *args), {})
        return str(await super().execute(query, *args, **options))

    async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        """As asyncpg's."""
        self._note("fetch", (query, *args), {})
        return await super().fetch(query, *args, **options)

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        """As asyncpg's."""
        self._note("fetchrow", (query, *args), {})
        return await super().fetchrow(query, *args, **options)

    async def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
        """As asyncpg's."""
        self._note("fetchval", (query, *args), {})
        return await super().fetchval(query, *args, **options)

    async def copy_records_to_table(self, table_name: str, **options: Any) -> str:
        """As asyncpg's."""
        if Recorder.tape is not None:
            options["records"] = list(options["records"])
        self._note("copy_records_to_table", (table_name,), options)
        return str(await super().copy_records_to_table(table_name, **options))

    @staticmethod
    def _note(method: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if Recorder.tape is not None:
            Recorder.tape.append((method, args, options))


async def plan_once(pool: db.Pool, scope: Scope) -> float:
    """Plan as the service does; the seconds it took."""
    async with aiohttp.ClientSession() as http:
        reader = MoodleReader(MoodleClient(http, "http://127.0.0.1:9", "none", seconds=1, most_fields=1000))
        began = monotonic()
        await make_plan(UnitOfWork(pool, "moodle-sync"), scope, reader)
        return monotonic() - began


async def replay(pool: db.Pool, tape: Sequence[Statement]) -> float:
    """The same statements and nothing else; the seconds they took."""
    async with pool.acquire() as conn:
        began = monotonic()
        for method, args, options in tape:
            await getattr(conn, method)(*args, **options)
        return monotonic() - began


async def main(users: int, enrolments: int, rounds: int) -> None:
    """Measure and print a line."""
    line = Line(f"planning {users:,} people, {enrolments:,} enrolments", BOUND)
    async with database(users, enrolments) as pool:
        scope = Scope("bench", uuid4(), _school(), _target(), "full")
        tape: list[Statement] = []
        Recorder.tape = tape
        await plan_once(pool, scope)
        Recorder.tape = None
        for _ in range(rounds):
            await pool.execute("VACUUM (ANALYZE) operation")
            floor = await replay(pool, tape)
            await pool.execute("VACUUM (ANALYZE) operation")
            line.add(floor, await plan_once(pool, scope))
        planned = await pool.fetchval("SELECT count(*) FROM operation")
    print(f"{planned:,} operations")
    print(f"{'':<42} {'floor s':>8} {'ours s':>8} {'ratio':>7} {'at most':>7}")
    print(line)


@asynccontextmanager
async def database(users: int, enrolments: int, *, linked: bool = True) -> AsyncIterator[db.Pool]:
    """A private PostgreSQL with the school in it; gone at the end."""
    folder = FOLDER / str(uuid4())
    folder.mkdir(parents=True)
    postgres = PrivatePostgres(folder / "postgres", durable=False)
    postgres.launch()
    try:
        postgres.wait()
        url = postgres.database_url
        for service in ("roster-fetcher", "dashboard-api", "moodle-sync"):
            await migrate(SecretStr(url), service)
        await _fill(url, users, enrolments, linked=linked)
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=10,
            init=db._use_json,
            connection_class=Recorder,
            server_settings={"search_path": "moodle_sync"},
        )
        yield pool
        pool.terminate()
    finally:
        postgres.stop()
        shutil.rmtree(folder)


async def _fill(url: str, users: int, enrolments: int, *, linked: bool) -> None:
    """One school as the fetcher keeps it, and, if wanted, links of all its people to accounts with other names."""
    conn = await asyncpg.connect(url)
    await conn.execute(FILL.format(users=users, classes=max(1, users // 50), each=max(1, enrolments // users)))
    if linked:
        await conn.execute(LINK, SCHOOL)
    await conn.execute("VACUUM (ANALYZE) roster_fetcher.record")
    await conn.execute("VACUUM (ANALYZE) moodle_sync.link")
    await conn.close()


def _school() -> School:
    return School("bench", SCHOOL, "sis", "school", "moodle", "School", "Europe/Amsterdam", None, True, "shared", "en")


def _target() -> Target:
    roles = {"student": 5, "teacher": 3}
    return Target("bench", "moodle", "Moodle", "http://moodle.invalid", "oauth2", roles, 2, b"")


FILL = """
    INSERT INTO dashboard_api.district (id, name, timezone) VALUES ('bench', 'Bench', 'UTC');
    INSERT INTO dashboard_api.source (district_id, id, kind, settings, secrets)
        VALUES ('bench', 'sis', 'oneroster', '{{}}', '');
    INSERT INTO dashboard_api.school (district_id, id, source_id, source_school_id, name)
        VALUES ('bench', '7d0b1b43-3a5e-5d1c-9a0d-3f6f2a1c9e10', 'sis', 'school', 'School');
    INSERT INTO roster_fetcher.record (district_id, school_id, entity, source_key, first_snapshot, hash, body)
    SELECT 'bench', '7d0b1b43-3a5e-5d1c-9a0d-3f6f2a1c9e10', entity, key, 1, decode(md5(body::text), 'hex'), body FROM (
        SELECT 'school' AS entity, 'school' AS key, '{{"name": "School"}}'::jsonb AS body
        UNION ALL
        SELECT 'class', 'class-' || n, jsonb_build_object('title', 'Class ' || n, 'code', 'C' || n)
        FROM generate_series(1, {classes}) n
        UNION ALL
        SELECT 'user', 'user-' || n, jsonb_build_object(
            'role', CASE WHEN n % 20 = 0 THEN 'teacher' ELSE 'student' END, 'given_name', 'Given' || n,
            'family_name', 'Family' || n, 'email', 'user' || n || '@school.example', 'username', 'user' || n)
        FROM generate_series(1, {users}) n
        UNION ALL
        SELECT 'enrolment', 'enrolment-' || n || '-' || c, jsonb_build_object(
            'class_key', 'class-' || 1 + (n + c * 7) % {classes}, 'user_key', 'user-' || n,
            'role', CASE WHEN n % 20 = 0 THEN 'teacher' ELSE 'student' END)
        FROM generate_series(1, {users}) n, generate_series(1, {each}) c
    ) rows;
"""
LINK = """
    INSERT INTO moodle_sync.link (district_id, target_id, source_id, entity, source_key, school_id, moodle_id,
                                  source_hash, mapping, applied)
    SELECT 'bench', 'moodle', 'sis',
           CASE entity WHEN 'class' THEN 'course' WHEN 'school' THEN 'category' ELSE entity END, source_key, $1,
           row_number() OVER (), '', 0, '{"username": "other"}'
    FROM roster_fetcher.record WHERE entity IN ('school', 'class', 'user')
"""


def run(arguments: Sequence[str]) -> None:
    """Entry point, with options."""
    parser = argparse.ArgumentParser(prog="python -m bench plan")
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--enrolments", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(options.users, options.enrolments, options.rounds))
