"""The registry, read side: what operators declared, as dashboard-api publishes it in the views of schema `registry`."""

import asyncio
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID, uuid5

import structlog

from common.db import Connection, Pool

SCHOOLS = UUID("7d0b1b43-3a5e-5d1c-9a0d-3f6f2a1c9e10")
WAIT_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a district's rosters come from. `settings` are the kind's own; `secrets` are sealed."""

    district_id: str
    id: str
    kind: str
    settings: dict[str, Any]
    secrets: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """A Moodle site. `roles` maps our roles (student, teacher) to Moodle's ids; `secrets` holds its token, sealed."""

    district_id: str
    id: str
    name: str
    base_url: str
    user_auth: str
    roles: dict[str, int]
    max_parallel: int
    secrets: bytes


@dataclass(frozen=True, slots=True)
class School:
    """A school that a source shares. Without `target_id` it is not set up."""

    district_id: str
    id: UUID
    source_id: str
    source_school_id: str
    target_id: str | None
    name: str
    timezone: str
    nightly: time | None
    shared: bool
    pool: str
    locale: str


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """A Moodle site to be looked at, declared or not, which has not been yet. `target_id` blank: not declared."""

    district_id: str
    id: UUID
    target_id: str
    base_url: str
    roles: dict[str, int]
    secrets: bytes


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """A source to be tried out, declared or not, which has not been yet. `school` is its own id of the one to read."""

    district_id: str
    id: UUID
    kind: str
    settings: dict[str, Any]
    secrets: bytes
    school: str | None


def school_id(district_id: str, source_id: str, source_school_id: str) -> UUID:
    """The id that a source's school has with us: the same whoever asks, whenever."""
    return uuid5(SCHOOLS, f"{district_id}/{source_id}/{source_school_id}")


async def wait_until_published(pool: Pool) -> None:
    """Wait for dashboard-api's first start, which creates the registry."""
    waiting = False
    while not await pool.fetchval("SELECT to_regclass('registry.school') IS NOT NULL"):
        if not waiting:
            log.info("waiting for dashboard-api to create the registry")
        waiting = True
        await asyncio.sleep(WAIT_SECONDS)


async def school(conn: Connection | Pool, district_id: str, id_: UUID) -> School | None:
    """One school of a district."""
    row = await conn.fetchrow("SELECT * FROM registry.school WHERE district_id = $1 AND id = $2", district_id, id_)
    return School(**row) if row else None


async def policy(conn: Connection | Pool, district_id: str) -> dict[str, Any]:
    """What the district declared of its policy; `rules.policy.Policy` knows what the rest is."""
    declared = await conn.fetchval("SELECT policy FROM registry.district WHERE id = $1", district_id)
    return dict(declared or {})


async def source(conn: Connection | Pool, district_id: str, id_: str) -> Source | None:
    """One source of a district."""
    row = await conn.fetchrow("SELECT * FROM registry.source WHERE district_id = $1 AND id = $2", district_id, id_)
    return Source(**row) if row else None


async def sources(conn: Connection | Pool, district_id: str) -> list[Source]:
    """All sources of a district."""
    rows = await conn.fetch("SELECT * FROM registry.source WHERE district_id = $1 ORDER BY id", district_id)
    return [Source(**row) for row in rows]


async def sources_of_pool(conn: Connection | Pool, kind: str, pool: str) -> list[Source]:
    """All sources of a kind whose districts are served by this pool of workers."""
    rows = await conn.fetch(
        """
        SELECT s.* FROM registry.source s JOIN registry.district d ON d.id = s.district_id
        WHERE s.kind = $1 AND d.pool = $2 ORDER BY s.district_id, s.id
        """,
        kind,
        pool,
    )
    return [Source(**row) for row in rows]


async def source_check(conn: Connection | Pool, district_id: str, id_: UUID) -> SourceCheck | None:
    """A check that waits for its answer; None once it has one, or is forgotten."""
    row = await conn.fetchrow(
        "SELECT * FROM registry.source_check WHERE district_id = $1 AND id = $2", district_id, id_
    )
    return SourceCheck(**row) if row else None


async def target_check(conn: Connection | Pool, district_id: str, id_: UUID) -> TargetCheck | None:
    """A check of a target that waits for its answer; None once it has one, or is forgotten."""
    row = await conn.fetchrow(
        "SELECT * FROM registry.target_check WHERE district_id = $1 AND id = $2", district_id, id_
    )
    return TargetCheck(**row) if row else None


async def target(conn: Connection | Pool, district_id: str, id_: str) -> Target | None:
    """One target of a district."""
    row = await conn.fetchrow("SELECT * FROM registry.target WHERE district_id = $1 AND id = $2", district_id, id_)
    return Target(**row) if row else None
