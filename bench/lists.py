"""What a list of the API costs beside its SQL: `python -m bench lists`.

100 of 10,000 schools of a district, each with a run that ended, asked for over HTTP with an API key, from the server in
a process of its own. The floor is the statement of the list as requests may have it (ADR 30), sent over one connection
with nothing around it; both sides take turns, and the median of all rounds counts.
"""

import argparse
import asyncio
import base64
import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from uuid import uuid4

import aiohttp
import asyncpg
import structlog
from pydantic import SecretStr

from bench.fetch import FOLDER, Line
from common.db import Pool, Shown, create_pool, create_web_pool
from common.migrate import migrate
from common.settings import CommonSettings
from dashboard_api.auth.tokens import hash_token, new_key
from dashboard_api.queries import api_keys, school_list
from dashboard_api.queries.api_keys import NewKey
from dashboard_api.queries.school_list import SchoolFilter
from rosterbus_local.servers import Servers, ensure_servers, unused_folder

BOUND = 1.5
SHOWN = 100
REPEATS = 20
"""Requests of a round: one alone is too short to be measured."""


async def main(schools: int, rounds: int) -> None:
    """Measure and print a line."""
    line = Line(f"{SHOWN} of {schools:,} schools, JSON", BOUND)
    async with staged(schools) as servers, served(servers) as url:
        settings = CommonSettings(database_url=servers.database_url, amqp_url=servers.amqp_url)
        async with (
            await create_pool(settings, "dashboard-api") as pool,
            await create_web_pool(settings, "dashboard-api", lambda: Shown("*", "*")) as web,
            with_key(pool, url) as http,
        ):
            await asked(http)
            await floor(web)
            for _ in range(rounds):
                line.add(await floor(web), await asked(http))
    print(f"{'':<42} {'floor s':>8} {'ours s':>8} {'ratio':>7} {'at most':>7}")
    print(line)


async def floor(pool: Pool) -> float:
    """The statement alone; the seconds it took."""
    began = monotonic()
    for _ in range(REPEATS):
        await school_list.page(pool, SchoolFilter(None, "bench", limit=SHOWN))
    return monotonic() - began


async def asked(http: aiohttp.ClientSession) -> float:
    """The same over HTTP; the seconds it took."""
    began = monotonic()
    for _ in range(REPEATS):
        async with http.get("/api/v1/schools", params={"district": "bench", "limit": str(SHOWN)}) as answer:
            assert answer.status == 200
            await answer.read()
    return monotonic() - began


@asynccontextmanager
async def staged(schools: int) -> AsyncIterator[Servers]:
    """Private servers, with the schools; gone at the end."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = unused_folder(FOLDER / "lists")
    try:
        with ensure_servers(folder, durable=False) as servers:
            for service in ("scheduler", "roster-fetcher", "moodle-sync", "dashboard-api"):
                await migrate(SecretStr(servers.database_url), service)
            owner = await asyncpg.connect(servers.database_url)
            await owner.execute(FILL.format(schools=schools))
            await owner.close()
            yield servers
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def with_key(pool: Pool, url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A program with a key of its own."""
    token = new_key()
    async with pool.acquire() as conn:
        await api_keys.replace(conn, NewKey(f"bench {uuid4()}", hash_token(token), ["read"], None, None))
    async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {token}"}) as http:
        yield http


@asynccontextmanager
async def served(servers: Servers) -> AsyncIterator[str]:
    """The service in a process of its own; its address."""
    port = 18_923
    variables = {
        "ROSTERBUS_DATABASE_URL": servers.database_url,
        "ROSTERBUS_AMQP_URL": servers.amqp_url,
        "ROSTERBUS_SECRET_KEY": base64.urlsafe_b64encode(bytes(32)).decode(),
        "ROSTERBUS_HTTP_PORT": str(port),
        "ROSTERBUS_LOG_LEVEL": "warning",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dashboard_api", env={**os.environ, **variables}
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession(url) as http:
            await _ready(http)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _ready(http: aiohttp.ClientSession) -> None:
    end = monotonic() + 30
    while monotonic() < end:
        try:
            async with http.get("/healthz") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            await asyncio.sleep(0.1)
    raise SystemExit("dashboard-api did not start.")


FILL = """
    SET search_path = dashboard_api;
    INSERT INTO district (id, name, timezone, nightly) VALUES ('bench', 'Bench', 'UTC', '20:00');
    INSERT INTO source (district_id, id, kind, settings, secrets) VALUES ('bench', 'main', 'oneroster', '{{}}', '');
    INSERT INTO target (district_id, id, name, base_url, secrets, roles)
        VALUES ('bench', 'moodle', 'Moodle', 'https://moodle.example', '', '{{}}');
    INSERT INTO school (district_id, id, source_id, source_school_id, name, target_id, shared)
        SELECT 'bench', gen_random_uuid(), 'main', n::text, 'School ' || lpad(n::text, 6, '0'), 'moodle', true
        FROM generate_series(1, {schools}) n;
    INSERT INTO run (district_id, id, school_id, status, mode, kind, outcome, errors, noted_at, ended_at, counts)
        SELECT 'bench', gen_random_uuid(), id, 'completed', 'nightly', 'roster', 'clean', 0, now(), now(),
               '{{"class": 38, "student": 402, "teacher": 19}}' FROM school;
    INSERT INTO school_state (district_id, school_id, snapshot, counts, counts_at, health, since, last_run_id,
                              last_run_at)
        SELECT r.district_id, r.school_id, 1, r.counts, now(), 'clean', now(), r.id, now() FROM run r;
    ANALYZE;
"""


def run(arguments: Sequence[str]) -> None:
    """Entry point, with options."""
    parser = argparse.ArgumentParser(prog="python -m bench lists")
    parser.add_argument("--schools", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(options.schools, options.rounds))
