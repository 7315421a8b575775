"""What the whole suite stands on: private PostgreSQL and RabbitMQ, a database and a virtual host for each test.

If the servers cannot be had, the run fails: nothing here is ever skipped.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from common.event_model import ALL_SERVICES
from common.migrate import migrate
from rosterbus_local.servers import Servers, ensure_servers, unused_folder
from rosterbus_local.vhosts import create_vhost, delete_vhost, with_vhost

pytest_plugins = ["common.testing.fixtures"]

LONG = ("tests/e2e/", "tests/test_soak.py", "tests/test_new_source.py")
TEMPLATE = f"rosterbus_template_{uuid4().hex[:8]}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest go first, so that at the end no process waits for another that has just begun one of them."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with ensure_servers(unused_folder(Path(__file__).parent / ".local" / "test"), durable=False) as running:
        yield running


@pytest.fixture(scope="session")
async def template_database(servers: Servers) -> AsyncIterator[str]:
    """A database with every service's schema, to copy from (30 ms) instead of migrating for each test."""
    await _execute(servers.database_url, f"CREATE DATABASE {TEMPLATE}")
    for service in ALL_SERVICES:
        await migrate(SecretStr(_with_database(servers.database_url, TEMPLATE)), service)
    yield TEMPLATE
    await _execute(servers.database_url, f"DROP DATABASE {TEMPLATE} WITH (FORCE)")


@pytest.fixture
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[SecretStr]:
    """A migrated database that no other test sees."""
    name = f"rosterbus_test_{uuid4().hex[:12]}"
    await _execute(servers.database_url, f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY FILE_COPY")
    yield SecretStr(_with_database(servers.database_url, name))
    await _execute(servers.database_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def amqp_url(servers: Servers) -> Iterator[SecretStr]:
    """A virtual host that no other test sees."""
    name = f"test-{uuid4().hex[:12]}"
    create_vhost(servers.management_url, name)
    yield SecretStr(with_vhost(servers.amqp_url, name))
    delete_vhost(servers.management_url, name)


async def _execute(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


def _with_database(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"
