"""Migrations are applied once, in order, whole or not at all, however many services start at once."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

import common
from common.db import Connection, role_of
from common.migrate import migrate
from rosterbus_local.servers import Servers

OF_ALL = tuple(f"common/{file.name}" for file in sorted((Path(common.__path__[0]) / "sql").glob("*.sql")))


@pytest.fixture
async def database_url(servers: Servers) -> AsyncIterator[SecretStr]:
    """An empty database."""
    name = f"rosterbus_empty_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute(f"CREATE DATABASE {name}")
    yield SecretStr(f"{servers.database_url.rpartition('/')[0]}/{name}")
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def package(tmp_path: Path, owner: Connection) -> AsyncIterator[Path]:
    """The SQL folder of a service that exists for this test only; it is named as the folder's parent is."""
    service = f"invented_{uuid4().hex[:8]}"
    folder = tmp_path / service / "sql"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    sys.path.insert(0, str(tmp_path))
    yield folder
    sys.path.remove(str(tmp_path))
    if await owner.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role_of(service)):
        await owner.execute(f"DROP OWNED BY {role_of(service)}; DROP ROLE {role_of(service)}")


async def applied(owner: Connection, service: str) -> list[str]:
    return [row["name"] for row in await owner.fetch(f"SELECT name FROM {service}.migration ORDER BY name")]


async def test_a_second_run_does_nothing(database_url: SecretStr, owner: Connection) -> None:
    await migrate(database_url, "scheduler")
    first = await owner.fetch("SELECT * FROM scheduler.migration")
    await migrate(database_url, "scheduler")
    assert await owner.fetch("SELECT * FROM scheduler.migration") == first
    assert "common/0001_inbox_outbox.sql" in await applied(owner, "scheduler")


async def test_services_that_start_at_once_wait_for_each_other(database_url: SecretStr, owner: Connection) -> None:
    starting = ("scheduler", "scheduler", "scheduler", "notifier", "roster-fetcher", "dashboard-api", "moodle-sync")
    await asyncio.gather(*(migrate(database_url, service) for service in starting))
    own = ["scheduler/0001_run.sql", "scheduler/0002_clock.sql"]
    assert await applied(owner, "scheduler") == [*OF_ALL, *own]


async def test_new_files_are_applied_in_the_order_of_their_numbers(
    database_url: SecretStr, owner: Connection, package: Path
) -> None:
    service = package.parent.name
    (package / "0002_more.sql").write_text("ALTER TABLE thing ADD COLUMN colour text;")
    (package / "0001_thing.sql").write_text("CREATE TABLE thing (id int); INSERT INTO thing VALUES (1);")
    (package / "notes.txt").write_text("not SQL")
    await migrate(database_url, service)
    (package / "0003_paint.sql").write_text("UPDATE thing SET colour = 'red';")
    await migrate(database_url, service)
    assert await owner.fetchval(f"SELECT colour FROM {service}.thing") == "red"


async def test_a_file_that_fails_is_rolled_back_whole_and_can_be_mended(
    database_url: SecretStr, owner: Connection, package: Path
) -> None:
    service = package.parent.name
    (package / "0001_thing.sql").write_text("CREATE TABLE thing (id int);")
    (package / "0002_wrong.sql").write_text("CREATE TABLE half (id int); SELECT nonsense;")
    with pytest.raises(asyncpg.UndefinedColumnError, match="nonsense"):
        await migrate(database_url, service)
    assert await owner.fetchval("SELECT to_regclass($1)", f"{service}.half") is None
    assert await applied(owner, service) == [*OF_ALL, f"{service}/0001_thing.sql"]
    (package / "0002_wrong.sql").write_text("CREATE TABLE half (id int);")
    await migrate(database_url, service)
    assert f"{service}/0002_wrong.sql" in await applied(owner, service)


async def test_a_login_that_may_not_create_roles_migrates_and_works_all_the_same(
    database_url: SecretStr, owner: Connection, package: Path
) -> None:
    service, login = package.parent.name, f"plain_{uuid4().hex[:8]}"
    (package / "0001_thing.sql").write_text("CREATE TABLE thing (id int);")
    database = await owner.fetchval("SELECT current_database()")
    await owner.execute(f"CREATE ROLE {login} LOGIN PASSWORD 'plain'; GRANT CREATE ON DATABASE {database} TO {login}")
    place = database_url.get_secret_value().rpartition("@")[2]
    await migrate(SecretStr(f"postgresql://{login}:plain@{place}"), service)
    assert f"{service}/0001_thing.sql" in await applied(owner, service)
    await owner.execute(f"DROP OWNED BY {login}; DROP ROLE {login}")
