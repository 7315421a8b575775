"""What the fetch benchmarks run on: a private PostgreSQL, a OneRoster server in its own process, a roster to size."""

import asyncio
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import aiohttp
import asyncpg
from pydantic import SecretStr

from common.db import Connection, Pool, create_pool
from common.migrate import migrate
from common.registry import Source
from common.settings import CommonSettings
from common.uow import UnitOfWork
from roster_fetcher.fetching import fetch, recall
from roster_fetcher.job import Job
from roster_fetcher.patience import Patience
from roster_fetcher.progress import Progress
from roster_fetcher.sources.oneroster import open_source
from roster_fetcher.sources.protocol import Opening
from rosterbus_local.postgres import PrivatePostgres
from simulators.generate import District, generate, write_csv_package

SCHOOL = "school-0001"
USERS_PER_STUDENT = 1.772
SECRETS = {"client_id": "rosterbus", "client_secret": "only-simulated"}


@dataclass(frozen=True)
class Size:
    """How large the roster is, and how many rows a page has."""

    users: int
    enrolments: int
    page: int


class Stage:
    """One school behind a OneRoster server, and a database to keep it in."""

    def __init__(self, pool: Pool, database_url: str, address: str, page: int) -> None:
        self.pool = pool
        self.database_url = database_url
        self.address = address
        self.base_url = f"{address}/ims/oneroster/v1p1"
        self.page = page

    def job(self, school_id: UUID) -> Job:
        """A run of the school under an id of ours: a new id is a first load."""
        settings = {
            "version": "1.1",
            "base_url": self.base_url,
            "token_url": f"{self.address}/oauth/token",
            "page_size": self.page,
        }
        return Job("bench", school_id, uuid4(), "full", SCHOOL, Source("bench", "sis", "oneroster", settings, b""))

    async def fetch(self, school_id: UUID) -> float:
        """Fetch as the service does; the seconds it took."""
        job = self.job(school_id)
        began = monotonic()
        async with self.pool.acquire() as conn:
            memory = await recall(conn, job)
            progress = Progress(UnitOfWork(self.pool, "roster-fetcher"), job, "shared", None)
            await fetch(conn, job, open_source(Opening(job.source.settings, SECRETS, Patience())), memory, progress)
        return monotonic() - began

    async def rename(self, user_id: str) -> None:
        """Let one person have another name at the source."""
        change = [{"change": "rename_person", "user_id": user_id, "given_name": f"Name{uuid4().hex[:8]}"}]
        async with aiohttp.ClientSession() as session:
            answer = await session.post(f"{self.address}/_simulator/changes", json=change)
            answer.raise_for_status()

    async def settle(self) -> None:
        """Let PostgreSQL do between measurements what it would otherwise do during them."""
        async with self.pool.acquire() as conn:
            await vacuum(conn)


async def vacuum(conn: Connection) -> None:
    """Bring statistics and visibility up to date, as autovacuum does within a minute."""
    await conn.execute("VACUUM (ANALYZE) record")


@asynccontextmanager
async def stage(size: Size, folder: Path) -> AsyncIterator[Stage]:
    """Everything started in this folder, which is new; stopped and gone at the end."""
    folder.mkdir(parents=True)  # noqa: ASYNC240 - nothing else runs yet
    postgres = PrivatePostgres(folder / "postgres", durable=False)
    postgres.launch()
    try:
        postgres.wait()
        async with _database(postgres.database_url) as pool, _server(size, folder) as address:
            yield Stage(pool, postgres.database_url, address, size.page)
    finally:
        postgres.stop()
        shutil.rmtree(folder)


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Pool]:
    await migrate(SecretStr(url), "roster-fetcher")
    await _make_place_for_the_floor(url)
    async with connected(url) as pool:
        yield pool


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Pool]:
    """A pool of the service's own."""
    settings = CommonSettings(database_url=SecretStr(url), amqp_url=SecretStr("amqp://none"))
    pool = await create_pool(settings, "roster-fetcher")
    try:
        yield pool
    finally:
        pool.terminate()


async def _make_place_for_the_floor(url: str) -> None:
    """A table like `record`, indexes and all, which the service may fill; only the owner may create it."""
    owner = await asyncpg.connect(url)
    await owner.execute(
        """
        SET search_path = roster_fetcher;
        CREATE TABLE copied (LIKE record INCLUDING ALL);
        GRANT ALL ON copied TO PUBLIC;
        """
    )
    await owner.close()


@asynccontextmanager
async def _server(size: Size, folder: Path) -> AsyncIterator[str]:
    """A OneRoster 1.1 server in a process of its own, that packs its pages."""
    package = folder / "package.zip"
    write_csv_package(_district(size), package)
    port = _free_port()
    command = ["-m", "simulators.oneroster", "--port", str(port), "--version", "1.1", "--zip", str(package)]
    options = ["--behaviour", '{"gzip": true, "max_limit": 50000}']
    process = await asyncio.create_subprocess_exec(sys.executable, *command, *options, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        if not await process.stdout.readline():
            raise SystemExit("The simulated server did not start; what it says is above.")
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _district(size: Size) -> District:
    """One school with about so many users and, teachers first, exactly so many enrolments if it has that many."""
    district = generate(schools=1, students_per_school=round(size.users / USERS_PER_STUDENT))
    district.enrolments.sort(key=lambda row: row.role != "teacher")
    del district.enrolments[size.enrolments :]
    return district


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
